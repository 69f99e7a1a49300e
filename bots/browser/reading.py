"""Reading: what a page shows, as text, as a table, and compared with what is expected."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from bots.browser.differences import Difference, refuse
from bots.browser.fingerprints import note_match
from bots.browser.script import DocumentLeft, ask
from bots.browser.session import OpenPage
from bots.browser.settle import before
from bots.browser.targets import Target, changed, found_in_time
from bots.browser.values import Rule, same
from yakin.actions import Context, action
from yakin.errors import ConfigError, TargetNotFound
from yakin.values import Origin, Table


@action(idempotent=True)
async def verify(
    values: dict[str, Any],
    within: str | Target | None = None,
    frame: str | None = None,
    normalise: tuple[Rule, ...] = (),
    *,
    page: OpenPage,
    ctx: Context,
) -> None:
    """Compare what the page shows with what is expected; all differences are told at once.

    Read are fields of a form, and the cell beside a heading (`th`/`td`, `dt`/`dd`). Spaces around a value do not count;
    every other difference does unless `normalise` allows it.

    Args:
        values: Label and expected value.
        within: Row, group, table or section the values are in, by a text in it or as a target.
        frame: Part of the name, address or title of the frame they are in.
        normalise: What may differ: width (full or half), spaces, commas (thousands separators, 円), wareki (how a date is
            written).

    Raises:
        TargetNotFound: A label is not on the page, or more than once.
        VerificationFailed: Values differ; names each field, what was expected and what was found.

    Example:
        - uses: browser.verify
          with: {values: {氏名: "${{ item.氏名 }}", 収入金額: "${{ item.金額 | yen }}"}, normalise: [commas]}
    """
    await before(page, ctx)
    targets = [Target(label=str(label), within=within, frame=frame) for label in values]
    found = await _values(page, ctx, targets)
    differences = [
        Difference(target.words, expected, value)
        for target, expected, value in zip(targets, values.values(), found, strict=True)
        if value is None or not same(expected, value, normalise)
    ]
    refuse(ctx, page.current.url, differences, hint="Nothing was registered yet: compare the page with the data")


async def _values(page: OpenPage, ctx: Context, targets: Sequence[Target]) -> list[Any]:
    matches = await found_in_time(page, ctx, targets, "value")
    for match in matches:
        if match is not None:
            note_match(page, ctx, match)
    return [None if match is None else match.value for match in matches]


@action(idempotent=True)
async def read_text(
    target: str | Target | None = None, label: str | None = None, *, page: OpenPage, ctx: Context
) -> dict[str, str]:
    """Read one value that the page shows.

    Args:
        target: Label of the value, or a target.
        label: Label of the value.

    Returns:
        `text`: what is shown, without spaces around it.

    Raises:
        TargetNotFound: It is not on the page, or more than one is.

    Example:
        - {id: receipt, uses: browser.read_text, with: {label: 登録番号}}
    """
    await before(page, ctx)
    if (target is None) == (label is None):
        raise ConfigError("read_text takes exactly one of target and label")
    wanted = Target(label=label) if label is not None else Target.of(target or "", "label")
    (value,) = await _values(page, ctx, [wanted])
    return {"text": ", ".join(value) if isinstance(value, list) else str(value if value is not None else "").strip()}


@action(idempotent=True)
async def read_table(
    caption: str | None = None,
    within: str | Target | None = None,
    index: Annotated[int, Field(ge=1)] | None = None,
    frame: str | None = None,
    may_be_missing: bool = False,
    *,
    page: OpenPage,
    ctx: Context,
) -> Table:
    """Read a table of the page; the last line of its head names the columns.

    Args:
        caption: Its caption, or the heading right before it.
        within: Section it is in, by a text in it or as a target.
        index: Which of several, counted from 1.
        frame: Part of the name, address or title of the frame it is in.
        may_be_missing: Hand on an empty table when there is none, instead of waiting for it.

    Returns:
        One record for each line below the head, cells as text.

    Raises:
        TargetNotFound: There is no such table, or more than one.

    Example:
        - {id: hit, uses: browser.read_table, with: {caption: 検索結果}}
    """
    await before(page, ctx)
    asked = {"caption": caption, "within": within.to_page() if isinstance(within, Target) else within, "index": index}
    deadline = ctx.clock.monotonic() + page.settings.timeout
    while True:
        answers = await _tables(page, asked, frame)
        count = sum(answer["count"] for answer in answers)
        if count == 1:
            grid = next(answer["table"] for answer in answers if answer["count"])
            return _as_table(grid, page.current.url, caption)
        if count == 0 and may_be_missing:
            return Table({})
        if count > 1 or ctx.clock.monotonic() > deadline:
            raise _no_table(page, asked, count, [name for answer in answers for name in answer["captions"]])
        await changed(page)


async def _tables(page: OpenPage, asked: dict[str, Any], frame: str | None) -> list[dict[str, Any]]:
    while True:
        try:
            return list(await asyncio.gather(*(ask(one, "tables", asked) for one in await page.frames(frame))))
        except DocumentLeft:
            continue


def _no_table(page: OpenPage, asked: dict[str, Any], count: int, captions: list[str]) -> TargetNotFound:
    wanted = ", ".join(f"{name} “{value}”" for name, value in asked.items() if value is not None) or "without a name"
    return TargetNotFound(
        "{count} tables answer to {target} on {url}; captions there: {candidates}",
        count=count,
        target=wanted,
        url=page.current.url,
        candidates=", ".join(captions) or "none",
        hint="Say which one with caption, within or index" if count > 1 else None,
        nothing_sent=True,
    )


def _as_table(grid: dict[str, Any], url: str, caption: str | None) -> Table:
    lines: list[list[str]] = grid["lines"]
    heads: int = grid["heads"]
    width = max((len(line) for line in lines), default=0)
    names = _column_names(lines[heads - 1] if heads else [], width)
    body = [[*line, *[""] * (width - len(line))] for line in lines[heads:]]
    origins = [Origin(url, caption, number) for number in range(1, len(body) + 1)]
    return Table({name: [line[index] for line in body] for index, name in enumerate(names)}, origins)


def _column_names(head: Sequence[str], width: int) -> list[str]:
    """Names of the columns; unnamed ones are called by their number, repeated ones get a number."""
    names: list[str] = []
    for index in range(width):
        name = " ".join((head[index] or "").split()) if index < len(head) else ""
        name = name or f"列{index + 1}"
        names.append(name if name not in names else f"{name} ({names.count(name) + 1})")
    return names
