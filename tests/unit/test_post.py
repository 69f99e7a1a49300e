"""Messages into folders; mail and web hooks are tried with the notify bot and with news."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yakin.post import Enclosure, Message, NotifySettings, Post, Receiver
from yakin.values import Secret


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post.of({"notify": {"receivers": {"棚": ["file:便り", "a@town.example.jp"]}}}, tmp_path)


def test_a_message_is_put_into_a_folder_as_text_page_and_files(post: Post, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("報告", encoding="utf-8")
    message = Message(
        "[夜勤] 3件: 1/2 <済>", "本文\n二行目", "<p>本文</p>", (Enclosure(tmp_path / "report.html", "r1.html"),)
    )

    delivery = post.send(post.receivers(["file:便り"]), message)

    assert (delivery.told, delivery.failed, delivery.error()) == (["file:便り"], [], None)
    text, page, report = sorted((tmp_path / "便り").iterdir(), key=lambda path: (path.suffix != ".txt", len(path.name)))
    assert text.read_text(encoding="utf-8") == "[夜勤] 3件: 1/2 <済>\n\n本文\n二行目\n"
    assert page.read_text(encoding="utf-8") == "<p>本文</p>"
    assert report.read_text(encoding="utf-8") == "報告"
    assert text.stem[15:] == " [夜勤] 3件 1 2 済"
    assert report.name == f"{text.stem}-r1.html"


def test_messages_of_the_same_moment_do_not_replace_each_other(post: Post, tmp_path: Path) -> None:
    for number in range(3):
        post.send(post.receivers(["file:便り"]), Message("件名", str(number)))
    texts = {path.read_text(encoding="utf-8") for path in (tmp_path / "便り").glob("*.txt")}
    assert texts == {"件名\n\n0\n", "件名\n\n1\n", "件名\n\n2\n"}


@pytest.mark.parametrize("subject", ["", "...", "CON:", "長" * 200])
def test_any_subject_makes_a_name_that_windows_takes(post: Post, tmp_path: Path, subject: str) -> None:
    post.send(post.receivers(["file:便り"]), Message(subject, "本文"))
    (file,) = (tmp_path / "便り").iterdir()
    assert len(file.name) < 70
    assert not set('<>:"/\\|?*') & set(file.name)
    assert not file.stem.endswith((".", " "))


def test_a_folder_that_cannot_be_written_to_is_told(post: Post, tmp_path: Path) -> None:
    (tmp_path / "便り").write_text("ここはフォルダではない", encoding="utf-8")
    delivery = post.send(post.receivers(["file:便り"]), Message("件名"))
    assert delivery.told == []
    assert delivery.failed[0].startswith("file:便り (")


def test_receivers_are_told_by_their_kinds(post: Post) -> None:
    found = post.receivers(["棚", "json://host/token", Secret("file:秘密")])
    assert [(one.name, one.kind) for one in found] == [
        ("棚", "folder"),
        ("棚", "mail"),
        ("json://…", "service"),
        ("receiver 3", "folder"),
    ]
    assert Receiver("x", r"file:\\server\share\夜勤").kind == "folder"


def test_a_wrong_address_is_told_before_anything_is_put_into_a_folder(post: Post, tmp_path: Path) -> None:
    with pytest.raises(NotifySettings):
        post.send(post.receivers(["file:便り", "unknown-service://x"]), Message("件名"))
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - the folder itself must not be there
