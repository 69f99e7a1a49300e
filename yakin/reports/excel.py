"""The report of a run as a workbook: the summary, one row for each item, the steps.

Importing this module imports openpyxl; whoever needs it imports it late.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from yakin.i18n import Translator, translator
from yakin.reports import verdicts
from yakin.reports.evidence import Links
from yakin.results import ItemResult, RunResult
from yakin.storage import Storage

_FONT = "Yu Gothic"
_HEADER = "0017C1"
_LINK = "0017C1"
_TINTS = {
    "registered": "E6F5EC",
    "found": "E5F0FC",
    "rehearsed": "E5F0FC",
    "set_aside": "FFF2E0",
    "failed": "FDEEEE",
    "in_doubt": "F7EDFC",
    "skipped": "EDEFF4",
    "pending": "EDEFF4",
}
_STATUS_TINTS = {"succeeded": _TINTS["registered"], "failed": _TINTS["failed"]}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LONGEST = 32_767
"""Characters a cell can hold."""


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
    _put(sheet, 1, 1, result.title, _font(size=12, color="555A66"))
    _put(sheet, 2, 1, outcome.headline, _font(size=16, bold=True))
    row = 4
    for verdict, n in verdicts.counts(result.items).items() if result.items else ():
        _put(sheet, row, 1, t.text(verdicts.VERDICTS[verdict]))
        sheet.cell(row, 1).fill = _fill(_TINTS[verdict])
        sheet.cell(row, 2, n).font = _font(bold=n > 0)
        sheet.cell(row, 2).number_format = "#,##0"
        sheet.cell(row, 2).alignment = Alignment(horizontal="left")
        row += 1
    for name, value in [("", ""), *_facts(result, t)]:
        _put(sheet, row, 1, name, _font(color="555A66"))
        _put(sheet, row, 2, value)
        sheet.cell(row, 2).alignment = _top()
        row += 1
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 72
    _for_print(sheet, landscape=False)


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
    sheet = _list_sheet(book, t.text("Items"), columns)
    titles = {step.path: step.title for step in result.steps}
    for row, item in enumerate(result.items, 2):
        _item_row(sheet, row, item, [titles[item.block]] if several else [], results, t)
        _evidence_link(sheet, row, len(columns), item, links)
    _finish_list(sheet, len(columns), len(result.items))


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
    _list_row(sheet, row, values, tint_at=4 + len(step), tint=_TINTS[verdict])


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
    sheet = _list_sheet(book, t.text("Steps"), columns)
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
            verdicts.output_words(step, t),
            t.error(step.error)[0] if step.error is not None else "",
        ]
        _list_row(sheet, row, values, tint_at=5, tint=_STATUS_TINTS.get(step.status, _TINTS["pending"]))
    _finish_list(sheet, len(columns), len(result.steps))


def _list_sheet(book: Workbook, title: str, columns: Sequence[tuple[str, int]]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title)
    for number, (name, width) in enumerate(columns, 1):
        _put(sheet, 1, number, name, _font(bold=True, color="FFFFFF"))
        sheet.cell(1, number).fill = _fill(_HEADER)
        sheet.cell(1, number).alignment = Alignment(vertical="center")
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = "A2"
    _for_print(sheet, landscape=True)
    sheet.print_title_rows = "1:1"
    return sheet


def _list_row(sheet: Worksheet, row: int, values: Sequence[Any], *, tint_at: int, tint: str) -> None:
    for column, value in enumerate(values, 1):
        cell = _put(sheet, row, column, value)
        cell.alignment, cell.border = _top(), _line_below()
        if column == tint_at:
            cell.fill = _fill(tint)


def _finish_list(sheet: Worksheet, columns: int, rows: int) -> None:
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{max(rows + 1, 2)}"


def _put(sheet: Worksheet, row: int, column: int, value: Any, font: Font | None = None) -> Cell:
    """Write a value; a text stays a text, whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, int | float):
        cell.value = value
    else:
        cell.value = _CONTROLS.sub("\ufffd", "" if value is None else str(value))[:_LONGEST]
        cell.data_type = "s"
    cell.font = font or _font()
    return cell


def _evidence_link(sheet: Worksheet, row: int, column: int, item: ItemResult, links: Links) -> None:
    """Lead to an item's last evidence, or say where it is when no link leads there."""
    if not item.evidence:
        return
    cell = sheet.cell(row, column)
    target = links.link(item.evidence[-1])
    if target:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=target)
        cell.font = _font(color=_LINK, underline="single")
    else:
        cell.value = links.place(item.evidence[-1])


def _for_print(sheet: Worksheet, *, landscape: bool) -> None:
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


@cache
def _font(**looks: Any) -> Font:
    return Font(name=_FONT, **looks)


@cache
def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour)


@cache
def _top() -> Alignment:
    return Alignment(vertical="top", wrap_text=True)


@cache
def _line_below() -> Border:
    return Border(bottom=Side("thin", color="D9DCE5"))
