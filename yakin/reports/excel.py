"""The report of a run as a workbook: the summary, one row for each item, the steps.

Importing this module imports openpyxl; whoever needs it imports it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from yakin.i18n import Translator, translator
from yakin.reports import relations, verdicts
from yakin.reports.decisions import decision_words
from yakin.reports.evidence import Links
from yakin.reports.sheets import TINTS, dress, fill, finish_list, font, for_print, list_row, list_sheet, put, top
from yakin.results import ItemResult, RunResult, StepResult
from yakin.storage import Storage

_LINK = "0017C1"
_STATUS_TINTS = {"succeeded": TINTS["registered"], "failed": TINTS["failed"]}


def render(result: RunResult, *, folder: Path, language: str, storage: Storage) -> bytes:
    """The workbook as the bytes of an .xlsx file.

    Args:
        result: The run.
        folder: Where the workbook will be written.
        language: `ja` or `en`.
        storage: Where the run's evidence is.
    """
    t = translator(language)
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    _summary_sheet(book, result, t)
    _items_sheet(book, result, Links(result.id, storage, folder), t)
    _steps_sheet(book, result, t)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _summary_sheet(book: Workbook, result: RunResult, t: Translator) -> None:
    sheet: Worksheet = book.create_sheet(t.text("Result"))
    sheet.sheet_view.showGridLines = False
    outcome = verdicts.outcome(result, t)
    put(sheet, 1, 1, result.title, font(size=12, color="555A66"))
    put(sheet, 2, 1, outcome.headline, font(size=16, bold=True))
    row = 4
    for verdict, n in verdicts.counts(result.items).items() if result.items else ():
        put(sheet, row, 1, t.text(verdicts.VERDICTS[verdict]))
        sheet.cell(row, 1).fill = fill(TINTS[verdict])
        sheet.cell(row, 2, n).font = font(bold=n > 0)
        sheet.cell(row, 2).number_format = "#,##0"
        sheet.cell(row, 2).alignment = Alignment(horizontal="left")
        row += 1
    row = _totals(sheet, row, result, t)
    for name, value in [("", ""), *_facts(result, t)]:
        put(sheet, row, 1, name, font(color="555A66"))
        put(sheet, row, 2, value)
        sheet.cell(row, 2).alignment = top()
        row += 1
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 72
    for_print(sheet, landscape=False)


def _totals(sheet: Worksheet, row: int, result: RunResult, t: Translator) -> int:
    """The control totals of all blocks that have some; gives the next free row."""
    for step in result.steps:
        rows = relations.totals(step)
        if not rows:
            continue
        header = (t.text("Control total"), t.text("Sum"), t.text("Registered"), t.text("Not registered, or in doubt"))
        row += 1
        put(sheet, row, 1, step.title, font(bold=True))
        for values in (header, *((one.words(t), one.total, one.registered, one.not_registered) for one in rows)):
            row += 1
            for column, value in enumerate(values, 1):
                put(sheet, row, column, value, font(color="555A66") if values is header else None)
        sheet.column_dimensions["C"].width = sheet.column_dimensions["D"].width = 20
        row += 1
    return row


def _facts(result: RunResult, t: Translator) -> list[tuple[str, str]]:
    error = verdicts.run_error(result)
    facts = [
        (t.text("Why"), t.error(error)[0] if error is not None else ""),
        (t.text("Started"), verdicts.moment(result.started)),
        (t.text("Ended"), verdicts.moment(result.finished)),
        (t.text("Took"), verdicts.duration(result.duration_ms, t) if result.finished else ""),
        (t.text("Asked for by"), f"{result.actor} ({result.section})" if result.section else result.actor),
        (t.text("Run"), result.id),
        (t.text("Workflow"), f"{result.workflow}\nSHA-256 {result.workflow_hash}"),
        (t.text("Journal"), t.text("Entries {first} to {last}", first=result.first_seq, last=result.last_seq)),
        *((relations.word(name, t), value) for name, value in relations.related(result).items()),
        (t.text("Resumed"), t.plural("{n} time", "{n} times", result.resumed)),
    ]
    for name, value in result.inputs.items():
        facts.append((name, f"{value}\nSHA-256 {result.files[name]}" if name in result.files else value))
    facts += list(result.facts.items())
    return [(name, value) for name, value in facts if value]


def _items_sheet(book: Workbook, result: RunResult, links: Links, t: Translator) -> None:
    several = sum(bool(step.items) for step in result.steps) > 1
    results = list(dict.fromkeys(name for item in result.items for name in item.result))
    columns = [
        (t.text("No."), 6),
        *([(t.text("Step"), 26)] if several else []),
        (t.text("Key"), 16),
        (t.text("Where"), 28),
        (t.text("State"), 14),
        *((name, 18) for name in results),
        (t.text("Why"), 56),
        (t.text("What to do"), 44),
        (t.text("Tries"), 8),
        (t.text("Seconds"), 9),
        (t.text("Evidence"), 34),
    ]
    sheet = list_sheet(book, t.text("Items"), columns)
    titles = {step.path: step.title for step in result.steps}
    for row, item in enumerate(result.items, 2):
        _item_row(sheet, row, item, [titles[item.block]] if several else [], results, t)
        _evidence_link(sheet, row, len(columns), item, links)
    finish_list(sheet, len(columns), len(result.items))


def _item_row(
    sheet: Worksheet, row: int, item: ItemResult, step: list[str], results: Sequence[str], t: Translator
) -> None:
    verdict = verdicts.verdict_of(item)
    values: list[Any] = [
        row - 1,
        *step,
        item.key,
        item.label,
        t.text(verdicts.VERDICTS[verdict]),
        *(item.result.get(name, "") for name in results),
        verdicts.reason(item, t),
        verdicts.advice(item, t),
        item.attempts,
        round(item.duration_ms / 1000, 1),
        item.evidence[-1].path if item.evidence else "",
    ]
    list_row(sheet, row, values, tint_at=4 + len(step), tint=TINTS[verdict])


def _steps_sheet(book: Workbook, result: RunResult, t: Translator) -> None:
    columns = [
        (t.text("Step"), 18),
        (t.text("Title"), 36),
        (t.text("Action"), 24),
        (t.text("Line"), 8),
        (t.text("State"), 12),
        (t.text("Started"), 21),
        (t.text("Seconds"), 9),
        (t.text("Tries"), 8),
        (t.text("Handed on"), 28),
        (t.text("Why"), 56),
    ]
    sheet = list_sheet(book, t.text("Steps"), columns)
    for row, step in enumerate(result.steps, 2):
        status = verdicts.STATUSES.get(step.status)
        values: list[Any] = [
            step.path,
            step.title,
            step.uses,
            step.line,
            t.text(status) if status else step.status,
            verdicts.moment(step.started),
            round(verdicts.took(step) / 1000, 1),
            step.attempts,
            _handed_on(step, result, t),
            t.error(step.error)[0] if step.error is not None else "",
        ]
        list_row(sheet, row, values, tint_at=5, tint=_STATUS_TINTS.get(step.status, TINTS["pending"]))
    finish_list(sheet, len(columns), len(result.steps))


def _handed_on(step: StepResult, result: RunResult, t: Translator) -> str:
    if step.approval is not None:
        return decision_words(step.approval, t, over=result.finished is not None)
    return verdicts.output_words(step, t)


def _evidence_link(sheet: Worksheet, row: int, column: int, item: ItemResult, links: Links) -> None:
    """Lead to an item's last evidence, or say where it is when no link leads there."""
    if not item.evidence:
        return
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    target = links.link(item.evidence[-1])
    if target:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=target)
        dress(cell, colour=_LINK, underline="single")
    else:
        cell.value = links.place(item.evidence[-1])
