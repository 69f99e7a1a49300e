"""Control totals, other runs, who decided and who stopped: told in every report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from rich.cells import cell_len

from tests.unit.reports import made_up_runs as runs
from tests.unit.reports.test_terminal import shown
from yakin import events as ev
from yakin.ledger import RunRow
from yakin.reports import excel, html, relations, terminal
from yakin.reports.earlier import told_before
from yakin.reports.plain import to_json
from yakin.results import Recorded, RunResult, fold

TOTALS = {"count": 2, "sum": {"収入金額": "1234567", "控除": "0.5"}}
REGISTERED = {"count": 1, "sum": {"収入金額": "1200000", "控除": "0.5"}}
MISSING = {"count": 1, "sum": {"収入金額": "34567", "控除": "0"}}


def with_totals(folder: Path, *, ended: bool = True) -> RunResult:
    story = runs.Story(folder)
    story.tell(ev.StepStarted(run=runs.RUN, step="entry", title="申告書を登録する", uses="for_each", line=52))
    story.tell(ev.ItemsCreated(run=runs.RUN, step="entry", keys=("1", "2"), system="portal", totals=TOTALS))
    story.item("1", "done", how="registered")
    if ended:
        story.set_aside("2")
        story.end(
            "entry",
            output={"kind": "items", "rows": 2, "totals": {"registered": REGISTERED, "not_registered": MISSING}},
        )
        story.finish()
    return story.result()


def decided(folder: Path, *, registered: bool) -> RunResult:
    story = runs.doubtful(folder)
    reason = "画面で番号を確認した" if registered else "一覧に無い"
    story.tell(ev.ItemDecided(run=runs.RUN, step="entry", item="20260014", registered=registered, reason=reason))
    return story.result()


def linked(folder: Path) -> RunResult:
    story = runs.Story(folder)
    first = story.records[0].event
    assert isinstance(first, ev.RunCreated)
    again = ev.RunCreated(
        run=first.run,
        workflow=first.workflow,
        title=first.title,
        workflow_hash=first.workflow_hash,
        rerun_of="20261122-2200-aaaa",
        reason="様式を直した",
        takes_over=True,
        parent="20261120-0000-cccc",
        parent_step="each",
    )
    story.records[0] = Recorded(1, story.records[0].at, "sato", again)
    story.step("called", "収納を突合する", "call", line=9, output={"kind": "run", "run": "20261123-2201-bbbb"})
    story.tell(ev.CancelAsked(run=runs.RUN, reason="窓口が混んでいる"))
    story.finish("cancelled")
    return story.result()


def everything(result: RunResult, folder: Path, language: str = "ja") -> dict[str, str]:
    """What each report says, as text."""
    book = openpyxl.load_workbook(BytesIO(excel.render(result, language=language, **runs.place(folder))))
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]
    return {
        "summary": "\n".join(shown(terminal.summary(result, language))),
        "detail": "\n".join(shown(terminal.run_detail(result, False, language, folder))),
        "page": html.render(result, language=language, **runs.place(folder)),
        "workbook": "\n".join(cells),
    }


def test_control_totals_are_told_with_what_was_registered_and_what_was_not(tmp_path: Path) -> None:
    result = with_totals(tmp_path)
    assert [(row.name, row.total, row.registered, row.not_registered) for row in relations.totals(result.steps[0])] == [
        ("", "2", "1", "1"),
        ("収入金額", "1,234,567", "1,200,000", "34,567"),
        ("控除", "0.5", "0.5", "0"),
    ]
    for name, text in everything(result, tmp_path).items():
        for wanted in ("合計の照合", "未登録・不明", "1,234,567", "1,200,000", "34,567"):
            assert wanted in text, (name, wanted)


def test_before_the_end_only_the_control_totals_are_known(tmp_path: Path) -> None:
    for text in everything(with_totals(tmp_path, ended=False), tmp_path).values():
        assert "1,234,567" in text
        assert "1,200,000" not in text


def test_a_block_without_control_totals_has_no_table_of_them(tmp_path: Path) -> None:
    for text in everything(runs.usual(tmp_path).result(), tmp_path).values():
        assert "合計の照合" not in text


@pytest.mark.parametrize(("registered", "words"), [(True, "登録済みと判断"), (False, "未登録と判断")])
def test_who_settled_a_doubt_and_why_is_told(registered: bool, words: str, tmp_path: Path) -> None:
    result = decided(tmp_path, registered=registered)
    for name, text in everything(result, tmp_path).items():
        if name == "summary" and registered:
            continue  # only what needs a person stands there
        assert words in text.replace("\n", ""), name
        assert "yamada" in text
    told = next(item for step in to_json(result)["steps"] for item in step["items"] if item["key"] == "20260014")
    assert told["decided_by"] == "yamada"
    assert told["reason"]


def test_what_was_decided_absent_is_not_advised_to_be_looked_up_again(tmp_path: Path) -> None:
    text = everything(decided(tmp_path, registered=False), tmp_path)["detail"]
    assert "もう一度送る前に" not in text


def test_other_runs_and_who_stopped_it_are_told(tmp_path: Path) -> None:
    result = linked(tmp_path)
    for name, text in everything(result, tmp_path).items():
        for wanted in (
            "20261122-2200-aaaa",
            "20261123-2201-bbbb",
            "20261120-0000-cccc",
            "様式を直した",
            "窓口が混んでいる",
            "yamada",
        ):
            assert wanted in text, (name, wanted)
    plain = to_json(result)
    assert (plain["rerun_of"], plain["called"], plain["cancelled_by"]) == (
        "20261122-2200-aaaa",
        ["20261123-2201-bbbb"],
        "yamada",
    )


def test_a_run_that_goes_on_is_not_cancelled_any_more() -> None:
    story = runs.Story()
    story.tell(ev.CancelAsked(run=runs.RUN, reason="窓口が混んでいる"))
    story.tell(ev.RunContinued(run=runs.RUN, go=2))
    result = fold(story.records)
    assert (result.cancelled_by, result.cancel_reason) == (None, None)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_of_it_is_wider_than_eighty_columns(language: str, tmp_path: Path) -> None:
    for result in (with_totals(tmp_path), decided(tmp_path, registered=False), linked(tmp_path)):
        texts = everything(result, tmp_path, language)
        lines = [*texts["summary"].splitlines(), *texts["detail"].splitlines()]
        assert max(map(cell_len, lines)) <= 80


def test_a_clerk_reads_what_was_asked_for_and_not_how_it_is_kept(tmp_path: Path) -> None:
    asked = {"only": ["07000101"], "of_rerun": True, "rows": {"entry": {"artifact": "kept-rows"}}}
    page = html.render(replace(linked(tmp_path), selection=asked), language="ja", **runs.place(tmp_path))
    assert '<th scope="row">only</th>' in page
    assert "of_rerun" not in page
    assert "kept-rows" not in page


def before(status: str, **counts: int) -> RunRow:
    return RunRow(
        id=runs.RUN,
        workflow="juminzei",
        title="住民税申告の入力",
        workflow_hash="",
        mode="run",
        status=status,
        actor="yamada",
        created=datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
        counts=counts,
    )


def test_that_a_file_was_run_before_is_told_with_what_came_of_it() -> None:
    text = told_before(before("failed", registered=37, failed=3), "en")
    assert text.startswith(f"This file was run before: run {runs.RUN} on 2026-11-2")
    assert "Registered 37, Failed 3." in text
    assert text.endswith("only what is not done is done.")
    assert "resume" not in text
    assert "登録 37" in told_before(before("failed", registered=37), "ja")


def test_that_a_run_of_the_same_file_is_not_finished_is_told_too() -> None:
    assert f"runner.py resume {runs.RUN}" in told_before(before("running"), "en")
    assert told_before(before("running"), "ja").splitlines()[1].endswith(f"runner.py resume {runs.RUN}")


def test_a_run_of_the_same_file_that_waits_is_not_to_be_resumed_but_decided() -> None:
    text = told_before(before("waiting"), "en")
    assert f"runner.py approvals {runs.RUN}" in text
    assert "resume" not in text
