"""Bills of local taxes, and what the bank says was paid: the data of 税収納の消込.

Most people pay with the slip of each bill, so that the bank knows its number. The others transfer money: the bank then knows
a name in half-width kana and an amount, which may be that of several bills and may lack a fee.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Literal

from yakin.japan import fullwidth
from yakin.practice.samples.books import Page, write_book
from yakin.practice.samples.people import Person, people
from yakin.practice.samples.seeds import seeded
from yakin.practice.tax_bills import PAYMENT_COLUMNS

SHEET = "請求一覧"
COLUMNS = ("通知書番号", "宛名番号", "納税義務者", "カナ", "税目", "期別", "請求額", "納期限")

SMALL, LARGE = 240, 20_000
"""How many bills there are; the payments are about nine tenths of that."""
FEES = (110, 220, 330, 440)
"""What banks take off a transfer, in yen."""

Fate = Literal["slip", "transfer", "together", "fee", "misspelt", "namesake", "wrong", "twice", "unknown"]
"""How a payment came in, and so what has to become of it:

- `slip`: with the number of its bill; `wrong`: with another amount; `twice`: on two days; `unknown`: with the number of no bill;
- `transfer`: a name and the amount of one bill; `together`: of all bills of somebody; `fee`: the same without the bank's fee;
- `misspelt`: under another name than the bill's; `namesake`: two people of one name are billed the same amount.
"""


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill.

    Attributes:
        number: 通知書番号, ten digits.
        person: Who has to pay.
        tax: 税目.
        term: 期別.
        amount: What is billed, in yen; a multiple of 100.
        due: Day by which it has to be paid.
    """

    number: str
    person: Person
    tax: str
    term: str
    amount: int
    due: date


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the bank's file.

    Attributes:
        number: 通知書番号 as the bank has it; empty for a transfer.
        kana: Who paid, in half-width kana.
        amount: What came in, in yen.
        day: When.
        fate: How it came in.
        bills: Numbers of the bills that it is for.
    """

    number: str
    kana: str
    amount: int
    day: date
    fate: Fate
    bills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """Bills and payments, each in the order in which they stand in their file."""

    bills: Sequence[Bill]
    payments: Sequence[Payment]

    def of_fate(self, fate: Fate) -> list[Payment]:
        """The payments that came in in one way."""
        return [payment for payment in self.payments if payment.fate == fate]


Habit = Literal["slip", "transfer", "together", "fee", "misspelt", "namesake", "late"]
_SHARES: tuple[tuple[Habit, int], ...] = (
    ("slip", 39),
    ("transfer", 4),
    ("together", 2),
    ("fee", 2),
    ("misspelt", 1),
    ("namesake", 1),
    ("late", 1),
)
"""How many of fifty people pay in which way; who is late has paid nothing yet."""
_HABITS: tuple[Habit, ...] = tuple(habit for habit, share in _SHARES for _ in range(share))
_TERMS: tuple[tuple[str, str, date], ...] = (
    ("町県民税", "第1期", date(2025, 6, 30)),
    ("町県民税", "第2期", date(2025, 9, 1)),
    ("固定資産税", "第1期", date(2025, 6, 2)),
    ("固定資産税", "第2期", date(2025, 7, 31)),
    ("軽自動車税", "全期", date(2025, 6, 2)),
)
_CARS = (2_000, 3_900, 5_000, 7_200, 10_800, 12_900)


def books(count: int = SMALL) -> Books:
    """So many bills, and the payments that came in for them."""
    rng = seeded("taxes", "bills")
    bills: list[Bill] = []
    payments: list[Payment] = []
    for place, person in enumerate(_payers(count)):
        habit = _HABITS[place % len(_HABITS)]
        theirs = _bills_of(person, rng, len(bills))
        bills += theirs
        if habit == "namesake":
            bills.append(_namesakes_bill(theirs[0], len(bills), rng))
        payments += _payments_of(theirs, habit, rng)
        if len(bills) >= count:
            break
    payments += [_unknown(number, rng) for number in range(max(1, count // 500))]
    return Books(bills, sorted(payments, key=lambda payment: (payment.day, payment.kana, payment.number)))


def write_taxes(folder: Path, *, large: bool = False) -> list[Path]:
    """Write the workbook of bills and the bank's file (CSV, CP932, CRLF) into a folder; returns where they are."""
    found = books(LARGE if large else SMALL)
    paths = [folder / "zei_seikyu.xlsx", folder / "zei_nyukin.csv"]
    _write_bills(paths[0], found.bills)
    with paths[1].open("w", encoding="cp932", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(PAYMENT_COLUMNS)
        lines.writerows((paid.number, paid.kana, paid.amount, f"{paid.day:%Y/%m/%d}") for paid in found.payments)
    return paths


def _write_bills(path: Path, bills: Sequence[Bill]) -> None:
    """Title and total above, the total again below, as the system prints it."""
    total = sum(bill.amount for bill in bills)
    rows = [
        (
            bill.number,
            bill.person.number,
            bill.person.name,
            bill.person.kana,
            bill.tax,
            bill.term,
            bill.amount,
            bill.due,
        )
        for bill in bills
    ]
    page = Page(
        SHEET,
        "令和7年度 町税（普通徴収）請求一覧",
        COLUMNS,
        [*rows, ("合計", None, None, None, None, f"{len(bills)}件", total, None)],
        widths=(15, 14, 18, 24, 14, 8, 13, 14),
        notes={"F1": "合計", "G1": total, "A2": "※7月31日までに納期の来るもの、および第2期分。"},
    )
    write_book(path, [page])


def _payers(count: int) -> list[Person]:
    return people("taxes", count)


def _bills_of(person: Person, rng: Random, before: int) -> list[Bill]:
    """The bills of one person, whose amounts all differ, so that a transfer says which one it is for."""
    taxes = {"町県民税"} | {tax for tax, share in (("固定資産税", 0.6), ("軽自動車税", 0.5)) if rng.random() < share}
    amounts: list[int] = []
    terms = [term for term in _TERMS if term[0] in taxes]
    while len(amounts) < len(terms):
        amount = rng.choice(_CARS) if terms[len(amounts)][0] == "軽自動車税" else 100 * rng.randrange(40, 900)
        if amount not in _sums(amounts):
            amounts.append(amount)
    return [
        Bill(f"2025{before + place:06d}", person, tax, term, amount, due)
        for place, ((tax, term, due), amount) in enumerate(zip(terms, amounts, strict=True), 1)
    ]


def _sums(amounts: Sequence[int]) -> set[int]:
    """What any of some amounts come to together, and by what any two of them differ."""
    found = {0}
    for amount in amounts:
        found |= {amount + other for other in found}
    return found | {abs(one - other) for one in found for other in found}


def _namesakes_bill(bill: Bill, before: int, rng: Random) -> Bill:
    """A bill of the same amount for somebody else of the same name."""
    other = replace(bill.person, number=f"9{rng.randrange(10**9):09d}", household="99999999")
    return replace(bill, number=f"2025{before + 1:06d}", person=other)


def _payments_of(bills: Sequence[Bill], habit: Habit, rng: Random) -> Iterator[Payment]:
    first = bills[0]
    match habit:
        case "slip":
            for bill in bills:
                yield from _slips(bill, rng)
        case "transfer":
            yield from (_transfer([bill], "transfer", rng) for bill in bills)
        case "together" | "fee":
            yield _transfer(bills, habit, rng, fee=rng.choice(FEES) if habit == "fee" else 0)
        case "misspelt":
            yield replace(_transfer([first], "misspelt", rng), kana=_misspelt(first.person.bank_kana))
        case "namesake":
            yield _transfer([first], "namesake", rng)


def _slips(bill: Bill, rng: Random) -> Iterator[Payment]:
    chance = rng.random()
    if chance < 0.02:
        return
    paid = Payment(
        fullwidth(bill.number) if rng.random() < 0.05 else bill.number,
        bill.person.bank_kana,
        bill.amount,
        bill.due - timedelta(days=rng.randrange(19)),
        "slip",
        (bill.number,),
    )
    if chance < 0.03:
        yield replace(paid, amount=bill.amount + rng.choice((-1_000, -100, 900)), fate="wrong")
    elif chance < 0.04:
        yield replace(paid, fate="twice")
        yield replace(paid, fate="twice", day=paid.day + timedelta(days=3))
    else:
        yield paid


def _transfer(bills: Sequence[Bill], fate: Fate, rng: Random, fee: int = 0) -> Payment:
    day = min(bill.due for bill in bills) - timedelta(days=rng.randrange(12))
    amount = sum(bill.amount for bill in bills) - fee
    return Payment("", bills[0].person.bank_kana, amount, day, fate, tuple(bill.number for bill in bills))


def _misspelt(kana: str) -> str:
    """A name as somebody typed it at the bank's machine: the last voiced sign lost, or a long vowel in place of ｳ."""
    place = kana.rfind("ﾞ")
    return kana[:place] + kana[place + 1 :] if place > 0 else kana.replace("ｳ", "ｰ", 1) if "ｳ" in kana else kana + "ｺ"


def _unknown(number: int, rng: Random) -> Payment:
    day = date(2025, 6, 27) + timedelta(days=number % 20)
    return Payment(f"2024{rng.randrange(10**6):06d}", "ﾐｻｷ ﾀﾛｳ", 100 * rng.randrange(40, 300) + 50, day, "unknown", ())
