"""The bills and payments of the demo: a workbook and the bank's CSV, both of constants."""

from __future__ import annotations

import csv
from pathlib import Path

from yakin.practice.samples.looks import finish, keep, write_columns, write_row, write_title
from yakin.practice.tax_bills import BILL_COLUMNS, PAYMENT_COLUMNS, bills, payments

BILLING_SHEET = "請求一覧"
BILLING_HEADER_ROW = 3


def write_billing(path: Path) -> None:
    """Write the workbook of bills: sheet 請求一覧, title and totals in row 1, a note in row 2, columns in row 3."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = BILLING_SHEET
    billed = bills()
    write_title(sheet, "A1:C1", "令和7年度 町県民税（普通徴収）請求一覧", {"D1": "合計"})
    sheet["E1"] = sum(int(bill[4]) for bill in billed)
    sheet["F1"] = f"{len(billed)}件"
    sheet["A2"] = "※第1期・第2期分。収納データとの突合は通知書番号で行うこと。"
    write_columns(sheet, BILL_COLUMNS, BILLING_HEADER_ROW)
    for number, bill in enumerate(billed, BILLING_HEADER_ROW + 1):
        write_row(sheet, number, bill)
    finish(sheet, (15, 18, 24, 8, 13, 14), BILLING_HEADER_ROW)
    keep(book, path)


def write_payments(path: Path) -> None:
    """Write the payments as the bank's system exports them: CSV, CP932, CRLF."""
    with path.open("w", encoding="cp932", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(PAYMENT_COLUMNS)
        lines.writerows(payments())
