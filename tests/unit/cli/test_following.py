"""What somebody who follows a run reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yakin import events as ev
from yakin.cli.following import News
from yakin.journal.store import JournalStore
from yakin.results import Recorded


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalStore]:
    store = JournalStore(f"sqlite:///{tmp_path / 'yakin.sqlite'}")
    yield store
    store.close()


def create(store: JournalStore, run: str, parent: str | None = None) -> None:
    created = ev.RunCreated(
        run=run,
        workflow="tsuchi",
        title="通知",
        workflow_hash="h",
        parent=parent,
        parent_step="post" if parent else None,
    )
    store.append("clerk", created, ev.RunStarted(run=run, executor="host:1"))


def begin(run: str, step: str, uses: str) -> ev.StepStarted:
    return ev.StepStarted(run=run, step=step, title=step, uses=uses, line=1)


def told(records: list[Recorded]) -> list[tuple[str, str]]:
    return [(record.event.run, record.event.action) for record in records]


def test_only_what_is_new_is_read(store: JournalStore) -> None:
    create(store, "r1")
    news = News(store, "r1")
    assert told(news.read()) == [("r1", "run.created"), ("r1", "run.started")]
    assert news.read() == []
    store.append("clerk", begin("r1", "read", "excel.read_rows"))
    assert told(news.read()) == [("r1", "step.started")]


def test_called_runs_and_those_they_call_are_read_too_in_the_journals_order(store: JournalStore) -> None:
    create(store, "r1")
    store.append("clerk", begin("r1", "post", "call"))
    create(store, "other")
    create(store, "r2", "r1")
    store.append("clerk", begin("r2", "post", "call"))
    create(store, "r3", "r2")
    store.append("clerk", begin("r1", "read", "excel.read_rows"))
    records = News(store, "r1").read()
    assert [run for run, _ in told(records)] == ["r1"] * 3 + ["r2"] * 3 + ["r3"] * 2 + ["r1"]
    assert [record.seq for record in records] == sorted(record.seq for record in records)


def test_a_run_that_is_called_later_is_found_and_called_anew_too(store: JournalStore) -> None:
    create(store, "r1")
    store.append("clerk", begin("r1", "post", "call"))
    news = News(store, "r1")
    news.read()
    create(store, "r2", "r1")
    assert told(news.read()) == [("r2", "run.created"), ("r2", "run.started")]
    store.append("clerk", begin("r1", "post", "call"))
    create(store, "r3", "r1")
    assert ("r3", "run.started") in told(news.read())
