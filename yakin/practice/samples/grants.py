"""Applications for a grant (給付金): the workbook in which they are taken down, and the list of those who may have it.

A household gets 30,000 yen and 20,000 more for each child. Nine of ten applications are in order. The others are what such a
list has in every town: an amount that nobody decided, a household that is not on the list, two applications of one
household, one that was withdrawn, an account that is none.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Literal

from yakin.japan import fullwidth, katakana
from yakin.practice.sample_rows import Cell
from yakin.practice.samples.banks import Account, account
from yakin.practice.samples.looks import finish, keep, write_columns, write_groups, write_row, write_title
from yakin.practice.samples.people import Household, households
from yakin.practice.samples.seeds import seeded
from yakin.practice.samples.writings import written_amount, written_date, written_kana, written_name

SHEET = "申請一覧"
HEADER_ROW = 3
COLUMNS = (
    "受付番号", "受付日", "世帯番号", "世帯主氏名", "フリガナ", "住所", "電話番号", "児童数", "申請額", "金融機関コード",
    "金融機関名", "支店コード", "支店名", "預金種目", "口座番号", "口座名義", "状態", "備考",
)  # fmt: skip
ELIGIBLE_COLUMNS = ("世帯番号", "世帯主氏名", "世帯主カナ", "住所", "児童数", "給付決定額")

SMALL, LARGE = 160, 4_000
"""Households on the list of those who may have the grant."""

Fate = Literal["paid", "other_amount", "not_eligible", "twice", "withdrawn", "no_account"]
"""What has to come of an application."""

_ODD: tuple[tuple[int, Fate], ...] = (
    (11, "other_amount"),
    (23, "not_eligible"),
    (37, "twice"),
    (41, "withdrawn"),
    (53, "no_account"),
)
"""Every so many-th household → what is odd about its application."""
_SILENT_EVERY = 13
"""Every so many-th household has not applied yet."""
_FROM = date(2026, 5, 7)


@dataclass(frozen=True, slots=True)
class Application:
    """One line of the workbook.

    Attributes:
        household: Who applies.
        fate: What has to come of it.
        amount: What they ask for, in yen.
        cells: The line as it is written there.
    """

    household: Household
    fate: Fate
    amount: int
    cells: tuple[Cell, ...]


def decided(household: Household) -> int:
    """What a household is to get, in yen."""
    return 30_000 + 20_000 * len(household.children(_FROM))


def eligible(count: int = SMALL) -> list[Household]:
    """The households that may have the grant."""
    return [household for place, household in enumerate(_town(count), 1) if _fate(place) != "not_eligible"]


def applications(count: int = SMALL) -> list[Application]:
    """The applications in order of 受付番号, of so many households."""
    rng = seeded("kyufu", "applications")
    found: list[Application] = []
    for place, household in enumerate(_town(count), 1):
        if place % _SILENT_EVERY == 0:
            continue
        fate = _fate(place)
        for _ in range(2 if fate == "twice" else 1):
            found.append(_application(len(found) + 1, household, fate, rng))
    return found


def write_applications(path: Path, count: int = SMALL) -> None:
    """Write the workbook: title and control totals in row 1, groups in row 2, columns in row 3, the sum below."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    listed = applications(count)
    total = sum(line.amount for line in listed)
    write_title(sheet, "A1:F1", "令和8年度 物価高騰対応給付金 申請一覧（第1回）", {"G1": "件数", "I1": "申請額合計"})
    sheet["H1"], sheet["J1"] = len(listed), total
    groups = {"A2:B2": "受付", "C2:G2": "世帯", "H2:I2": "申請内容", "J2:P2": "振込先", "Q2:R2": "処理"}
    write_groups(sheet, groups)
    write_columns(sheet, COLUMNS, HEADER_ROW)
    for number, line in enumerate(listed, HEADER_ROW + 1):
        write_row(sheet, number, line.cells)
    write_row(sheet, sheet.max_row + 1, ("合計", *[None] * 7, total, *[None] * 9))
    finish(sheet, (11, 16, 12, 18, 22, 40, 15, 8, 12, 10, 14, 9, 14, 9, 12, 26, 9, 24), HEADER_ROW)
    keep(book, path)


def write_eligible(path: Path, count: int = SMALL) -> None:
    """Write the list of those who may have the grant, as the tax system exports it: CSV, CP932, CRLF."""
    with path.open("w", encoding="cp932", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n")
        lines.writerow(ELIGIBLE_COLUMNS)
        for household in eligible(count):
            head, children = household.head, len(household.children(_FROM))
            lines.writerow((head.household, head.name, head.kana, head.place.address, children, decided(household)))


def write_grants(folder: Path, *, large: bool = False) -> list[Path]:
    """Write both into a folder; returns where they are."""
    count = LARGE if large else SMALL
    book, listed = folder / "kyufu_shinsei.xlsx", folder / "kyufu_taisho.csv"
    write_applications(book, count)
    write_eligible(listed, count)
    return [book, listed]


def _town(count: int) -> list[Household]:
    return households("kyufu", count)


def _fate(place: int) -> Fate:
    return next((fate for every, fate in _ODD if place % every == 0), "paid")


def _application(number: int, household: Household, fate: Fate, rng: Random) -> Application:
    head, children = household.head, len(household.children(_FROM))
    amount = decided(household) + (20_000 if fate == "other_amount" else 0)
    received = _FROM + timedelta(days=number // 12)
    withdrawn = fate == "withdrawn"
    cells: tuple[Cell, ...] = (
        f"K8{number:06d}",
        written_date(received, rng),
        head.household if rng.random() < 0.9 else fullwidth(head.household),
        written_name(head.name, rng),
        written_kana(head.kana, rng),
        head.place.written(rng),
        head.phone,
        children + (fate == "other_amount"),
        written_amount(amount, rng),
        *_account_cells(account(head, rng), head.kana, rng, wrong=fate == "no_account"),
        "取下げ" if withdrawn else "受付",
        "本人から取下げの申出" if withdrawn else None,
    )
    return Application(household, fate, amount, cells)


def _account_cells(found: Account, kana: str, rng: Random, *, wrong: bool) -> tuple[Cell, ...]:
    """An account as people write it: codes that lost their zeros, digits in full width, kana of either width."""
    number: Cell = rng.choice((found.number, found.number, fullwidth(found.number), int(found.number)))
    holder = rng.choice((kana, found.holder, katakana(found.holder)))
    if wrong:
        number, holder = rng.choice(((f"1{found.number}1", holder), (None, holder), (number, "世帯主本人")))
    bank = rng.choice((found.bank, found.bank, int(found.bank)))
    branch = rng.choice((found.branch, found.branch, int(found.branch)))
    return bank, found.bank_name, branch, found.branch_name, found.kind, number, holder
