"""The grant, from the list of applications to the bank file: who is paid, who is not and why, and nobody twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from bots.bank.batches import parse_batch
from tests.e2e.workflows.desk import Desk
from yakin.practice.samples.grants import Application, Fate, applications, decided, eligible, write_grants

WORKFLOW = "kyufu_furikomi"
ROLES = 'language = "ja"\n[roles]\n"会計管理者" = ["suzuki"]\n'


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    made = Desk(tmp_path / "town", [WORKFLOW], ROLES, capsys)
    write_grants(made.samples)
    return made


def to_be_paid() -> list[Application]:
    return [line for line in applications() if line.fate == "paid"]


def counted(fate: Fate) -> int:
    return Counter(line.fate for line in applications())[fate]


def test_nothing_is_made_before_the_accountant_has_seen_count_and_total(desk: Desk) -> None:
    run = desk.run(WORKFLOW, status=4)
    shown = desk.yakin("approvals", run, as_person="suzuki")[1]
    assert f"{len(to_be_paid())} 件" in shown
    assert f"{sum(line.amount for line in to_be_paid()):,} 円" in shown
    assert not desk.made(run, "kyufu_furikomi.txt").exists()
    assert desk.yakin("approve", run)[0] == 1, "who started it does not decide"


def test_the_bank_file_pays_exactly_those_whose_application_is_in_order(desk: Desk) -> None:
    run = desk.run(WORKFLOW, status=4)
    desk.approve(run, by="suzuki")

    batch = parse_batch(desk.made(run, "kyufu_furikomi.txt").read_bytes(), file="kyufu_furikomi.txt")
    paid = {record["reference"].strip(): int(record["amount"]) for record in batch.records}
    assert paid == {line.household.head.household: decided(line.household) for line in to_be_paid()}
    assert (batch.count, batch.amount) == (len(to_be_paid()), sum(line.amount for line in to_be_paid()))
    cover = openpyxl.load_workbook(desk.made(run, "kyufu_sofuhyo.xlsx"))["送付票"]
    told = {row[0]: row[1] for row in cover.iter_rows(min_row=2, values_only=True)}
    assert (told["件数"], told["合計金額"]) == (batch.count, batch.amount)
    assert "suzuki" in str(told["承認"])


def test_every_other_application_is_told_with_its_reason(desk: Desk) -> None:
    run = desk.run(WORKFLOW, status=4)

    summary = desk.output(run, "review")["summary"]["of"]
    lines = {outcome: of["of"]["left_count"]["is"] for outcome, of in summary.items()}
    assert lines["differs"] == counted("other_amount")
    assert lines["only_left"] == counted("not_eligible")
    assert lines["duplicates"] == counted("twice")
    assert lines["matched"] == counted("paid") + counted("no_account")
    assert lines["total"] == len(applications()) - counted("withdrawn")
    assert summary["total"]["of"]["right_amount"]["is"] == sum(decided(household) for household in eligible())
    assert desk.output(run, "checked")["invalid_count"]["is"] == counted("no_account")


def test_a_second_run_pays_nobody_again_unless_somebody_answers_for_it(desk: Desk) -> None:
    desk.approve(desk.run(WORKFLOW, status=4), by="suzuki")

    again = desk.run(WORKFLOW)

    assert desk.output(again, "checked")["count"]["is"] == 0
    assert not desk.made(again, "kyufu_furikomi.txt").exists()

    allowed = desk.run(WORKFLOW, "-i", "allow_repeat=会計管理者 鈴木 銀行の障害で再送", status=4)
    desk.approve(allowed, by="suzuki")

    assert desk.output(allowed, "bankfile")["count"]["is"] == len(to_be_paid())


def test_a_list_whose_control_total_is_wrong_stops_before_anything(desk: Desk) -> None:
    path = desk.samples / "kyufu_shinsei.xlsx"
    book = openpyxl.load_workbook(path)
    book["申請一覧"]["J1"] = 1
    book.save(path)

    run = desk.run(WORKFLOW, status=1)

    assert "合計" in desk.yakin("show", run)[1]
