"""The doctor's questions to a PostgreSQL server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yakin import events as ev
from yakin.doctor.database import database_of
from yakin.journal.health import Health
from yakin.journal.store import JournalStore


def test_postgresql_tells_its_version_its_clock_and_that_it_can_be_written(postgres_url: str) -> None:
    store = JournalStore(postgres_url)
    store.append("clerk", ev.RunCreated(run="r1", workflow="tsuchi", title="通知", workflow_hash="h"))
    store.close()
    health = Health(postgres_url)
    try:
        assert health.product().startswith("PostgreSQL ")
        now, newest = health.now(), health.newest()
        assert now is not None and abs(now - datetime.now(UTC)) < timedelta(seconds=30)
        assert newest is not None and newest <= datetime.now(UTC)
        assert [one.severity for one in database_of(health)] == ["well"]
    finally:
        health.close()
