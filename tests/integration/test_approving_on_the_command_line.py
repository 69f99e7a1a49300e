"""Deciding at the terminal: a run waits, another person looks at it and decides, and it goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from yakin.cli import app

WORKFLOW = """
workflow: 口座振替の通知
steps:
  - id: rows
    uses: table.check
    with:
      table:
        - {番号: R-1, 氏名: 山田　太郎, 金額: 12000}
        - {番号: R-2, 氏名: 髙橋　花子, 金額: 3500}
      columns: {番号: {required: true}}
  - id: decision
    name: 通知を送ってよいか
    approve:
      by: 課長
      show: {件数: "${{ steps.rows.count }} 件", 一覧: "${{ steps.rows.valid }}", ほか: [初回, 再送なし]}
      timeout: 3d
"""

Program = Callable[..., tuple[int, str]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Runs the program in a small project as some person; returns its exit status and all it printed."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "yakin.toml").write_text(
        'language = "ja"\n[roles]\n"課長" = ["mori", "clerk"]\n', encoding="utf-8"
    )
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "notices.yaml").write_text(WORKFLOW, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(person: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("yakin.project.actor", lambda: person)
        monkeypatch.setattr("sys.argv", ["runner.py", *arguments])
        capsys.readouterr()
        status = app.run(tmp_path)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def waiting(program: Program) -> str:
    status, printed = program("clerk", "run", "notices")
    assert status == 4, printed
    assert "課長: 通知を送ってよいか" in printed
    found: list[dict[str, str]] = json.loads(program("clerk", "approvals", "--json")[1])
    return found[0]["run"]


def test_what_waits_is_listed_with_who_decides_and_until_when(program: Program) -> None:
    run = waiting(program)
    status, printed = program("mori", "approvals")
    assert status == 0
    for wanted in ("通知を送ってよいか", run, "decision", "口座振替の通知", "課長", "clerk", "期限"):
        assert wanted in printed


def test_what_is_shown_stands_in_the_order_of_the_workflow_and_aligned(program: Program) -> None:
    printed = program("mori", "approvals", waiting(program))[1]
    assert printed.index("件数: 2 件") < printed.index("一覧") < printed.index("初回") < printed.index("再送なし")
    lines = [line for line in printed.splitlines() if "R-1" in line or "R-2" in line or "番号" in line]
    names = [cell_len(line[: line.index(name)]) for line, name in zip(lines, ("氏名", "山田", "髙橋"), strict=True)]
    assert len(set(names)) == 1
    assert max(map(cell_len, printed.splitlines())) <= 80


def test_a_run_goes_on_after_somebody_else_has_approved_it(program: Program) -> None:
    run = waiting(program)
    status, printed = program("clerk", "approve", run)
    assert (status, "本人" in printed) == (1, True)
    status, printed = program("tanaka", "approve", run)
    assert (status, "課長" in printed) == (1, True)
    status, printed = program("mori", "approve", run, "--reason", "一覧を確認した")
    assert status == 0
    assert "mori が承認: 一覧を確認した" in printed
    assert f"runner.py resume {run}" in printed
    shown = program("clerk", "show", run)[1]
    assert f"runner.py resume {run}" in shown
    assert "runner.py approvals" not in shown
    status, printed = program("clerk", "resume", run)
    assert status == 0, printed
    assert "mori が承認: 一覧を確認した" in program("clerk", "show", run)[1]
    assert "承認待ちはありません" in program("clerk", "approvals")[1]
    assert "mori が承認" in program("clerk", "approvals", "--all")[1]


def test_a_rejection_needs_a_reason_and_ends_the_run_with_it(program: Program) -> None:
    run = waiting(program)
    assert program("mori", "reject", run)[0] == 2
    assert program("mori", "reject", run, "decision", "--reason", "二件重複")[0] == 0
    status, printed = program("clerk", "resume", run)
    assert status == 1
    assert "mori が却下しました: 二件重複" in printed


def test_a_run_that_waits_cannot_be_resumed_before_the_decision(program: Program) -> None:
    run = waiting(program)
    status, printed = program("clerk", "resume", run)
    assert status == 4
    assert f"runner.py approvals {run}" in printed


def test_what_was_to_be_approved_cannot_be_exchanged(program: Program, tmp_path: Path) -> None:
    run = waiting(program)
    kept = next((tmp_path / "var" / "runs" / run / "artifacts").glob("decision.show*"))
    kept.write_bytes(kept.read_bytes().replace(b"12000", b"99000"))
    status, printed = program("mori", "approvals", run)
    assert status == 3
    assert "99000" not in printed


def test_a_cell_cannot_steer_the_terminal(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "workflows" / "notices.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[初回,", '["\\e[2J初回",'), encoding="utf-8")
    printed = program("mori", "approvals", waiting(program))[1]
    assert "\x1b" not in printed
    assert "初回" in printed


def test_reports_tell_who_decided(program: Program, tmp_path: Path) -> None:
    run = waiting(program)
    report = tmp_path / "var" / "runs" / run / "report.html"
    assert f"runner.py approvals {run}" in report.read_text(encoding="utf-8")
    program("mori", "approve", run, "--reason", "確認済み")
    program("clerk", "resume", run)
    assert "mori が承認: 確認済み" in report.read_text(encoding="utf-8")
    from openpyxl import load_workbook

    book = load_workbook(report.with_name("results.xlsx"))
    cells = [str(cell.value) for row in book.worksheets[-1].iter_rows() for cell in row]
    assert any("mori が承認: 確認済み" in cell for cell in cells)
    plain = json.loads(program("clerk", "show", run, "--json")[1])
    assert plain["steps"][1]["approval"]["decided_by"] == "mori"
