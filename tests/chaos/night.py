"""A night in miniature: forty workflows on triggers of a minute, some of which fail, and what the journal says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.chaos import workbook
from tests.chaos.service import Served
from yakin.events import FileRejected, ItemSettled, RunFinished, ScheduleSkipped

ENTRY = workbook.WORKFLOW
"""The workflow that registers, once in the night."""

BROWSING, FINDING, MISSING, UNREADABLE = 3, 30, 4, 2
"""How many look something up in the system, find their files, look for files that nobody has sent, read what is no workbook."""

_HEAD = """\
workflow: {title}
owner: {{section: {section}, contact: zeimu@town.example.jp}}
"""
_EVERY_MINUTE = 'triggers:\n  - {{cron: "* * * * *", missed: {missed}, overlap: skip}}\n'
_BROWSE = """\
systems:
  portal:
    url: ${{{{ config.systems.portal.url }}}}
    sessions: 2
    sign_in:
      - {{uses: browser.go_to, with: {{path: /login}}}}
      - uses: browser.fill
        with: {{fields: {{利用者ID: "${{{{ secrets.portal_user }}}}", パスワード: "${{{{ secrets.portal_password }}}}"}}}}
      - {{uses: browser.click, with: {{button: ログイン}}}}
    signed_in: {{text: ログアウト}}
steps:
  - in: portal
    steps:
      - {{uses: browser.go_to, with: {{path: /declarations}}}}
      - {{uses: browser.download, with: {{link: CSV出力}}}}
"""
_FIND = "steps:\n  - {{uses: files.find_all, with: {{pattern: '*.csv', folder: inbox}}}}\n"
_MISS = "steps:\n  - {{uses: files.find, with: {{pattern: '届出書*.xlsx', folder: inbox}}}}\n"
_READ = "steps:\n  - {{uses: excel.read_rows, with: {{path: inbox/壊れた一覧.xlsx}}}}\n"

_KINDS = (
    ("shokai", "照会の控え", "税務課", _BROWSE, BROWSING),
    ("seiri", "受付箱の確認", "情報政策課", _FIND, FINDING),
    ("todoke", "届出書の取込", "住民課", _MISS, MISSING),
    ("ichiran", "一覧の取込", "福祉課", _READ, UNREADABLE),
)


def workflows(entry_at: datetime, items: int, *, switched_off: bool = False) -> Mapping[str, str]:
    """Id → text of all forty.

    Args:
        entry_at: When the one that registers is due.
        items: How many declarations it registers; the system cannot be asked whether it has one.
        switched_off: Without triggers.
    """
    found: dict[str, str] = {}
    for name, title, section, steps, count in _KINDS:
        for number in range(1, count + 1):
            # Of some nothing is made up for, of the others the last moment is.
            missed = "skip" if number % 2 else "run_once"
            trigger = "" if switched_off else _EVERY_MINUTE.format(missed=missed)
            head = _HEAD.format(title=f"{title} 第{number}", section=section)
            found[f"{name}_{number:02}"] = head + trigger + steps.format()
    at = "" if switched_off else f'triggers:\n  - {{at: "{entry_at:%Y-%m-%d %H:%M:%S}"}}\n'
    found[ENTRY] = workbook.workflow(items, lanes=2, probe=False).replace("\nsteps:\n", f"\n{at}steps:\n", 1)
    return found


@dataclass
class Account:
    """What happened up to a place in the journal.

    Attributes:
        ended: Title → status → number of runs that ended so.
        in_doubt: Number of items in doubt.
        not_started: Title → how often something was due and left out.
        rejected: Ids of workflows whose file is wrong.
    """

    ended: dict[str, Counter[str]] = field(default_factory=dict)
    in_doubt: int = 0
    not_started: Counter[str] = field(default_factory=Counter)
    rejected: set[str] = field(default_factory=set)

    def number(self, status: str | None = None) -> int:
        """How many runs ended so, or at all."""
        return sum(sum(by.values()) if status is None else by[status] for by in self.ended.values())


def account(there: Served, upto: int) -> Account:
    """Count it, run by run, from the events themselves."""
    found = Account()
    for row in there.runs():
        records = [record for record in there.journal.records(row.id) if record.seq <= upto]
        ends = [record.event.status for record in records if isinstance(record.event, RunFinished)]
        if ends:
            found.ended.setdefault(row.title, Counter())[ends[-1]] += 1
        states = {
            (event.step, event.item): event.state
            for event in (record.event for record in records)
            if isinstance(event, ItemSettled)
        }
        found.in_doubt += sum(state == "in_doubt" for state in states.values())
    titles = {row.workflow: row.title for row in there.runs()}
    for record in there.told(ScheduleSkipped, FileRejected):
        match record.event:
            case ScheduleSkipped(workflow=workflow, count=count) if record.seq <= upto:
                found.not_started[titles[workflow]] += count
            case FileRejected(workflow=str(workflow)) if record.seq <= upto:
                found.rejected.add(workflow)
            case _:
                pass
    return found
