"""News on the command line: seen before they are sent, sent at once, tried."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.news.nights import NO_BUTTON, town_hall
from yakin.cli import main

RULES = """
[[notify.rules]]
name = "朝"
to = ["file:便り", "json://host/secret-token"]
digest = "07:30"
[[notify.rules]]
to = ["file:便り"]
section = "税務課"
alert = ["failed"]
quiet = "22:00-06:30"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with town_hall(tmp_path / "hall", RULES) as hall:
        hall.failed_step("r1", NO_BUTTON, title="住民税", section="子育て課")
    return tmp_path / "hall"


def yakin(
    root: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str, str]:
    patch.setattr(sys, "argv", ["yakin", *arguments])
    status = main(root)
    said = capsys.readouterr()
    return status, said.out, said.err


def test_what_would_be_told_is_shown_and_not_sent(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, _ = yakin(root, capsys, monkeypatch, "news")
    assert status == 0
    assert "規則 朝: file:便り, …; 次のまとめ " in out
    assert "規則 2: file:便り; 課 税務課; すぐに知らせるもの: failed; 22:00-06:30 は知らせない" in out
    assert "急ぎのものはありません" in out
    assert "secret-token" not in out
    assert not (root / "便り").exists()


def test_news_are_sent_and_tried_by_the_name_of_their_rule(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert yakin(root, capsys, monkeypatch, "news", "--test", "2")[:2] == (0, "1 件の宛先に届けました\n")
    assert yakin(root, capsys, monkeypatch, "news", "--send", "2")[:2] == (0, "急ぎのものはありません\n")
    assert len(list((root / "便り").glob("*.txt"))) == 1


def test_an_unknown_rule_is_told(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, err = yakin(root, capsys, monkeypatch, "news", "--send", "夕")
    assert status == 2
    assert "規則 夕 はありません" in err
