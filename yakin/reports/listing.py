"""The items of a run in the terminal, each with what became of it and what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yakin.i18n import Translator, translator
from yakin.reports import verdicts
from yakin.reports.plain import item_to_json
from yakin.reports.prose import Prose
from yakin.reports.screen import console
from yakin.results import ItemResult, RunResult, StepResult

if TYPE_CHECKING:
    from rich.console import RenderableType

TO_CORRECT = ("failed", "set_aside", "pending")
"""Verdicts of items that a clerk corrects and hands in again."""


@dataclass(frozen=True, slots=True)
class BlockItems:
    """Chosen items of one block of a run.

    Attributes:
        run: The run.
        step: The block.
        items: Its items that were chosen, in order.
    """

    run: RunResult
    step: StepResult
    items: Sequence[ItemResult]


def chosen(results: Sequence[RunResult], chosen_verdicts: Sequence[str], block: str | None = None) -> list[BlockItems]:
    """The items of runs that have one of these verdicts, by block; blocks without any are left out.

    Args:
        results: The runs.
        chosen_verdicts: Keys of `VERDICTS`; all when empty.
        block: Only those of the block of this path.
    """
    found = []
    for result in results:
        for step in result.steps:
            items = [item for item in step.items if not chosen_verdicts or verdicts.verdict_of(item) in chosen_verdicts]
            if items and block in (None, step.path):
                found.append(BlockItems(result, step, items))
    return found


def print_items(result: RunResult, blocks: Sequence[BlockItems], *, language: str) -> None:
    """Print items, and what can be done about them.

    Args:
        result: The run that was asked for.
        blocks: Its items, and those of runs that it called.
        language: `ja` or `en`.
    """
    console().print(items_list(result, blocks, language))


def items_list(result: RunResult, blocks: Sequence[BlockItems], language: str) -> RenderableType:
    """Items by block, and what can be done about them; see `print_items`."""
    from rich.console import Group
    from rich.text import Text

    t = translator(language)
    if not blocks:
        return Text(t.text("There are no such items"))
    parts: list[RenderableType] = []
    for block in blocks:
        about = [block.step.path, *([] if block.run.id == result.id else [block.run.id])]
        about.append(t.plural("{n} item", "{n} items", len(block.items)))
        title = Text(block.step.title, "bold")
        title.append("  " + " · ".join(about), "dim")
        parts += [title, _table(block.items, t), Text()]
    return Group(*parts, *_what_to_do(blocks, t))


def items_to_json(blocks: Sequence[BlockItems]) -> list[dict[str, Any]]:
    """Items as plain data: those of a run's JSON form, each with its run and block."""
    return [
        {"run": block.run.id, "block": block.step.path, **item_to_json(item)}
        for block in blocks
        for item in block.items
    ]


def _table(items: Sequence[ItemResult], t: Translator) -> RenderableType:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    table.add_column(t.text("Key"), overflow="fold")
    table.add_column(t.text("State"), overflow="fold")
    table.add_column(t.text("Why, and what proves it"), overflow="fold", ratio=1)
    for item in items:
        pictures = len(item.evidence)
        told = [
            item.label,
            verdicts.reason(item, t),
            ", ".join(f"{name}: {value}" for name, value in item.result.items()),
        ]
        lines: list[RenderableType] = [Prose(line) for line in told if line]
        if pictures:
            count = t.plural("{n} piece of evidence, the last:", "{n} pieces of evidence, the last:", pictures)
            lines.append(Prose(f"{count} {item.evidence[-1].path}", "dim"))
        table.add_row(Text(item.key), Text(t.text(verdicts.VERDICTS[verdicts.verdict_of(item)])), Group(*lines))
    return table


def _what_to_do(blocks: Sequence[BlockItems], t: Translator) -> list[RenderableType]:
    told: list[RenderableType] = []
    for verdict_names, sentence, command in (
        (
            ("in_doubt",),
            t.text("Look in the system, then settle each that is in doubt, by --was-registered or --was-not:"),
            'runner.py settle {run} KEY --was-registered --reason "…"',
        ),
        (TO_CORRECT, t.text("To correct the rows in a workbook:"), "runner.py items {run} --failed --xlsx FILE"),
    ):
        concerned = [
            block.run.id
            for block in blocks
            if (block.step.rows or verdict_names is not TO_CORRECT)
            and any(verdicts.verdict_of(item) in verdict_names for item in block.items)
        ]
        told += [
            line
            for run in dict.fromkeys(concerned)
            for line in (Prose(f"→ {sentence}", "cyan"), Prose(command.replace("{run}", run), "cyan", indent=2))
        ]
    return told
