"""What the sections of the town hall hand in about their overtime: a workbook each, every section in its own way.

Most can be read as they are. Some hold what no program may guess at: a cell with an error, a day that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, product
from pathlib import Path
from random import Random
from typing import Literal

from yakin.japan import fullwidth
from yakin.practice.samples.books import Page, Written, write_book
from yakin.practice.samples.people import people
from yakin.practice.samples.seeds import seeded
from yakin.practice.samples.writings import written_date

SHEET = "時間外"
FOLDER = "jikangai"
COLUMNS = ("職員番号", "氏名", "日付", "区分", "開始", "終了", "時間", "理由")
YEAR, MONTH = 2025, 6
SMALL, LARGE = 8, 60
"""How many sections there are."""

Habit = Literal["plain", "merged", "spaced", "error", "impossible", "borrowed"]
"""How a section fills in its workbook:

- `plain`: as it was meant to be;
- `merged`: 職員番号 and 氏名 merged over the lines of a person, a line 小計 below each, dates in all ways of writing;
- `spaced`: names spread with spaces, hours as text in full width, the header two rows further down, a note below the total;
- `error`: a reference that points nowhere (#N/A);
- `impossible`: the 31st of June;
- `borrowed`: it hands in a line that another section has handed in too.
"""
_HABITS: tuple[Habit, ...] = ("plain", "merged", "spaced", "error", "plain", "impossible", "borrowed", "merged")
_REASONS = (
    "議会対応",
    "月例給与計算",
    "申告相談会",
    "窓口延長",
    "システム更新立会い",
    "災害待機",
    "イベント準備",
    "決算事務",
)
_KINDS: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    ("平日", "17:30", (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)),
    ("平日", "17:30", (1.0, 2.0, 3.0)),
    ("休日", "09:00", (2.0, 3.5, 4.0, 7.5)),
    ("深夜", "22:00", (0.5, 1.0, 2.0)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Overtime of one person on one day.

    Attributes:
        number: 職員番号, six digits.
        name: 氏名.
        day: The day.
        kind: 平日, 休日 or 深夜.
        start: When it began: 17:30.
        hours: How long it was.
        reason: What for.
    """

    number: str
    name: str
    day: date
    kind: str
    start: str
    hours: float
    reason: str

    @property
    def end(self) -> str:
        """When it ended; after midnight the hours go on."""
        hour, minute = map(int, self.start.split(":"))
        hours, minutes = divmod(hour * 60 + minute + round(self.hours * 60), 60)
        return f"{hours:02d}:{minutes:02d}"


@dataclass(frozen=True, slots=True)
class Section:
    """A section and what it hands in.

    Attributes:
        name: Such as 総務課.
        habit: How it fills in its workbook.
        lines: Its overtime, person by person.
    """

    name: str
    habit: Habit
    lines: Sequence[Line]

    @property
    def readable(self) -> bool:
        """Whether its workbook can be taken as it is."""
        return self.habit not in ("error", "impossible")

    @property
    def file(self) -> str:
        """Name of its workbook."""
        return f"時間外_{self.name}.xlsx"


def sections(count: int = SMALL) -> list[Section]:
    """So many sections; the last line of each `borrowed` one is the first of the section 総務課."""
    found: list[Section] = []
    staff = people("overtime", 12 * count)
    for place, name in enumerate(_names(count)):
        rng = seeded("overtime", name)
        of_here = staff[12 * place : 12 * place + rng.randrange(3, 12)]
        habit = _HABITS[place % len(_HABITS)]
        lines = [
            line
            for order, person in enumerate(of_here)
            for line in _lines(f"{place + 1:03d}{order:03d}", person.name, rng)
        ]
        if habit == "borrowed":
            lines.append(replace(found[0].lines[0], reason="応援"))
        found.append(Section(name, habit, lines))
    return found


def write_overtime(folder: Path, *, large: bool = False) -> list[Path]:
    """Write the workbooks of all sections into a folder of their own in it; returns where they are."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    for section in sections(LARGE if large else SMALL):
        paths.append(place / section.file)
        write_book(paths[-1], [_page(section, seeded("overtime/written", section.name))])
    return paths


def _names(count: int) -> list[str]:
    offices = (
        "総務課", "企画財政課", "税務課", "住民課", "福祉課", "こども課", "産業課", "建設課", "上下水道課", "会計課",
        "議会事務局", "教育総務課", "生涯学習課", "地域包括支援センター", "消防本部", "町史編さん室", "図書館", "選挙管理委員会",
    )  # fmt: skip
    districts = ("中央", "本町", "港町", "東浜", "西浜", "大谷", "小坂", "北野", "南原")
    houses = (
        f"{district}{kind}" for kind, district in product(("小学校", "保育所", "公民館", "出張所", "児童館"), districts)
    )
    return [*offices, *houses][:count]


def _lines(number: str, name: str, rng: Random) -> Iterator[Line]:
    """Overtime of one person in the month, by day; some have very much of it."""
    days = sorted(rng.sample(range(1, 31), 20 if rng.random() < 0.08 else rng.randrange(1, 8)))
    for day in days:
        kind, start, lengths = rng.choice(_KINDS)
        yield Line(number, name, date(YEAR, MONTH, day), kind, start, rng.choice(lengths), rng.choice(_REASONS))


def _page(section: Section, rng: Random) -> Page:
    header = 5 if section.habit == "spaced" else 3
    rows: list[list[Written]] = []
    merged: list[tuple[str, Written]] = []
    for _, of_person in groupby(section.lines, key=lambda line: line.number):
        lines = list(of_person)
        first = header + len(rows) + 1
        rows += [_written(line, section.habit, rng) for line in lines]
        if section.habit == "merged":
            last = header + len(rows)
            if last > first:
                merged += [(f"A{first}:A{last}", lines[0].number), (f"B{first}:B{last}", lines[0].name)]
            rows.append([None, "小　計", None, None, None, None, f"=SUM(G{first}:G{last})", None])
    total = "合　計" if section.habit in ("merged", "spaced") else "合計"
    rows.append([None, total, None, None, None, None, f"=SUBTOTAL(9,G{header + 1}:G{header + len(rows)})", None])
    results: dict[tuple[int, int], Written] = {(len(rows) - 1, 6): sum(line.hours for line in section.lines)}
    _spoil(rows, results, section.habit)
    return Page(
        SHEET,
        f"時間外勤務実績報告　{section.name}",
        COLUMNS,
        rows,
        widths=(10, 18, 16, 8, 8, 8, 8, 24),
        header_row=header,
        notes={"G1": "令和7年6月分"} | ({"A2": "※所属長の確認後、翌月5日までに総務課へ"} if header > 3 else {}),
        merged=merged,
        results=results,
    )


def _written(line: Line, habit: Habit, rng: Random) -> list[Written]:
    name, day, hours = line.name, line.day, line.hours
    written: list[Written] = [line.number, name, day, line.kind, line.start, line.end, hours, line.reason]
    if habit == "merged":
        written[2] = written_date(day, rng)
    if habit == "spaced":
        written[1] = "　".join(name.replace("　", ""))
        written[6] = fullwidth(str(hours)) if rng.random() < 0.4 else hours
        written[0] = fullwidth(line.number) if rng.random() < 0.3 else line.number
    return written


def _spoil(rows: list[list[Written]], results: dict[tuple[int, int], Written], habit: Habit) -> None:
    """What makes a workbook one that a person has to look at."""
    if habit == "error":
        rows[1][6] = "=VLOOKUP(A99,A1:G2,7,FALSE)"
        results[1, 6] = "#N/A"
    if habit == "impossible":
        rows[0][2] = "令和7年6月31日"
