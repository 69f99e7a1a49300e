"""Payments for tests: a made-up town and made-up accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

from bots.bank import Sender
from yakin.values import Origin, Table

SENDER = Sender(code="12345678", name="アオバマチ", bank="0146", branch="001", account="12345", branch_name="ホンテン")
DAY = date(2026, 6, 15)
PURPOSE = "児童手当 令和8年6月期"


def payee(number: int, amount: Any = 10000, **cells: Any) -> dict[str, Any]:
    """One row as a list of applications has it."""
    return {
        "受付番号": f"{number:08}",
        "金融機関コード": "0146",
        "支店コード": "101",
        "預金種目": "普通",
        "口座番号": f"{number:07}",
        "口座名義": "ヤマダ　タロウ",
        "金額": amount,
        **cells,
    }


def payees(*rows: dict[str, Any]) -> Table:
    """A list of applications; its first row is row 4 of a sheet."""
    origins = [Origin("申請.xlsx", "受付", 4 + index) for index in range(len(rows))]
    return Table({name: [row[name] for row in rows] for name in rows[0]}, origins)
