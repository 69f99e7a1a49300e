"""Items of a run out to a workbook, for a clerk to correct the rows, and the rows back in.

The grey columns are ours: the key in the first of them says which item a row is, however the rows are sorted and whatever
is corrected in them. A hidden sheet says what the workbook is. Importing this module imports openpyxl; whoever needs it
imports it late.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet
from rich.cells import cell_len

from yakin.errors import BusinessError, RunError
from yakin.i18n import Translator, translator
from yakin.reports import verdicts
from yakin.reports.cells import common_kind, read_back, written
from yakin.reports.sheets import TINTS, dress, finish_list, list_sheet, put, set_value
from yakin.results import ItemResult, RunResult
from yakin.values import Row, canonical_json

_ABOUT = "yakin"
"""Name of the hidden sheet."""

_SCHEMA = 1
_OURS = 6
"""Columns of ours: key, state, why, what to do, tries, place."""

_GREY = "EDEFF4"
_NARROWEST, _WIDEST = 8, 40
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
_LONGEST_TITLE = 31


class WrongWorkbook(RunError):
    """A workbook of corrected rows is not what was written for this run, or was changed in a way that cannot be taken."""

    code = "wrong-workbook"
    exit_status = 2


@dataclass(frozen=True, slots=True)
class BlockRows:
    """Rows of one block of a run.

    Attributes:
        block: Path of the block.
        title: What it does, for people.
        rows: Business key → row, of all its rows.
        items: Those of its items that are written.
    """

    block: str
    title: str
    rows: Mapping[str, Any]
    items: Sequence[ItemResult] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of its data; one without a name when the rows have none."""
        if not all(isinstance(row, Mapping) for row in self.rows.values()):
            return ("",)
        return tuple(dict.fromkeys(str(name) for row in self.rows.values() for name in row))

    @property
    def kinds(self) -> Mapping[str, type | None]:
        """Column → the type of all that is in it; None where there are several."""
        return {name: common_kind(_cell(row, name) for row in self.rows.values()) for name in self.columns}


def write(result: RunResult, blocks: Sequence[BlockRows], language: str) -> bytes:
    """The workbook as the bytes of an .xlsx file, a sheet for each block.

    Args:
        result: The run.
        blocks: Its blocks that have items to be written.
        language: `ja` or `en`.
    """
    t = translator(language)
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    about: Worksheet = book.create_sheet(_ABOUT)
    about.sheet_state = "veryHidden"
    put(about, 1, 1, canonical_json({"schema": _SCHEMA, "run": result.id, "workflow": result.workflow_hash}))
    for row, block in enumerate(blocks, 2):
        sheet = _write_block(book, block, t)
        told = {"sheet": sheet.title, "block": block.block, "header": _header(block, t)}
        put(about, row, 1, canonical_json(told))
    book.move_sheet(about, len(blocks))
    book.active = 0
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(path: Path, result: RunResult, blocks: Sequence[BlockRows]) -> dict[str, list[Any]]:
    """Read back a workbook that a clerk has corrected.

    Args:
        path: The workbook.
        result: The run for which it was written.
        blocks: The blocks of that run, with all rows, and with those items that may be corrected.

    Returns:
        Path of a block → its rows, in the types they had; rows that the clerk has deleted are not among them.

    Raises:
        WrongWorkbook: It was not written for this run, rows were added, columns were changed, a cell cannot be read, or
            a row was corrected whose item needs no correction.
    """
    book, told, sheets = _opened(path)
    if told["run"] != result.id or told["workflow"] != result.workflow_hash:
        raise WrongWorkbook(
            "{path} has the items of run {other}, not of {run}", path=path, other=told["run"], run=result.id
        )
    known = {block.block: block for block in blocks}
    found: dict[str, list[Any]] = {}
    for about in sheets:
        if about["sheet"] not in book.sheetnames or about["block"] not in known:
            raise WrongWorkbook("The sheet {sheet} is gone", sheet=about["sheet"])
        rows = _Reading(book[about["sheet"]], about["header"], known[about["block"]]).rows()
        if rows:
            found[about["block"]] = rows
    if not found:
        raise WrongWorkbook("{path} has no row that is to be done again", path=path)
    return found


def _header(block: BlockRows, t: Translator) -> list[str]:
    ours = [t.text("Key"), t.text("State"), t.text("Why"), t.text("What to do"), t.text("Tries"), t.text("Where")]
    return [*ours, *(name or t.text("Value") for name in block.columns)]


def _write_block(book: Workbook, block: BlockRows, t: Translator) -> Worksheet:
    header, kinds = _header(block, t), block.kinds
    title = _NOT_IN_A_TITLE.sub(" ", block.title)[:_LONGEST_TITLE].strip() or block.block
    sheet = list_sheet(book, title, [(name, _NARROWEST) for name in header])
    sheet.freeze_panes = "B2"
    for number, item in enumerate(block.items, 2):
        _write_ours(sheet, number, item, t)
        for column, (name, kind) in enumerate(kinds.items(), _OURS + 1):
            _write_cell(sheet, number, column, _cell(block.rows.get(item.key), name), kind)
    finish_list(sheet, len(header), len(block.items))
    for number in range(1, len(header) + 1):
        cells = (str(sheet.cell(row, number).value or "") for row in range(1, len(block.items) + 2))
        longest = max(cell_len(line) for cell in cells for line in cell.splitlines() or [""])
        sheet.column_dimensions[get_column_letter(number)].width = min(max(longest + 2, _NARROWEST), _WIDEST)
    return sheet


