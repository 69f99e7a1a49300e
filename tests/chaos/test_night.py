"""A real night in miniature: what the mail in the morning says is what the journal and the system's own database say."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.chaos import night, workbook
from tests.chaos.night import Account, account, workflows
from tests.chaos.service import Served, served
from tests.chaos.townhall import TownHall
from tests.mailbox import Mailbox
from yakin.events import NewsSent
from yakin.practice import Faults
from yakin.reports.verdicts import STATUSES

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
]

ITEMS = 24
LONG = 900
"""Seconds in which a part of the night is over, on a machine that does much else."""

_SETTINGS = """\
[systems.portal]
url = "{url}/"
zone = "lgwan"
[practice]
systems = ["portal"]
[browser]
timeout = 10.0
page_timeout = 10.0
[notify.mail]
server = "127.0.0.1"
port = {port}
sender = "夜勤 <yakin@town.example.jp>"
security = "none"
[[notify.rules]]
name = "朝のまとめ"
to = ["joho@town.example.jp"]
digest = "{digest:%H:%M}"
"""
_ALWAYS_OPEN = "closed_weekdays: []\nnational_holidays: false\nyear_end: false\n"
_WRONG = "workflow: 受付箱の確認 第1\nsteps:\n  - {uses: files.fnd_all}\n"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[TownHall]:
    hall = TownHall(tmp_path / "townhall")
    yield hall
    hall.close()


def test_the_mail_in_the_morning_says_exactly_what_happened(
    tmp_path: Path, hall: TownHall, mailbox: Mailbox, server: Controller
) -> None:
    entry_at = datetime.now().astimezone() + timedelta(seconds=90)
    far = datetime.now().astimezone() - timedelta(minutes=10)
    settings = _SETTINGS.format(url=hall.url, port=server.port, digest=far)
    with served(tmp_path / "site", settings, workflows(entry_at, ITEMS)) as there:
        _furnish(there)
        hall.set_faults(Faults(answer_lost="drop", answer_lost_rate=0.15, error_rate=0.01, seed=5))
        first = there.start()
        there.until(lambda: hall.registrations() >= ITEMS // 4, LONG)
        first.kill_all()
        # Longer than what still counts as punctual: the moments of these minutes are missed.
        dead_until = datetime.now(UTC) + timedelta(seconds=130)
        _change(there, f"{far:%H:%M}", f"{datetime.now().astimezone() + timedelta(minutes=8):%H:%M}")
        there.until(lambda: datetime.now(UTC) >= dead_until, LONG)
        second = there.start()
        there.until(lambda: all(row.status != "running" for row in there.runs(night.ENTRY)), LONG)
        for name, text in workflows(entry_at, ITEMS, switched_off=True).items():
            there.write(name, text)
        there.write("seiri_01", _WRONG)
        there.until(lambda: mailbox.mails, LONG)
        second.send(signal.SIGTERM)
        assert second.end(120) == 0, second.printed
        assert there.complaints() == []
        [(_, receivers, mail)] = mailbox.mails
        assert receivers == ["joho@town.example.jp"]
        body = mail.get_body(("plain",))
        assert body is not None
        told = [record.event for record in there.told(NewsSent)]
        upto = [event.upto for event in told if isinstance(event, NewsSent) and event.receivers]
        assert len(upto) == 1
        happened = account(there, upto[0])
        assert_says(str(mail["Subject"]), body.get_content().replace("\r\n", "\n"), happened)
        assert_system_agrees(there, hall)
        assert happened.number("failed") > 0
        assert happened.number("succeeded") > 0
        assert happened.not_started
        assert happened.in_doubt
        assert happened.rejected == {"seiri_01"}


def _furnish(there: Served) -> None:
    (there.folder / "inbox").mkdir()
    (there.folder / "inbox" / "壊れた一覧.xlsx").write_bytes(b"no workbook")
    (there.folder / "config" / "calendars").mkdir()
    (there.folder / "config" / "calendars" / "municipal.yaml").write_text(_ALWAYS_OPEN, encoding="utf-8")
    workbook.write(there.folder / "samples" / "juminzei.xlsx", ITEMS)


def _change(there: Served, old: str, new: str) -> None:
    settings = there.folder / "config" / "yakin.toml"
    text = settings.read_text(encoding="utf-8")
    assert text.count(f'"{old}"') == 1
    settings.write_text(text.replace(f'"{old}"', f'"{new}"'), encoding="utf-8")


def assert_says(subject: str, text: str, happened: Account) -> None:
    """The headline and what it says of each workflow are what was counted."""
    total, failed, left_out = happened.number(), happened.number("failed"), sum(happened.not_started.values())
    doubts = f"{happened.in_doubt} item{'s' if happened.in_doubt > 1 else ''} in doubt"
    assert re.fullmatch(
        rf"\[Yakin\] {failed} of {total} runs failed, \d+ causes, {doubts}, {left_out} not started, 1 file wrong",
        subject,
    ), (subject, happened)
    for title, by_status in happened.ended.items():
        counted = ", ".join(f"{STATUSES[status]} {number}" for status, number in sorted(by_status.items()))
        assert f"{title}: {counted}\n" in text, (title, text)
    for title, times in happened.not_started.items():
        assert _times(text, title) == times, (title, text)
    assert "files.find”: " in text, "four workflows failed by one cause"
    assert "excel.read_rows”: " in text
    assert not re.search(r"7000\d{4}", text), "keys of items are nobody's business"


def _times(text: str, title: str) -> int:
    return sum(int(found) for found in re.findall(rf"{re.escape(title)}: due (\d+) times?, first", text))


def assert_system_agrees(there: Served, hall: TownHall) -> None:
    """Nothing was registered twice, and what the journal calls done or in doubt is so."""
    registered = hall.registered()
    assert set(registered.values()) <= {1}
    [run] = there.runs(night.ENTRY)
    for item in there.journal.items(run.id, workbook.BLOCK):
        if item.state == "done":
            assert registered[item.key] == 1, item
        elif item.state != "in_doubt":
            assert registered[item.key] == 0, item
