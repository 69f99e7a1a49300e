"""How SQLite finds what runs ask for at every item: by an index, however many items and runs there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from yakin import events as ev
from yakin.journal.store import JournalStore

RUN = "20261123-2200-4f1c"
QUESTIONS: dict[str, tuple[Callable[[JournalStore], object], str]] = {
    "a run": (lambda store: store.run(RUN), "run USING INDEX sqlite_autoindex_run_1 (id=?)"),
    "rows of a run set aside": (lambda store: store.run(RUN), "event USING INDEX event_row_set_aside (run=?)"),
    "an item": (
        lambda store: store.item(RUN, "entry", "1"),
        "item USING INDEX sqlite_autoindex_item_1 (run=? AND step=? AND key=?)",
    ),
    "a part of the items": (
        lambda store: store.items(RUN, "entry", first=50, last=100),
        "item USING INDEX item_by_position (run=? AND step=? AND position>? AND position<?)",
    ),
    "verdicts": (
        lambda store: store.verdicts(RUN, "entry"),
        "item USING COVERING INDEX item_by_verdict (run=? AND step=?)",
    ),
    "failures": (
        lambda store: store.verdicts(RUN, "entry", only=("failed", "in_doubt")),
        "item USING COVERING INDEX item_by_verdict (run=? AND step=? AND verdict=?)",
    ),
    "claims": (
        lambda store: store.claims("portal", "juminzei", ["1", "2"]),
        "item USING INDEX item_claim (system=? AND workflow=? AND key=?)",
    ),
    "what is new": (lambda store: store.records(RUN, after=7), "event USING INDEX event_by_run (run=? AND seq>?)"),
    "what is new to people": (
        lambda store: store.news().events(after=7),
        "event USING INDEX event_newsworthy (seq>?)",
    ),
    "what went wrong with items": (
        lambda store: store.news().failed_items(RUN),
        "item USING INDEX item_by_position (run=?)",
    ),
    "called runs": (lambda store: store.children(RUN), "run USING INDEX run_by_parent (parent=?)"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JournalStore]:
    store = JournalStore(f"sqlite:///{tmp_path / 'yakin.sqlite'}")
    store.append("clerk", ev.RunCreated(run=RUN, workflow="juminzei", title="住民税", workflow_hash="h"))
    yield store
    store.close()


def plans_of(store: JournalStore, ask: Callable[[JournalStore], object]) -> list[str]:
    """How SQLite goes about each statement of a question."""
    plans: list[str] = []

    def explain(conn: sa.Connection, _cursor: Any, statement: str, values: Sequence[Any], *_: object) -> None:
        if statement.startswith("SELECT"):
            raw = conn.connection.cursor()
            plans.extend(row[-1] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())
            raw.close()

    sa.event.listen(sa.Engine, "before_cursor_execute", explain)
    try:
        ask(store)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", explain)
    return plans


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_runs_ask_often_is_found_by_an_index(store: JournalStore, name: str) -> None:
    ask, wanted = QUESTIONS[name]
    plans = plans_of(store, ask)
    assert f"SEARCH {wanted}" in plans
    assert not any(plan.startswith("SCAN") for plan in plans)
