"""The declarations of the resident's tax that the demo enters: a workbook of constants, the same whenever it is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yakin.japan import ImpossibleDate, bank_kana, format_wareki, halfwidth, parse_amount, to_seireki
from yakin.practice.form import AMOUNTS, BY_LABEL, DATES, FIELDS
from yakin.practice.sample_rows import COLUMNS, ROWS, Cell
from yakin.practice.samples.looks import finish, keep, write_columns, write_groups, write_row, write_title
from yakin.practice.validation import check_declaration

SHEET = "受付"
HEADER_ROW = 3
RESULT_COLUMNS = ("登録番号", "処理結果")
"""Empty columns behind the others, for what comes of each row."""

DECLARATIONS = 40
ALREADY_REGISTERED = ("07000117",)
"""受付番号 that the practice system knows beforehand when it is seeded."""
IMPOSSIBLE_DATE = ("07000121",)
"""受付番号 whose 生年月日 never existed."""
REFUSED = ("07000134",)
"""受付番号 that the practice system refuses at the confirm step: their 地区 is closed."""
NEW_DECLARATIONS = 37
TOTAL_INCOME = 96_690_539
"""Sum of 収入金額 of all 40 rows, in yen."""
TOTAL_NEW_INCOME = 87_448_995
"""Sum of 収入金額 of the 37 rows that are new and in order, in yen."""


def declarations() -> list[dict[str, Cell]]:
    """The 40 rows of the workbook, by column, as they are written there."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def as_typed(row: Mapping[str, Cell]) -> dict[str, str]:
    """A row as a careful clerk types it into the form, by name of the field; an impossible date stays as it is."""
    filled = {BY_LABEL[label].name: str(cell) for label, cell in row.items() if cell is not None}
    return {name: _retyped(name, text) for name, text in filled.items()}


def _retyped(name: str, text: str) -> str:
    if name in DATES:
        try:
            return to_seireki(text) if name == "shinkokubi" else format_wareki(text)
        except ImpossibleDate:
            return text
    if name in AMOUNTS:
        return f"{parse_amount(text):,}"
    if name == "koza_kana":
        return bank_kana(text)
    if name == "shogaisha":
        return "1"
    return halfwidth(text) if name in ("denwa", "yubin") else text


def already_registered_rows() -> list[dict[str, Any]]:
    """What `Store.seed` takes, so that the practice system knows `ALREADY_REGISTERED` beforehand."""
    typed = [as_typed(row) for row in declarations() if row["受付番号"] in ALREADY_REGISTERED]
    checked = [check_declaration(posted).values for posted in typed]
    return [{field.label: values[field.name] for field in FIELDS} for values in checked]


def write_declarations(path: Path) -> None:
    """Write the workbook of declarations: sheet 受付, title and totals in row 1, groups in row 2, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    columns = (*COLUMNS, *RESULT_COLUMNS)
    write_title(
        sheet,
        "A1:H1",
        "令和7年度 住民税申告受付一覧",
        {"I1": "件数", "K1": "収入金額合計", "P1": "作成", "Q1": "税務課 令和7年3月11日"},
    )
    sheet["J1"], sheet["L1"] = DECLARATIONS, TOTAL_INCOME
    groups = {
        "A2:A2": "受付",
        "B2:E2": "申告者",
        "F2:I2": "連絡先",
        "J2:N2": "申告内容",
        "O2:O2": "還付",
        "P2:Q2": "受付",
        "R2:S2": "処理",
    }
    write_groups(sheet, groups)
    write_columns(sheet, columns, HEADER_ROW)
    for number, row in enumerate(ROWS, HEADER_ROW + 1):
        write_row(sheet, number, (*row, None, None))
    widths = (11, 16, 20, 18, 8, 11, 38, 9, 16, 10, 14, 15, 10, 11, 22, 14, 26, 14, 24)
    finish(sheet, widths, HEADER_ROW)
    keep(book, path)
