"""A night with a refused, a failed and a doubtful row, put right in the morning from the command line."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.cells import cell_len

from yakin.cli import main

WORKFLOW = """
workflow: 申請の登録
inputs:
  book: {type: file, default: list.xlsx}
systems:
  hall: {url: "http://hall.example.jp/"}
steps:
  - {id: read, uses: excel.read_rows, with: {path: "${{ inputs.book }}"}}
  - id: entry
    name: 申請を登録する
    for_each: ${{ steps.read.rows }}
    key: ${{ item.番号 }}
    in: hall
    retry: {attempts: 1, delay: 0s}
    totals: {count: 4, sum: {金額: 1000}}
    steps:
      - {uses: desk.register, with: {number: "${{ item.番号 }}", ledger: ledger.txt}, commit: true}
"""
CONFIG = """
bots = ["bots", "tests.unit.cli.desks"]
[systems.hall]
url = "http://hall.example.jp/"
"""
ROWS = [("0001", date(2026, 4, 1), 100), ("9002", date(2026, 4, 2), 200), ("7003", None, 300), ("8004", None, 400)]


class Office:
    """A project in a folder of its own, worked on from the command line."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._capsys = capsys
        self._patch = patch
        for folder in ("config", "workflows"):
            (root / folder).mkdir()
        (root / "config" / "yakin.toml").write_text(CONFIG, encoding="utf-8")
        (root / "workflows" / "shinsei.yaml").write_text(WORKFLOW, encoding="utf-8")
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["番号", "申請日", "金額"])
        for row in ROWS:
            sheet.append(row)
        book.save(root / "list.xlsx")

    def yakin(self, *arguments: str) -> tuple[int, str]:
        """Exit status, and everything that was printed."""
        self._patch.setattr(sys, "argv", ["yakin", *arguments])
        self._capsys.readouterr()
        status = main(self.root)
        printed = self._capsys.readouterr()
        return status, printed.out + printed.err

    def night(self) -> str:
        """The run of the night; gives its id."""
        status, printed = self.yakin("run", "shinsei", "--json")
        assert status == 1, printed
        return str(json.loads(printed)["run"])

    def items(self, run: str, *options: str) -> dict[str, str]:
        status, printed = self.yakin("items", run, "--json", *options)
        assert status == 0, printed
        return {item["key"]: item["verdict"] for item in json.loads(printed)}

    @property
    def registered(self) -> list[str]:
        return (self.root / "ledger.txt").read_text(encoding="utf-8").split()


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return Office(tmp_path, capsys, monkeypatch)


def correct(file: Path, *changes: tuple[str, str, Any]) -> None:
    """Do what a clerk does: key of the row, column, new value."""
    book = openpyxl.load_workbook(file)
    sheet = book["申請を登録する"]
    columns = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    for key, column, value in changes:
        sheet.cell(rows[key], columns[column]).value = value
    book.save(file)


def test_items_are_listed_by_what_became_of_them(office: Office) -> None:
    run = office.night()
    assert office.items(run) == {"0001": "registered", "9002": "set_aside", "7003": "failed", "8004": "in_doubt"}
    assert set(office.items(run, "--failed")) == {"9002", "7003"}
    assert set(office.items(run[:-1], "--in-doubt")) == {"8004"}
    assert set(office.items(run, "--set-aside")) == {"9002"}
    assert set(office.items(run, "--state", "registered", "--in-doubt")) == {"0001", "8004"}
    assert set(office.items(run, "--block", "entry", "--in-doubt")) == {"8004"}
    status, printed = office.yakin("items", run, "--block", "elsewhere")
    assert status == 2
    assert "entry" in printed
    status, printed = office.yakin("items", run, "--state", "lost")
    assert status == 2
    assert "in_doubt" in printed


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_list_of_items_fits_eighty_columns_and_says_what_to_do(office: Office, language: str) -> None:
    run = office.night()
    config = office.root / "config" / "yakin.toml"
    config.write_text(f'language = "{language}"\n' + config.read_text(encoding="utf-8"), encoding="utf-8")
    status, printed = office.yakin("items", run)
    assert status == 0
    assert max(map(cell_len, printed.splitlines())) <= 80
    assert f"runner.py settle {run} KEY" in printed
    assert f"runner.py items {run} --failed --xlsx FILE" in printed
    assert "list.xlsx" in printed


