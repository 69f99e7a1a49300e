"""Sending news: what is due goes once, what does not arrive is tried again and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.mailbox import Mailbox
from tests.unit.news.nights import NO_BUTTON, REFUSED, EveryDay, TownHall, town_hall
from yakin import events as ev
from yakin.errors import ConfigError
from yakin.news.courier import Courier, Done
from yakin.news.timing import BACK_OFF, REST
from yakin.post import NotSent

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data is deprecated")

FOLDER = """
[[notify.rules]]
name = "朝"
to = ["file:便り"]
digest = "07:30"

[[notify.rules]]
name = "至急"
to = ["file:至急"]
alert = ["failed", "in_doubt", "missed"]
quiet = "02:00-06:30"
"""
MAIL = """
[notify.receivers]
"情報係" = ["joho@t.jp", "joho2@t.jp"]
[[notify.rules]]
name = "至急"
to = ["情報係", "json://127.0.0.1:9/secret-token"]
alert = ["failed"]
"""
HALF_A_MINUTE = 30.0
MORNING = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)
"""07:30 of the next day in Japan."""

Open = Callable[..., TownHall]


@pytest.fixture
def open_hall(tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda rules, **more: stack.enter_context(town_hall(tmp_path / "hall", rules, **more))


@pytest.fixture
def hall(open_hall: Open) -> TownHall:
    return open_hall(FOLDER)


@pytest.fixture
def courier(hall: TownHall) -> Iterator[Courier]:
    courier = Courier(hall.project, days=EveryDay())
    yield courier
    courier.close()


def wait_until(hall: TownHall, moment: datetime) -> None:
    hall.clock.move((moment - hall.clock.now()).total_seconds())


def letters(hall: TownHall, folder: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((hall.root / folder).glob("*.txt"))]


def noted(hall: TownHall) -> list[ev.Event]:
    return [
        record.event
        for record in hall.project.journal.news().events(after=0)
        if isinstance(record.event, ev.NewsSent | ev.NewsFailed)
    ]


def test_what_happened_before_a_rule_was_there_is_not_told(hall: TownHall, courier: Courier) -> None:
    hall.failed_step("r1", NO_BUTTON, title="昨日")
    assert courier.look() == []
    assert courier.look() == []
    wait_until(hall, MORNING)
    assert courier.look() == [Done("朝", "digest", 1)]
    assert "実行なし" in letters(hall, "便り")[0]
    assert letters(hall, "至急") == []


def test_a_failure_is_told_at_once_and_in_the_morning_once_more_in_the_digest(hall: TownHall, courier: Courier) -> None:
    courier.look()
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    hall.run("r2")
    assert courier.look() == [Done("至急", "alert", 1)]
    assert courier.look() == []
    wait_until(hall, MORNING)
    assert courier.look() == [Done("朝", "digest", 1)]
    assert courier.look() == []
    (alert,), (digest,) = letters(hall, "至急"), letters(hall, "便り")
    assert alert.startswith("[夜勤・至急] 1件中1件が失敗、原因1種類\n")
    assert digest.startswith("[夜勤] 2件中1件が失敗、原因1種類\n")
    assert "2026-04-01 22:00 から 2026-04-02 07:30 まで" in digest
    html = next((hall.root / "便り").glob("*.html")).read_text(encoding="utf-8")
    assert "住民税 (r1)" in html


def test_each_digest_begins_where_the_last_one_ended(hall: TownHall, courier: Courier) -> None:
    courier.look()
    hall.run("r1")
    wait_until(hall, MORNING)
    courier.look()
    hall.run("r2")
    hall.run("r3")
    wait_until(hall, MORNING + timedelta(days=1))
    courier.look()
    subjects = sorted(text.partition("\n")[0] for text in letters(hall, "便り"))
    assert subjects == ["[夜勤] 1件実行、失敗なし", "[夜勤] 2件実行、失敗なし"]


def test_alerts_wait_for_the_end_of_quiet_hours(hall: TownHall, courier: Courier) -> None:
    courier.look()
    wait_until(hall, datetime(2026, 4, 1, 18, 0, tzinfo=UTC))
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    assert courier.look() == []
    hall.failed_step("r2", REFUSED, title="国保")
    wait_until(hall, datetime(2026, 4, 1, 21, 30, tzinfo=UTC))
    assert courier.look() == [Done("至急", "alert", 1)]
    (alert,) = letters(hall, "至急")
    assert "2件中2件が失敗" in alert


def test_what_nobody_sent_before_a_crash_is_sent_after_it(hall: TownHall, courier: Courier) -> None:
    courier.look()
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    courier.close()
    restarted = hall.open()
    after = Courier(restarted, days=EveryDay())
    assert after.look() == [Done("至急", "alert", 1)]
    after.close()
    once_more = Courier(restarted, days=EveryDay())
    assert once_more.look() == []
    once_more.close()
    restarted.close()


def test_of_two_couriers_one_sends(hall: TownHall, courier: Courier) -> None:
    courier.look()
    other_project = hall.open()
    other = Courier(other_project, days=EveryDay())
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    assert other.look() == []
    assert courier.look() == [Done("至急", "alert", 1)]
    courier.close()
    hall.failed_step("r2", NO_BUTTON, title="住民税")
    hall.clock.move(600)
    assert other.look() == [Done("至急", "alert", 1)]
    other.close()
    other_project.close()


def test_a_courier_whose_lease_was_taken_away_stops_and_begins_anew(hall: TownHall, courier: Courier) -> None:
    courier.look()
    (row,) = hall.project.leases.held("news")
    hall.project.leases.give_up(row.token)
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    assert courier.look() == []
    assert courier.look() == [Done("至急", "alert", 1)]


def test_mail_comes_as_text_and_html_with_the_report_of_the_failed_run(
    open_hall: Open, mailbox: Mailbox, server: Controller
) -> None:
    rule = MAIL.replace(', "json://127.0.0.1:9/secret-token"', "") + "attach_report = true\n"
    hall = open_hall(rule, mail_port=server.port)
    courier = Courier(hall.project, days=EveryDay())
    courier.look()
    hall.run("r1", status="failed", items={"0001": ("failed", NO_BUTTON)}, error=REFUSED)
    assert courier.look() == [Done("至急", "alert", 2)]
    courier.close()
    assert [receivers for _, receivers, _ in mailbox.mails] == [["joho@t.jp"], ["joho2@t.jp"]]
    mail = mailbox.mails[0][2]
    assert mail["Subject"] == "[夜勤・至急] 1件中1件が失敗、原因1種類"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    for part in (text.get_content(), html.get_content()):
        assert "住民税申告の入力 (r1): 1行" in part
        assert "0001" not in part
    (report,) = mail.iter_attachments()
    assert report.get_filename() == "r1.html"
    assert "0001" in report.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_one_receiver_who_cannot_be_reached_is_tried_again_and_told_of_without_telling_the_others_twice(
    open_hall: Open, mailbox: Mailbox, server: Controller
) -> None:
    hall = open_hall(MAIL, mail_port=server.port)
    courier = Courier(hall.project, days=EveryDay())
    courier.look()
    hall.run("r1", status="failed", error=REFUSED)
    assert courier.look() == []
    for wait in BACK_OFF:
        hall.clock.move(wait.total_seconds() - 1)
        assert courier.look() == []
        hall.clock.move(1)
        done = courier.look()
    (given_up,) = done
    assert (given_up.told, given_up.error is not None) == (2, True)
    assert len(mailbox.mails) == 2
    _, sent, failed = noted(hall)
    assert isinstance(sent, ev.NewsSent)
    assert isinstance(failed, ev.NewsFailed)
    assert (sent.receivers, sent.upto) == (2, failed.upto)
    assert "json://…" in failed.error.message
    assert "secret-token" not in str(failed)
    hall.run("r2", status="failed", error=REFUSED)
    assert courier.look() == []
    hall.clock.move(600)
    assert courier.look() == []
    assert "■ 届かなかった通知\n\n- 規則 至急、" in _text(mailbox, 2)
    courier.close()


def test_news_that_reach_nobody_are_given_up_told_and_sent_later_with_what_came_since(
    open_hall: Open, server: Controller
) -> None:
    hall = open_hall(MAIL.replace('"情報係", ', ""))
    courier = Courier(hall.project, days=EveryDay())
    courier.look()
    hall.run("r1", status="failed", error=REFUSED)
    courier.look()
    for wait in BACK_OFF:
        hall.clock.move(wait.total_seconds())
        done = courier.look()
    (given_up,) = done
    assert given_up.told == 0
    assert [type(event) for event in noted(hall)] == [ev.NewsSent, ev.NewsFailed]
    hall.clock.move(REST.total_seconds() - HALF_A_MINUTE)
    assert courier.look() == []
    preview = courier.news("至急")
    assert preview is not None
    assert "r1" in preview[1].message.body
    assert "届かなかった通知" in preview[1].message.body
    courier.close()


def test_settings_that_are_wrong_are_told_as_news_that_failed(open_hall: Open) -> None:
    hall = open_hall('[[notify.rules]]\nto = ["a@t.jp"]\nalert = ["failed"]\n')
    courier = Courier(hall.project, days=EveryDay())
    courier.look()
    hall.run("r1", status="failed", error=REFUSED)
    courier.look()
    for wait in BACK_OFF:
        hall.clock.move(wait.total_seconds())
        done = courier.look()
    assert done[0].error is not None
    assert "there are no settings for it" in done[0].error.message
    assert done[0].rule == "1"
    courier.close()


def test_sending_at_once_counts_as_sent(hall: TownHall, courier: Courier) -> None:
    courier.look()
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    assert courier.send("至急") == Done("至急", "alert", 1)
    hall.clock.move(600)
    assert courier.look() == []
    assert courier.send("至急") is None
    assert courier.send("朝") == Done("朝", "digest", 1)
    assert len(letters(hall, "至急")) == 1


def test_before_the_first_look_the_last_day_is_shown(hall: TownHall) -> None:
    hall.failed_step("r1", NO_BUTTON, title="先週")
    hall.clock.move(7 * 86_400)
    hall.failed_step("r2", NO_BUTTON, title="昨夜")
    courier = Courier(hall.project, days=EveryDay())
    found = courier.news("朝")
    assert found is not None
    assert "昨夜" in found[1].message.body
    assert "先週" not in found[1].message.body
    assert noted(hall) == []


def test_a_test_message_reaches_the_receivers_and_is_not_noted(hall: TownHall) -> None:
    assert Courier(hall.project, days=EveryDay()).test("朝").told == 1
    assert "規則 朝 の試し送信" in letters(hall, "便り")[0]
    assert noted(hall) == []


def test_a_test_message_that_does_not_arrive_is_told(open_hall: Open) -> None:
    hall = open_hall(MAIL.replace('"情報係", ', ""))
    with pytest.raises(NotSent):
        Courier(hall.project, days=EveryDay()).test("至急")


def test_an_unknown_rule_is_told_with_those_there_are(hall: TownHall) -> None:
    with pytest.raises(ConfigError, match="There is no rule 夕") as refused:
        Courier(hall.project, days=EveryDay()).test("夕")
    assert refused.value.hint == "There are: 朝, 至急; rules stand under [[notify.rules]] of config/yakin.toml"


def _text(mailbox: Mailbox, number: int) -> str:
    body = mailbox.mails[number][2].get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
