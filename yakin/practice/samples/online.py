"""Declarations that came in over the online application system (電子申請): its export, CSV in CP932, the newest first."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal

from yakin.japan import format_wareki, fullwidth, halfwidth, hiragana
from yakin.practice.form import KINDS_OF_INCOME
from yakin.practice.samples.people import Person, people
from yakin.practice.samples.seeds import seeded

COLUMNS = (
    "到達番号", "申請日", "申請時刻", "処理状況", "受付番号", "氏名", "フリガナ", "生年月日", "性別", "郵便番号", "住所", "地区",
    "電話番号", "申告区分", "収入金額", "社会保険料控除", "扶養人数", "障害者控除", "還付口座名義", "連絡事項",
)  # fmt: skip
SMALL, LARGE = 120, 1_500
"""People who declare online."""

Fate = Literal["registered", "withdrawn", "corrected", "impossible_date", "closed_district", "own_character"]
"""What has to come of an application; `corrected` is followed by a later one of the same person, which is registered."""

_EVERY = 40
_ODD: dict[int, Fate] = {
    3: "withdrawn",
    5: "corrected",
    7: "impossible_date",
    9: "closed_district",
    10: "own_character",
}
"""Which of so many people → what is odd about their application."""
_BEGIN = datetime(2026, 2, 16, 9, 12, 5)  # noqa: DTZ001 - such an export has no time zone
_OWN_CHARACTER = "\ue000"
"""A 外字 of the sender's own machine: CP932 carries it, and nobody else can read it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One line of the export.

    Attributes:
        fate: What has to come of it.
        number: 受付番号, eight digits.
        income: 収入金額 in yen.
        cells: The line as it is written there.
    """

    fate: Fate
    number: str
    income: int
    cells: tuple[str, ...]


def submissions(count: int = SMALL) -> list[Submission]:
    """What so many people have sent, in the order in which it arrived."""
    rng = seeded("denshi", "submissions")
    found: list[Submission] = []
    for place, person in enumerate(people("denshi", count), 1):
        fate = _ODD.get(place % _EVERY, "registered")
        income = rng.randrange(800, 7_000) * 1_000
        fates: tuple[Fate, ...] = ("corrected", "registered") if fate == "corrected" else (fate,)
        for each in fates:
            asked = income - 120_000 if each == "corrected" else income
            found.append(_submission(len(found) + 1, person, each, asked, rng))
    return found


def write_online(folder: Path, *, large: bool = False, count: int | None = None) -> list[Path]:
    """Write the export into a folder; returns where it is."""
    path = folder / "denshi_shinsei.csv"
    with path.open("w", encoding="cp932", newline="") as file:
        lines = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        lines.writerow(COLUMNS)
        lines.writerows(each.cells for each in reversed(submissions(count or (LARGE if large else SMALL))))
    return [path]


def _submission(number: int, person: Person, fate: Fate, income: int, rng: Random) -> Submission:
    arrived = _BEGIN + timedelta(minutes=37 * number, seconds=11 * number)
    reception = f"0809{number:04d}"
    cells = (
        f"{arrived:%Y%m%d}{number:08d}",
        f"{arrived:%Y/%m/%d}",
        f"{arrived:%H:%M:%S}",
        "取下げ" if fate == "withdrawn" else "受付済",
        reception,
        f"{person.name}{_OWN_CHARACTER}" if fate == "own_character" else person.name.replace("　", rng.choice(" 　")),
        rng.choice((person.kana, halfwidth(person.kana), hiragana(person.kana))),
        "平成32年1月1日" if fate == "impossible_date" else _born(person, rng),
        person.sex,
        rng.choice((person.place.postal, person.place.postal.replace("-", ""), f"〒{person.place.postal}")),
        person.place.written(rng),
        "旧港町" if fate == "closed_district" else person.place.district.name.removeprefix("大字")[:2],
        rng.choice((person.phone, fullwidth(person.phone))),
        rng.choice(KINDS_OF_INCOME),
        rng.choice((f"{income}", f"{income:,}", fullwidth(f"{income:,}"), f"{income:,}円")),
        f"{income // 10_000 * 1_000:,}",
        str(rng.randrange(4)),
        rng.choice(("無", "無", "無", "有")),
        person.kana,
        rng.choice(("", "", "マイナポータルから申請", "源泉徴収票は郵送します。\r\n届くまでお待ちください。")),
    )
    return Submission(fate, reception, income, cells)


def _born(person: Person, rng: Random) -> str:
    return rng.choice((format_wareki(person.born), f"{person.born:%Y/%m/%d}", fullwidth(format_wareki(person.born))))
