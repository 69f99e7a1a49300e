"""Targets on a page: what the clerk sees, found strictly.

The words on the page decide, first exactly, then without differences of width, spaces and required marks (`利用者ＩＤ＊` is
利用者ID). A label may be tied to its control or only stand beside it, as in old systems: then the control in the same cell,
the next cell, or next to it is taken, and the journal says so. Two matches are an error that lists them.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bots.browser.script import DocumentLeft, ask
from yakin.actions import Context
from yakin.errors import ConfigError, TargetNotFound
from yakin.japan import katakana, normal_text, strip_spaces

if TYPE_CHECKING:
    from playwright.async_api import Frame

    from bots.browser.session import OpenPage

Wanted = Literal["field", "value", "click", "any"]
"""What the target is for: a field to fill, a value to read, a thing to click, or only to be seen."""

KINDS = ("label", "button", "link", "role", "text", "placeholder", "title", "testid", "css", "click")
_PATIENCE_MS = 100
_NEAR = 5


@dataclass(frozen=True)
class Target:
    """One thing on a page, by what is seen of it: exactly one of the kinds, and what narrows it.

    Attributes:
        label: Words beside or above a field.
        button: Words on a button.
        link: Words of a link.
        role: ARIA role, such as `row` or `alert`; with `text` the words in it.
        text: Words anywhere, the smallest piece of the page that has them.
        placeholder: Hint shown inside an empty field.
        title: Words shown when the mouse rests on it.
        testid: Its `data-testid`.
        css: CSS selector, for what cannot be told by its words.
        click: Words on anything that can be clicked.
        within: The row, group, table or section it is in, by a text in it or as a target.
        nth: Which of several, counted from 1.
        frame: Part of the name, address or title of the frame it is in; all frames are searched when left out.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    label: str | None = None
    button: str | None = None
    link: str | None = None
    role: str | None = None
    text: str | None = None
    placeholder: str | None = None
    title: str | None = None
    testid: str | None = None
    css: str | None = None
    click: str | None = None
    within: str | Target | None = None
    nth: int | None = None
    frame: str | None = None

    def __post_init__(self) -> None:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1 and given != ["role", "text"]:
            raise ValueError(
                f"a target is named by exactly one of {', '.join(KINDS)}; given: {', '.join(given) or 'none'}"
            )
        if self.nth is not None and self.nth < 1:
            raise ValueError("nth is counted from 1")

    @classmethod
    def of(cls, given: str | Target | Mapping[str, Any], kind: str = "text") -> Target:
        """A target from what a workflow says; a text alone is of this kind.

        Raises:
            ConfigError: It is not a target.
        """
        if isinstance(given, Target):
            return given
        if isinstance(given, str):
            return cls.of({kind: given})
        try:
            within = given.get("within")
            narrowed = dict(given) | ({"within": cls.of(within)} if isinstance(within, Mapping) else {})
            return cls(**narrowed)
        except (TypeError, ValueError) as error:
            raise ConfigError("{target} is not a target: {why}", target=dict(given), why=error) from error

    def to_page(self) -> dict[str, Any]:
        """The form the script in the page reads."""
        plain = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "frame"}
        if isinstance(self.within, Target):
            plain["within"] = self.within.to_page()
        return {name: value for name, value in plain.items() if value is not None}

    def __str__(self) -> str:
        said = [
            f"{item.name} “{getattr(self, item.name)}”" for item in fields(self) if getattr(self, item.name) is not None
        ]
        return ", ".join(said).replace("click “", "“", 1)

    @property
    def words(self) -> str:
        """The words it is looked for by."""
        return next(str(value) for kind in ("text", *KINDS) if (value := getattr(self, kind)) is not None)


@dataclass(frozen=True, slots=True)
class Match:
    """A target that was found.

    Attributes:
        target: What was looked for.
        frame: Where it is.
        position: Where the script in that frame holds it.
        kind: `text`, `select`, `radios`, `checkbox`, … of a field; `button` or `shown` of anything else.
        options: What can be chosen; None where nothing is chosen.
        blank: Position of the option that means nothing is chosen; -1 where there is none.
        disabled: Whether it cannot be used now.
        readonly: Whether it cannot be typed into.
        fallback: How it was found although its label is not tied to it; None when it is.
        opens: Whether clicking it opens another window.
        fingerprint: How it looks, when that was asked for.
        value: What it holds or shows, of a value.
    """

    target: Target
    frame: Frame
    position: int
    kind: str
    options: list[str] | None
    blank: int
    disabled: bool
    readonly: bool
    fallback: str | None
    opens: bool
    fingerprint: Mapping[str, Any] | None
    value: Any


async def find(page: OpenPage, ctx: Context, targets: Sequence[Target], wanted: Wanted) -> list[Match | None]:
    """Look for all targets now; None for one that is not there.

    Raises:
        TargetNotFound: Something answers to a target more than once.
        DocumentLeft: The page was replaced while it was looked at.
    """
    found: list[Match | None] = [None] * len(targets)
    for wanted_frame in dict.fromkeys(target.frame for target in targets):
        places = [index for index, target in enumerate(targets) if target.frame == wanted_frame]
        frames = await page.frames(wanted_frame)
        requests = [
            {"target": targets[index].to_page(), "wanted": wanted, "print": _is_new(page, ctx, targets[index])}
            for index in places
        ]
        answers = await asyncio.gather(*(ask(frame, "find", requests) for frame in frames))
        for position, index in enumerate(places):
            here = [(frame, answer[position]) for frame, answer in zip(frames, answers, strict=True)]
            found[index] = _one(page, ctx, targets[index], position, here)
    return found


