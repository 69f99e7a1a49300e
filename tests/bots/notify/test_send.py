from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from bots.notify import NotifySettings, NotSent, send
from tests.bots.contexts import FakeContext
from tests.mailbox import PASSWORD, FreePortController, Mailbox
from yakin.errors import ApplicationError
from yakin.values import Secret

# The mail server of these tests warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data is deprecated")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    controller = FreePortController(
        mailbox, hostname="127.0.0.1", port=0, authenticator=mailbox.authenticate, auth_require_tls=False
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def ctx(tmp_path: Path, server: Controller) -> FakeContext:
    mail = {
        "server": "127.0.0.1",
        "port": server.port,
        "sender": "夜勤 <yakin@town.example.jp>",
        "security": "none",
    }
    return FakeContext(tmp_path, config={"notify": {"mail": mail, "receivers": {"情報係": "joho@town.example.jp"}}})


def test_a_mail_arrives_as_it_was_meant(ctx: FakeContext, mailbox: Mailbox) -> None:
    (ctx.root / "結果.csv").write_text("番号,氏名\n1,髙橋\n", encoding="utf-8")

    told = send(
        ["zeimu@town.example.jp", "情報係"],
        "失敗: 住民税申告の入力 髙﨑",
        "三件を登録できませんでした。\n<b>報告書</b>を確認してください。𠮷",
        attach=[Path("結果.csv")],
        ctx=ctx,
    )

    assert told == ["zeimu@town.example.jp", "情報係"]
    assert [(sender, receivers) for sender, receivers, _ in mailbox.mails] == [
        ("yakin@town.example.jp", ["zeimu@town.example.jp"]),
        ("yakin@town.example.jp", ["joho@town.example.jp"]),
    ]
    mail = mailbox.mails[0][2]
    assert mail["Subject"] == "失敗: 住民税申告の入力 髙﨑"
    assert mail["From"].addresses[0].display_name == "夜勤"
    text = mail.get_body(("plain",))
    assert text is not None
    assert (
        text.get_content().replace("\r\n", "\n").strip()
        == "三件を登録できませんでした。\n<b>報告書</b>を確認してください。𠮷"
    )
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "結果.csv"
    assert attached.get_payload(decode=True) == "番号,氏名\n1,髙橋\n".encode()


def test_a_mail_without_a_body_still_says_something(ctx: FakeContext, mailbox: Mailbox) -> None:
    send(["a@town.example.jp"], "完了", ctx=ctx)

    assert mailbox.mails[0][2]["Subject"] == "完了"


def test_the_password_reaches_the_server_and_nobody_else(ctx: FakeContext, mailbox: Mailbox) -> None:
    config = dict(ctx.config["notify"])
    ctx.config = {"notify": {**config, "mail": {**config["mail"], "user": "yakin"}}}

    send(["a@town.example.jp"], "件名", "本文", password=Secret(PASSWORD), ctx=ctx)
    with pytest.raises(NotSent, match=r"1 of 1 receivers could not be told: a@town\.example\.jp") as failed:
        send(["a@town.example.jp"], "件名", "本文", password=Secret("wrong-password"), ctx=ctx)

    assert mailbox.sign_ins[0] == ("yakin", PASSWORD)
    assert len(mailbox.mails) == 1
    assert "wrong-password" not in str(failed.value.info())


def test_a_server_that_wants_a_password_needs_one(ctx: FakeContext) -> None:
    ctx.config = {"notify": {"mail": {**ctx.config["notify"]["mail"], "user": "yakin"}}}

    with pytest.raises(NotifySettings, match="wants a password for yakin") as refused:
        send(["a@town.example.jp"], "件名", ctx=ctx)

    assert refused.value.hint == "Give the step password: ${{ secrets.mail_password }}"


def test_one_receiver_who_cannot_be_reached_does_not_keep_the_others_from_being_told(
    ctx: FakeContext, mailbox: Mailbox
) -> None:
    with pytest.raises(NotSent, match=r"1 of 2 receivers could not be told: json://…") as failed:
        send(["json://127.0.0.1:9/secret-token", "a@town.example.jp"], "件名", ctx=ctx)

    assert len(mailbox.mails) == 1
    assert "secret-token" not in str(failed.value.info())


def test_a_server_that_does_not_answer_is_told(ctx: FakeContext) -> None:
    ctx.config = {
        "notify": {"mail": {"server": "127.0.0.1", "port": 9, "sender": "y@town.example.jp", "security": "none"}}
    }

    with pytest.raises(NotSent, match=r"a@town\.example\.jp \(Connection error"):
        send(["a@town.example.jp"], "件名", ctx=ctx)


@pytest.mark.parametrize(
    ("config", "to", "sentence"),
    [
        ({}, ["a@b.jp"], "there are no settings for it"),
        ({"notify": {"mail": {"server": "x", "sender": "y@z.jp", "prot": 25}}}, ["a@b.jp"], "prot: Extra inputs"),
        ({"notify": {"receivers": {"情報係": "x@y.jp"}}}, ["税務係"], "no receiver 税務係"),
        ({}, ["unknown-service://x"], "address of unknown-service://… is not understood"),
        ({}, [], "nobody to send"),
    ],
)
def test_wrong_settings_are_told_before_anything_is_sent(
    tmp_path: Path, config: dict[str, Any], to: list[str | Secret], sentence: str
) -> None:
    with pytest.raises(NotifySettings, match=sentence):
        send(to, "件名", ctx=FakeContext(tmp_path, config=config))


def test_a_missing_attachment_is_told_before_anything_is_sent(ctx: FakeContext, mailbox: Mailbox) -> None:
    with pytest.raises(ApplicationError, match=r"There is no file .* to send along"):
        send(["a@town.example.jp"], "件名", attach=[Path("nothing.xlsx")], ctx=ctx)

    assert mailbox.mails == []


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    received: list[tuple[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_web_hook_is_told(ctx: FakeContext, hook: tuple[str, list[tuple[str, Any]]]) -> None:
    address, received = hook
    (ctx.root / "a.txt").write_text("添付", encoding="utf-8")
    ctx.config = {"notify": {"receivers": {"受付": [address + "/one", address + "/two"]}}}

    told = send(["受付"], "件名", "本文", attach=[Path("a.txt")], ctx=ctx)

    assert told == ["受付", "受付"]
    assert [path for path, _ in received] == ["/one", "/two"]
    message = received[0][1]
    assert (message["title"], message["message"]) == ("件名", "本文")
    assert base64.b64decode(message["attachments"][0]["base64"]).decode() == "添付"


def test_a_secret_address_is_never_told(ctx: FakeContext, hook: tuple[str, list[tuple[str, Any]]]) -> None:
    address, received = hook

    with pytest.raises(NotSent, match="receiver 1") as failed:
        send([Secret(address + "/broken-token")], "件名", ctx=ctx)

    assert len(received) == 1
    assert "broken-token" not in str(failed.value.info())