def _write_ours(sheet: Worksheet, row: int, item: ItemResult, t: Translator) -> None:
    verdict = verdicts.verdict_of(item)
    state = t.text(verdicts.VERDICTS[verdict])
    values = [item.key, state, verdicts.reason(item, t), verdicts.advice(item, t), item.attempts, item.label]
    for column, value in enumerate(values, 1):
        tint = TINTS[verdict] if column == 2 else _GREY
        dress(
            set_value(sheet, row, column, value),
            colour="555A66",
            tint=tint,
            form="@" if isinstance(value, str) else None,
        )


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, kind: type | None) -> None:
    content, form = written(value, kind)
    if isinstance(content, str):
        cell = set_value(sheet, row, column, content)
    else:
        found = sheet.cell(row, column)
        assert isinstance(found, Cell)
        cell = found
        cell.value = content
    dress(cell, form=form)


def _opened(path: Path) -> tuple[Workbook, dict[str, Any], list[dict[str, Any]]]:
    if not path.is_file():
        raise WrongWorkbook("{path} does not exist", path=path)
    try:
        book = load_workbook(path)
        told, *sheets = [json.loads(str(value)) for (value,) in book[_ABOUT].iter_rows(max_col=1, values_only=True)]
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise WrongWorkbook(
            "{path} is not a workbook of items that Yakin wrote",
            path=path,
            hint="Write one with: runner.py items RUN --failed --xlsx FILE",
        ) from error
    if not isinstance(told, dict) or told.get("schema") != _SCHEMA:
        raise WrongWorkbook("{path} was written by another version of Yakin", path=path)
    return book, told, sheets


@dataclass(frozen=True)
class _Reading:
    """Reads the corrected rows of one sheet."""

    sheet: Worksheet
    header: Sequence[str]
    block: BlockRows

    def rows(self) -> list[Any]:
        self._see_that_columns_are_the_same()
        filled = list(self._filled())
        self._see_that_no_row_was_added(filled)
        wanted = {item.key for item in self.block.items}
        kinds = self.block.kinds
        rows = {key: self._row(cells, self.block.rows[key], kinds) for key, cells in filled}
        settled = [cells for key, cells in filled if key not in wanted and not _same(rows[key], self.block.rows[key])]
        if settled:
            raise WrongWorkbook(
                "{sheet}: rows {rows} were changed, but are registered or in doubt",
                sheet=self.sheet.title,
                rows=_numbers(settled),
                hint="Take them out of the workbook. What is in doubt has to be settled first: runner.py settle",
            )
        return [rows[key] for key, _ in filled if key in wanted]

    def _filled(self) -> Iterator[tuple[str, tuple[Cell, ...]]]:
        for row in self.sheet.iter_rows(min_row=2, max_col=len(self.header)):
            cells = tuple(cell for cell in row if isinstance(cell, Cell))
            if len(cells) < len(row):
                raise WrongWorkbook("{sheet}: cells were merged", sheet=self.sheet.title, hint="Unmerge them")
            if any(cell.value not in (None, "") for cell in cells):
                yield str(read_back(cells[0].value, "", str) or "").strip(), cells

    def _see_that_columns_are_the_same(self) -> None:
        found = ["" if cell.value is None else str(cell.value) for cell in self.sheet[1]]
        while found and not found[-1]:
            found.pop()
        if found != list(self.header):
            changed = [name for name in (*found, *self.header) if (name in found) != (name in self.header)]
            raise WrongWorkbook(
                "{sheet}: the columns were changed: {columns}",
                sheet=self.sheet.title,
                columns=", ".join(changed) or ", ".join(found),
                hint="Leave the columns as they are; only the white cells are to be corrected",
            )

    def _see_that_no_row_was_added(self, filled: Sequence[tuple[str, tuple[Cell, ...]]]) -> None:
        times = Counter(key for key, _ in filled)
        added = [cells for key, cells in filled if key not in self.block.rows or times[key] > 1]
        if added:
            raise WrongWorkbook(
                "{sheet}: rows {rows} are no items of the run, or are there twice",
                sheet=self.sheet.title,
                rows=_numbers(added),
                hint="New rows belong in the list that the workflow reads. Leave the grey columns as they are",
            )

    def _row(self, cells: Sequence[Cell], original: Any, kinds: Mapping[str, type | None]) -> Any:
        values = {
            name: self._value(cell, _cell(original, name), kind)
            for (name, kind), cell in zip(kinds.items(), cells[_OURS:], strict=True)
        }
        if not isinstance(original, Mapping):
            return values[""]
        # A column that the row did not have stays away as long as nothing is in it.
        there = {name: value for name, value in values.items() if name in original or value is not None}
        return Row.of(there, original.origin) if isinstance(original, Row) else there

    def _value(self, cell: Cell, original: Any, kind: type | None) -> Any:
        if cell.data_type in ("f", "e"):
            raise WrongWorkbook(
                "{sheet}!{cell} holds a formula or an error",
                sheet=self.sheet.title,
                cell=cell.coordinate,
                hint="Put the value itself there",
            )
        try:
            return read_back(cell.value, original, kind)
        except (ValueError, BusinessError) as error:
            raise WrongWorkbook(
                "{sheet}!{cell}: {value} cannot stand there: {error}",
                sheet=self.sheet.title,
                cell=cell.coordinate,
                value=cell.value,
                error=error,
            ) from error


def _cell(row: Any, column: str) -> Any:
    if isinstance(row, Mapping):
        return row.get(column)
    return row if column == "" else None


def _same(row: Any, original: Any) -> bool:
    return dict(row) == dict(original) if isinstance(original, Mapping) else bool(row == original)


def _numbers(rows: Sequence[Sequence[Cell]]) -> str:
    return ", ".join(str(cells[0].row) for cells in rows)
