"""The workbook, the JSON form, and how reports are written."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from tests.unit.reports import made_up_runs as runs
from yakin import reports
from yakin.errors import BusinessError
from yakin.reports import excel, html
from yakin.reports.plain import to_json
from yakin.storage import open_storage


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


@pytest.mark.parametrize("name", runs.ALL)
@pytest.mark.parametrize(
    ("language", "sheets"), [("ja", ["結果", "明細", "手順"]), ("en", ["Result", "Items", "Steps"])]
)
def test_the_workbook_has_summary_items_and_steps(name: str, language: str, sheets: list[str], tmp_path: Path) -> None:
    result = runs.ALL[name](tmp_path).result()
    book = opened(excel.render(result, language=language, **runs.place(tmp_path)))
    assert book.sheetnames == sheets
    assert book[sheets[1]].max_row == len(result.items) + 1
    assert book[sheets[2]].max_row == len(result.steps) + 1


def test_each_item_has_a_row_with_everything_a_clerk_asks_for(tmp_path: Path) -> None:
    sheet = opened(excel.render(runs.usual(tmp_path).result(), language="ja", **runs.place(tmp_path)))["明細"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header == ("番号", "キー", "場所", "状態", "登録番号", "理由", "対応", "試行", "秒", "証跡")
    assert rows[0][1:5] == ("20260001", "juminzei.xlsx [受付]:4", "登録", "R08-005201")
    assert rows[30][3] == "要確認"
    assert (
        rows[30][5] == "システムに登録を拒否されました: 世帯番号「00412」は異動処理中のため、登録できません。(E-2043)"
    )
    assert sheet["J2"].value == "evidence/entry/20260001-confirm.jpg"
    assert sheet["J2"].hyperlink is not None
    assert sheet["J2"].hyperlink.target == "evidence/entry/20260001-confirm.jpg"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:J41"


def test_evidence_that_no_link_leads_to_is_named_by_its_place(tmp_path: Path) -> None:
    result = runs.usual(tmp_path).result()
    storage = open_storage("memory://town/runs")
    sheet = opened(excel.render(result, language="ja", folder=tmp_path, storage=storage))["明細"]
    assert sheet["J2"].hyperlink is None
    assert sheet["J2"].value == f"memory://town/runs/{runs.RUN}/evidence/entry/20260001-confirm.jpg"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", '=HYPERLINK("x")', "#N/A", "00123", "\x00\x1f", "x" * 40_000]
)
def test_a_text_is_never_anything_but_a_text(text: str, tmp_path: Path) -> None:
    story = runs.Story(tmp_path, title=text)
    (key,) = story.block(1)
    error = BusinessError("The system refused: {text}", text=text, hint=text).info()
    story.item(key, "failed", result={text: text}, error=error)
    book = opened(excel.render(story.finish(), language="ja", **runs.place(tmp_path)))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    assert all(not isinstance(cell.value, str) or len(cell.value) <= 32_767 for cell in book["明細"][2])
    if text.isprintable() and len(text) < 100:
        assert text in [cell.value for cell in book["明細"][2]]


def test_the_plain_form_is_json_and_keeps_its_names(tmp_path: Path) -> None:
    plain = json.loads(json.dumps(to_json(runs.usual(tmp_path).result())))
    assert list(plain) == [
        "schema", "run", "workflow", "mode", "status", "actor", "section", "created", "started", "finished",
        "duration_ms", "resumed", "inputs", "selection", "parent", "parent_step", "called", "rerun_of", "takes_over",
        "rerun_reason", "cancelled_by", "cancel_reason", "facts", "journal", "error", "counts", "steps",
    ]  # fmt: skip
    assert plain["counts"]["registered"] == 37
    assert plain["journal"] == {"first": 1042, "last": 1042 + len(runs.usual(tmp_path).records) - 1}
    item = plain["steps"][2]["items"][30]
    assert list(item) == [
        "key", "label", "state", "how", "verdict", "attempts", "result", "error", "at_step", "evidence",
        "duration_ms", "steps_ms", "decided_by", "reason",
    ]  # fmt: skip
    assert item["verdict"] == "set_aside"
    assert item["error"]["code"] == "refused"
    assert item["error"]["message"].startswith("The system refused: 世帯番号")


def test_reports_are_written_into_the_runs_folder(tmp_path: Path) -> None:
    result = runs.usual(tmp_path).result()
    written = reports.write_reports(result, language="ja", **runs.place(tmp_path))
    folder = tmp_path / runs.RUN
    assert written == {"html": folder / "report.html", "xlsx": folder / "results.xlsx"}
    assert written["html"].read_text(encoding="utf-8") == html.render(result, **runs.place(tmp_path), language="ja")
    assert written["xlsx"].stat().st_size > 5_000


def test_a_report_that_cannot_be_made_leaves_the_one_before_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = runs.nothing_to_do(tmp_path).result()
    reports.write_reports(result, language="ja", **runs.place(tmp_path))
    workbook = tmp_path / runs.RUN / "results.xlsx"
    before = workbook.read_bytes()

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "open in Excel", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        reports.write_reports(result, language="ja", **runs.place(tmp_path))
    assert workbook.read_bytes() == before
    assert sorted(path.name for path in workbook.parent.iterdir()) == ["report.html", "results.xlsx"]


def test_importing_the_reports_imports_nothing_heavy() -> None:
    script = (
        "import sys, yakin.i18n, yakin.reports, yakin.reports.plain, yakin.reports.terminal, yakin.reports.html\n"
        "print([name for name in ('rich.console', 'rich.table', 'jinja2', 'openpyxl') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
