"""The action that judges a workbook: thin, what it does is in the modules beside this one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from bots.excel.addresses import HeaderRow
from bots.excel.encodings import Encoding
from bots.excel.layout import Cell, Layout, layout_of, parts_of
from bots.excel.lint.findings import Check, Finding, Language, findings_table
from bots.excel.lint.rules import findings_of
from bots.excel.reading.csvfiles import text_grid
from bots.excel.reading.sources import TEXT_SUFFIXES, WORKBOOK_SUFFIXES, Source, read_bytes, read_source
from yakin.actions import Context, action
from yakin.values import Scalar, Secret, Table

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


@action(idempotent=True)
def lint(
    path: Path,
    sheet: str | None = None,
    header_row: HeaderRow | None = None,
    checks: list[Check] | None = None,
    encoding: Encoding = "auto",
    password: Secret | None = None,
    language: Language = "ja",
    *,
    ctx: Context,
) -> Table:
    """Judge whether programs can read a workbook, by the Ministry's rules for machine-readable tables.

    The rules are 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」 of 2020-12-18; each finding has the number of its
    checklist (1-1 to 2-2), the cells, and what to do. Nothing is changed.

    Args:
        path: Workbook (.xlsx, .xlsm) or text file (.csv, .tsv, .txt), relative to the project.
        sheet: Sheet to look at; all sheets when left out.
        header_row: Row of the column names, counted from 1; found by its looks when left out.
        checks: Which checks; all when left out.
        encoding: What a text file is written in.
        password: What opens a locked workbook: a secret.
        language: Language of the sentences.

    Returns:
        One row for each finding, with ファイル, シート, セル, 番号, 種類, 値 and 内容; none when nothing was found.

    Raises:
        WorkbookUnreadable: There is no such file, or it cannot be read.
        SheetNotFound: The workbook has no sheet of that name.

    Example:
        - id: lint
          uses: excel.lint
          with: {path: samples/juminzei.xlsx, sheet: 受付, checks: [number_as_text, merged_cells, omitted]}
    """
    file = ctx.path(path)
    wanted: list[Check] = checks if checks is not None else list(get_args(Check))
    found: list[Finding] = []
    if file.suffix.lower() not in (*WORKBOOK_SUFFIXES, *TEXT_SUFFIXES):
        read_bytes(file)
        found += [Finding("file_format", file.name)] if "file_format" in wanted else []
    else:
        for layout in _layouts(read_source(file, password), sheet, encoding):
            found += findings_of(layout, header_row, wanted)
    ctx.log.bind(findings=len(found)).info("workbook judged")
    return findings_table(found, language)


def _layouts(source: Source, sheet: str | None, encoding: Encoding) -> Iterator[Layout]:
    if source.kind == "text":
        rows = text_grid(source, encoding, "auto").rows
        fields = (((row, column), text) for row, cells in enumerate(rows, 1) for column, text in enumerate(cells, 1))
        yield Layout(source.name, None, {place: Cell(_as_read(text)) for place, text in fields})
        return
    package = parts_of(source)
    for name in [sheet] if sheet is not None else list(package.sheets):
        yield layout_of(package, name)


def _as_read(text: str) -> Scalar:
    """A field of a CSV file as programs take it: there a number is what looks like one."""
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None
