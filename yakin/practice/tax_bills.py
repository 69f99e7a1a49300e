"""Bills of the local tax and the payments that came in for them: the data of the reconciliation (収納突合)."""

from __future__ import annotations

from datetime import date, timedelta

from yakin.japan import bank_kana, fullwidth
from yakin.practice.sample_rows import ROWS

BILL_COLUMNS = ("通知書番号", "納税義務者", "カナ", "期別", "請求額", "納期限")
PAYMENT_COLUMNS = ("通知書番号", "納付者カナ", "納付額", "納付日")

BILLED = 60
PAID = 58
"""Lines of the payments, the duplicate and the unknown one among them."""
AGREEING = 53
"""Bills paid once, with the amount billed."""
WRONG_AMOUNT = ("2025000118", "2025000141")
"""Bills paid once with another amount: 1,000 yen too little, 900 yen too much."""
UNPAID = ("2025000107", "2025000125", "2025000133", "2025000156")
UNKNOWN = ("2025000913",)
"""Paid, but never billed."""
PAID_TWICE = ("2025000129",)
"""Paid in full on two days."""

_DUE = {"第1期": date(2025, 6, 30), "第2期": date(2025, 9, 1)}
_PAID_AMOUNTS = {"2025000118": -1000, "2025000141": 900}
_FULL_WIDTH_EVERY = 9


def bills() -> list[tuple[str, str, str, str, int, date]]:
    """The bills, in order of 通知書番号: 30 people, two terms each."""
    found: list[tuple[str, str, str, str, int, date]] = []
    for place in range(BILLED):
        person = ROWS[place % (BILLED // 2)]
        term = "第1期" if place < BILLED // 2 else "第2期"
        number = f"2025{place + 101:06d}"
        found.append((number, str(person[1]), str(person[2]), term, _billed(place), _DUE[term]))
    return found


def payments() -> list[tuple[str, str, int, str]]:
    """The payments, in the order they came in: dates as 2025/06/20, every ninth number in full width."""
    found: list[tuple[str, str, int, str]] = []
    for place, (number, _, kana, _, amount, due) in enumerate(bills()):
        if number in UNPAID:
            continue
        day = due - timedelta(days=(place * 7) % 19)
        written = fullwidth(number) if place % _FULL_WIDTH_EVERY == 4 else number
        found.append((written, bank_kana(kana), amount + _PAID_AMOUNTS.get(number, 0), f"{day:%Y/%m/%d}"))
        if number in PAID_TWICE:
            found.append((number, bank_kana(kana), amount, f"{day + timedelta(days=3):%Y/%m/%d}"))
    found.append((UNKNOWN[0], "ﾐｻｷ ﾀﾛｳ", 12_500, "2025/06/27"))
    return sorted(found, key=lambda payment: payment[3])


def _billed(place: int) -> int:
    """What is billed, in yen; the first term bears what the year's tax leaves when divided by the terms."""
    person, first_term = place % (BILLED // 2), place < BILLED // 2
    return 14_500 + person * 3_700 % 61_000 + (900 if first_term else 0)
