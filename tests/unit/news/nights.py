"""A town hall's night, told to a real journal event by event; and the project around it, whose clock stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from yakin import events as ev
from yakin.errors import BusinessError, ErrorInfo, Refused, TargetNotFound
from yakin.project import Project
from yakin.testing import FakeClock

EVENING = datetime(2026, 4, 1, 13, 0, tzinfo=UTC)
"""A Wednesday, 22:00 in Japan."""

REFUSED = Refused("The system refused: {text}", text="世帯番号00412は異動処理中").info()
NO_BUTTON = TargetNotFound(
    "Nothing answers to {target} on {url}; nearest on the page: {candidates}",
    target="登録する",
    url="http://portal.example.jp/",
    candidates="「戻る」",
).info()
SET_ASIDE = BusinessError("{value} holds no digits", value="髙橋").info()


class EveryDay:
    """An office that never closes but on the days it is told."""

    def __init__(self, *closed: date) -> None:
        self.closed = closed

    def is_open(self, day: date) -> bool:
        return day not in self.closed


class TownHall:
    """A project in a folder, and the runs of its night."""

    def __init__(self, root: Path, rules: str, *, mail_port: int | None = None) -> None:
        (root / "config").mkdir(parents=True)
        mail = (
            ""
            if mail_port is None
            else f'[notify.mail]\nserver = "127.0.0.1"\nport = {mail_port}\nsender = "夜勤 <y@t.jp>"\nsecurity = "none"\n'
        )
        text = f'language = "ja"\ntime_zone = "Asia/Tokyo"\n{mail}{rules}'
        (root / "config" / "yakin.toml").write_text(text, encoding="utf-8")
        self.root = root
        self.clock = FakeClock(EVENING)
        self.project = self.open()

    def open(self) -> Project:
        """One more process that looks after the project."""
        project = Project(self.root)
        project.clock = self.clock  # type: ignore[assignment]
        return project

    def append(self, *events: ev.Event) -> None:
        self.project.journal.append("scheduler", *events)

    def run(
        self,
        run: str,
        *,
        workflow: str = "juminzei",
        title: str = "住民税申告の入力",
        section: str | None = "税務課",
        status: str = "succeeded",
        items: Mapping[str, tuple[str, ErrorInfo | None]] | None = None,
        error: ErrorInfo | None = None,
        **created: Any,
    ) -> None:
        """A run from its creation to its end: items is business key → state and error; error is the entry step's."""
        settled = [event for key, (state, why) in (items or {}).items() for event in _item(run, key, state, why)]
        ending = [] if status == "running" else [ev.RunFinished(run=run, status=status, error=error)]
        self.append(
            ev.RunCreated(run=run, workflow=workflow, title=title, workflow_hash="h", section=section, **created),
            ev.RunStarted(run=run, executor="hall:1"),
            ev.StepStarted(run=run, step="entry", title="申請を登録する", uses="for_each", line=8),
            *([ev.ItemsCreated(run=run, step="entry", keys=tuple(items), system="portal")] if items else []),
            *settled,
            ev.StepFinished(run=run, step="entry", status="failed" if error else "succeeded", error=error),
            *ending,
        )

    def failed_step(
        self, run: str, error: ErrorInfo, *, title: str, uses: str = "browser.press", **created: Any
    ) -> None:
        """A run of which a single step failed."""
        self.append(
            ev.RunCreated(run=run, workflow=title, title=title, workflow_hash="h", **created),
            ev.RunStarted(run=run, executor="hall:1"),
            ev.StepStarted(run=run, step="press", title=f"{title}のボタンを押す", uses=uses, line=8),
            ev.StepFinished(run=run, step="press", status="failed", error=error),
            ev.RunFinished(run=run, status="failed", error=error),
        )

    def close(self) -> None:
        self.project.close()


@contextmanager
def town_hall(root: Path, rules: str, *, mail_port: int | None = None) -> Iterator[TownHall]:
    hall = TownHall(root, rules, mail_port=mail_port)
    try:
        yield hall
    finally:
        hall.close()


def _item(run: str, key: str, state: str, error: ErrorInfo | None) -> list[ev.Event]:
    begun: list[ev.Event] = [ev.ItemStarted(run=run, step="entry", item=key)]
    if state in ("done", "in_doubt"):
        begun.append(ev.CommitIntended(run=run, step="entry", item=key, at_step="entry.1"))
    how = "registered" if state == "done" else ""
    return [*begun, ev.ItemSettled(run=run, step="entry", item=key, state=state, how=how, error=error)]