def _is_new(page: OpenPage, ctx: Context, target: Target) -> bool:
    return not ctx.sensitive and (ctx.workflow, ctx.step, str(target)) not in page.known


def _one(
    page: OpenPage, ctx: Context, target: Target, position: int, here: list[tuple[Frame, dict[str, Any]]]
) -> Match | None:
    hits = [(frame, answer) for frame, answer in here if answer["count"]]
    count = sum(answer["count"] for _, answer in hits)
    if count > 1:
        seen = [one for _, answer in hits for one in (answer["described"] or [answer["found"]["kind"]])]
        raise TargetNotFound(
            "{count} things answer to {target} on {url}: {candidates}",
            count=count,
            target=target,
            url=page.current.url,
            candidates="not told, the step is sensitive" if ctx.sensitive else "; ".join(seen),
            hint="Say which one with within, frame or nth",
            nothing_sent=True,
        )
    if not hits:
        return None
    frame, answer = hits[0]
    seen = answer["found"]
    return Match(
        target,
        frame,
        position,
        kind=seen["kind"],
        options=seen["options"],
        blank=seen["blank"],
        disabled=seen["disabled"],
        readonly=seen["readonly"],
        fallback=seen["fallback"],
        opens=seen["opens"],
        fingerprint=answer["print"],
        value=answer["value"],
    )


async def found_in_time(
    page: OpenPage, ctx: Context, targets: Sequence[Target], wanted: Wanted, *, at_least: int | None = None
) -> list[Match | None]:
    """Look for targets, waiting until they appear; stops when the first `at_least` of them are there (all by default).

    Raises:
        TargetNotFound: One of those is missing when the time is over, or something answers more than once.
    """
    needed = len(targets) if at_least is None else at_least
    deadline = ctx.clock.monotonic() + page.settings.timeout
    while True:
        try:
            found = await find(page, ctx, targets, wanted)
        except DocumentLeft:
            if ctx.clock.monotonic() > deadline:
                raise
            continue
        missing = next((index for index, match in enumerate(found[:needed]) if match is None), None)
        if missing is None:
            return found
        if ctx.clock.monotonic() > deadline:
            raise await _not_found(page, ctx, targets, missing, wanted)
        await changed(page)


async def the_one(page: OpenPage, ctx: Context, target: Target, wanted: Wanted) -> Match:
    """Look for one target, waiting until it appears; what is worth remembering of it is noted.

    Raises:
        TargetNotFound: It is not there in time, or something else answers too.
    """
    from bots.browser.fingerprints import note_match

    (match,) = await found_in_time(page, ctx, [target], wanted)
    assert match is not None
    note_match(page, ctx, match)
    return match


async def changed(page: OpenPage) -> None:
    """Wait until the page changes, a moment at most."""
    frames = await page.frames()
    await asyncio.gather(*(ask(frame, "changed", _PATIENCE_MS) for frame in frames), return_exceptions=True)


async def _not_found(
    page: OpenPage, ctx: Context, targets: Sequence[Target], missing: int, wanted: Wanted
) -> TargetNotFound:
    from bots.browser.fingerprints import proposal

    target = targets[missing]
    frames = await page.frames(target.frame)
    if not frames:
        every = [frame.name or frame.url for frame in page.current.frames[1:]]
        return TargetNotFound(
            "There is no frame {frame} on {url}; there are: {frames}",
            frame=target.frame,
            url=page.current.url,
            frames=", ".join(every) or "none",
            nothing_sent=True,
        )
    answers = await asyncio.gather(*(ask(frame, "names", wanted) for frame in frames), return_exceptions=True)
    names = [name for answer in answers if isinstance(answer, list) for name in answer]
    proposed = await proposal(page, ctx, targets, missing, frames) if wanted in ("field", "value") else None
    return TargetNotFound(
        "Nothing answers to {target} on {url}; nearest on the page: {candidates}",
        target=target,
        url=page.current.url,
        candidates=", ".join(_nearest(target.words, names)) or "nothing",
        proposed=proposed or "",
        hint="The field was probably renamed to {proposed}: look, and correct the workflow" if proposed else None,
        nothing_sent=True,
    )


def _nearest(words: str, names: list[str]) -> list[str]:
    by_sound: dict[str, str] = {}
    for name in names:
        by_sound.setdefault(_sound(name), name)
    near = difflib.get_close_matches(_sound(words), by_sound, n=_NEAR, cutoff=0.3)
    return [by_sound[sound] for sound in near] or list(by_sound.values())[:_NEAR]


def _sound(words: str) -> str:
    """ふりがな and ﾌﾘｶﾞﾅ are meant for フリガナ."""
    return strip_spaces(katakana(normal_text(words)))
