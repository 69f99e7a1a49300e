"""The sample files: the same whenever they are made, and never written over somebody's own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from yakin.cli import app
from yakin.practice.samples.books import Page, write_book
from yakin.practice.samples.catalogue import write_samples
from yakin.practice.samples.overtime import sections
from yakin.practice.samples.people import households, other_writing
from yakin.practice.samples.taxes import FEES, SMALL, books, write_taxes


def test_more_households_begin_with_the_same_ones() -> None:
    assert households("town", 30)[:10] == households("town", 10)


def test_no_two_people_have_one_number() -> None:
    numbers = Counter(person.number for home in households("town", 200) for person in (home.head, *home.others))
    assert max(numbers.values()) == 1


def test_nobody_of_one_household_has_the_name_of_another() -> None:
    assert all(
        len({person.given for person in (home.head, *home.others)}) == 1 + len(home.others)
        for home in households("town", 200)
    )


def test_the_everyday_writing_of_a_name_is_another_one_where_the_register_has_old_characters() -> None:
    assert other_writing("髙橋　德子") == "高橋　徳子"
    assert other_writing("田中　正") == "田中　正"


def test_bills_are_in_hundreds_so_that_no_fee_makes_one_amount_of_another() -> None:
    found = books(SMALL)
    assert {bill.amount % 100 for bill in found.bills} == {0}
    assert all(fee % 100 for fee in FEES)


def test_what_was_paid_is_what_was_billed_but_for_the_fee() -> None:
    found = books(SMALL)
    billed = {bill.number: bill.amount for bill in found.bills}
    for payment in found.payments:
        lacking = sum(billed[number] for number in payment.bills) - payment.amount
        if payment.fate == "fee":
            assert lacking in FEES
        elif payment.fate not in ("wrong", "unknown"):
            assert lacking == 0


def test_the_samples_written_again_later_are_the_same_bytes(tmp_path: Path) -> None:
    one = write_samples(tmp_path / "one")
    other = write_samples(tmp_path / "other")
    assert [one.name for one, other in zip(one, other, strict=True) if one.read_bytes() != other.read_bytes()] == []


def test_every_habit_of_filling_in_a_workbook_is_there_in_the_small_form() -> None:
    assert len({section.habit for section in sections()}) == 6
    assert sum(section.readable for section in sections()) == 6


def test_a_town_has_sixty_sections_of_different_names() -> None:
    assert len({section.name for section in sections(60)}) == 60


def test_a_formula_has_its_result_beside_it(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    write_book(tmp_path / "a.xlsx", [Page("表", "題", ["数"], [[1.5], ["=SUM(A4)"]], [8], results={(1, 0): 1.5})])
    assert load_workbook(tmp_path / "a.xlsx", data_only=True)["表"]["A5"].value == 1.5


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "yakin.toml").write_text("", encoding="utf-8")
    (tmp_path / "workflows").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one workflow has samples, so that the tests are quick."""
    monkeypatch.setattr("yakin.practice.samples.catalogue.WRITERS", {"shuno_totsugo": write_taxes})


def written(project: Path, *arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["runner.py", "samples", *arguments])
        assert app.run(project) == 0


@pytest.mark.usefixtures("few")
def test_files_that_are_there_already_are_left_as_they_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = project / "samples" / "zei_nyukin.csv"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")

    written(project)

    assert mine.read_text(encoding="utf-8") == "mine"
    assert (project / "samples" / "zei_seikyu.xlsx").is_file()
    assert "1 file is there already" in capsys.readouterr().out


@pytest.mark.usefixtures("few")
def test_anew_writes_over_what_is_there(project: Path) -> None:
    mine = project / "elsewhere" / "zei_nyukin.csv"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")

    written(project, "elsewhere", "--anew")

    assert "通知書番号" in mine.read_text(encoding="cp932")