def test_a_doubt_is_settled_with_a_reason_and_the_next_step_is_told(office: Office) -> None:
    run = office.night()
    assert office.yakin("settle", run, "8004", "--was-registered")[0] == 2
    status, printed = office.yakin("settle", run, "8004", "--reason", "on the screen")
    assert status == 2
    assert "--was-registered or --was-not" in printed
    status, printed = office.yakin(
        "settle", run, "8004", "--was-registered", "--reason", "on the screen", "--result", "受付=R-8"
    )
    assert status == 0, printed
    assert f"runner.py rerun {run} --from-failed" in printed
    shown = json.loads(office.yakin("show", run, "--json")[1])
    item = shown["steps"][1]["items"][3]
    assert (item["verdict"], item["reason"], item["result"]) == ("registered", "on the screen", {"受付": "R-8"})
    assert "on the screen" in (office.root / "var" / "runs" / run / "report.html").read_text(encoding="utf-8")
    assert office.yakin("settle", run, "8004", "--was-not", "--reason", "again")[0] == 2
    assert office.yakin("settle", run, "0000", "--was-not", "--reason", "no such")[0] == 2


def test_failed_rows_are_corrected_in_a_workbook_and_handed_in_again(office: Office) -> None:
    run = office.night()
    file = office.root / "f.xlsx"
    status, printed = office.yakin("items", run, "--failed", "--xlsx", "f.xlsx")
    assert status == 0, printed
    assert f"runner.py rerun {run} --items f.xlsx" in printed
    assert office.yakin("items", run, "--failed", "--xlsx", "f.xlsx")[0] == 2, "corrections are never written over"
    correct(file, ("9002", "番号", "0002"), ("7003", "番号", "0003"), ("7003", "申請日", date(2026, 4, 3)))
    assert office.yakin("rerun", run, "--items", "f.xlsx")[0] == 2, "it has begun to register: a reason is needed"
    status, printed = office.yakin("rerun", run, "--items", "f.xlsx", "--reason", "番号の誤り", "--json")
    assert "settle" in printed, "what is in doubt is left out, and told"
    again = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
    assert status == 0, again["error"]
    assert office.registered == ["0001", "8004", "0002", "0003"]
    assert (again["rerun_of"], again["rerun_reason"], again["takes_over"]) == (run, "番号の誤り", True)
    rows = kept_rows(office, again["run"])
    assert [row["申請日"] for row in rows] == [date(2026, 4, 2), date(2026, 4, 3)] or [
        row["申請日"] for row in rows
    ] == [datetime(2026, 4, 2), datetime(2026, 4, 3)]  # noqa: DTZ001 - spreadsheets know no zones
    assert [row["番号"] for row in rows] == ["0002", "0003"]


@pytest.mark.parametrize(
    ("name", "told"), [("gone.xlsx", "does not exist"), ("list.xlsx", "is not a workbook of items")]
)
def test_what_is_no_workbook_of_items_is_refused_in_plain_words(office: Office, name: str, told: str) -> None:
    run = office.night()
    status, printed = office.yakin("rerun", run, "--items", name, "--reason", "again")
    assert status == 2
    assert printed.splitlines()[0].startswith(f"{name} {told}")
    assert "Errno" not in printed
    assert "Worksheet" not in printed


def test_only_the_failed_items_are_items_of_the_new_run(office: Office) -> None:
    run = office.night()
    status, printed = office.yakin("rerun", run, "--items", "failed", "--reason", "somebody is there", "--json")
    assert status == 1
    again = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
    assert [item["key"] for item in again["steps"][0]["items"]] == ["9002", "7003"]
    assert office.registered == ["0001", "8004"]


def test_from_the_start_it_reads_again_and_registers_nothing_twice(office: Office) -> None:
    run = office.night()
    status, printed = office.yakin("rerun", run, "--from-start", "--reason", "to be sure", "--json")
    assert status == 1
    again = json.loads(printed)
    assert {item["key"]: item["verdict"] for item in again["steps"][1]["items"]} == {
        "0001": "found",
        "9002": "set_aside",
        "7003": "failed",
        "8004": "in_doubt",
    }
    assert office.registered == ["0001", "8004"]


@pytest.mark.parametrize("options", [(), ("--from-start", "--from-failed"), ("--from-start", "--items", "failed")])
def test_one_way_of_doing_it_again_has_to_be_chosen(office: Office, options: tuple[str, ...]) -> None:
    assert office.yakin("rerun", office.night(), *options, "--reason", "again")[0] == 2


def kept_rows(office: Office, run: str) -> Any:
    from yakin.cli.opening import open_project

    project = open_project(office.root)
    try:
        return list(project.engine.reruns.rows(run, "entry").values())
    finally:
        project.close()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("run", "shinsei", "-i", "book=none.xlsx"), "there is no file"),
        (("work", "--systems", "hall,hell"), "knows a system hell"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_told_before_anything_is_done(
    office: Office, asked: tuple[str, ...], told: str
) -> None:
    status, printed = office.yakin(*asked)
    assert status == 2
    assert told in printed
    assert not (office.root / "ledger.txt").exists()
