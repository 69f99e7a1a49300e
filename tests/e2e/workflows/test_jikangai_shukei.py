"""The overtime of all sections in one table: every line that can be read, once, and an answer to each section."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.e2e.workflows.desk import Desk
from yakin.practice.samples.overtime import Line, Section, sections, write_overtime

WORKFLOW = "jikangai_shukei"
MONTHLY_LIMIT = 45
"""Hours of overtime in a month that 労働基準法 36条4項 allows."""


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path / "town", [WORKFLOW], 'language = "ja"\n', capsys)
    write_overtime(made.samples)
    return made


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of the first sheet."""
    header, *found = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in found]


def lines_once(taken: list[Section]) -> list[Line]:
    """Each line of overtime once, also where two sections have handed it in."""
    return list({(line.number, line.day, line.start): line for section in taken for line in section.lines}.values())


def test_all_that_can_be_read_is_added_up_and_each_section_gets_its_answer(desk: Desk) -> None:
    town = sections()
    taken = [section for section in town if section.readable]
    lines = lines_once(taken)
    run = desk.run(WORKFLOW)

    verdicts = {item["key"]: item["verdict"] for step in desk.show(run)["steps"] for item in step["items"]}
    assert {key for key, verdict in verdicts.items() if verdict == "registered"} == {section.file for section in taken}
    assert Counter(verdicts.values())["set_aside"] == len(town) - len(taken)

    hours: dict[str, float] = defaultdict(float)
    for line in lines:
        hours[line.number] += line.hours
    by_person = rows(desk.made(run, "時間外_職員別.xlsx"))
    assert {as_digits(row["職員番号"]): float(row["時間計"]) for row in by_person} == hours
    by_section = rows(desk.made(run, "時間外_課別.xlsx"))
    assert by_section[-1]["提出ファイル"] == "合計"
    assert float(by_section[-1]["合計"]) == sum(line.hours for line in lines)
    too_much = rows(desk.made(run, "時間外_45時間超.xlsx"))
    assert {as_digits(row["職員番号"]) for row in too_much} == {
        who for who, sum_ in hours.items() if sum_ > MONTHLY_LIMIT
    }
    assert len(rows(desk.made(run, "二重の届出.xlsx"))) == 2

    answers = desk.made(run, "各課への回答")
    told = {path.name.removeprefix("書き方_") for path in answers.glob("書き方_*.xlsx")}
    assert told == {section.file for section in town if section.habit in ("merged", "spaced")}
    [impossible] = [section for section in town if section.habit == "impossible"]
    assert "令和7年6月31日" in str(rows(answers / f"内容_{impossible.file}"))


def as_digits(number: object) -> str:
    return str(number).translate(str.maketrans("０１２３４５６７８９", "0123456789"))


def test_a_section_that_has_corrected_its_workbook_is_taken_in_the_next_run(desk: Desk) -> None:
    [broken] = [section for section in sections() if section.habit == "error"]
    path = desk.samples / "jikangai" / broken.file
    desk.run(WORKFLOW)
    book = load_workbook(path)
    book.worksheets[0]["G5"] = broken.lines[1].hours
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.value = None
    book.save(path)

    again = desk.run(WORKFLOW)

    numbers = {row["職員番号"] for row in rows(desk.made(again, "時間外_明細.xlsx"))}
    assert {line.number for line in broken.lines} <= numbers
