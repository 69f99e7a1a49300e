"""What people are told of is asked of both databases in the same way."""

from __future__ import annotations

from yakin import events as ev
from yakin.errors import ApplicationError, BusinessError
from yakin.journal.news import FailedItems
from yakin.journal.store import JournalStore

LOST = ApplicationError("{host} does not answer", host="portal").info()
WRONG = BusinessError("{value} holds no digits", value="髙橋").info()


def test_what_is_new_is_read_in_order_and_counted_by_error(url: str) -> None:
    store = JournalStore(url)
    try:
        keys = ("1", "2", "3", "4")
        errors = dict(zip(keys, (LOST, LOST, WRONG, None), strict=True))
        store.append(
            "clerk",
            ev.RunCreated(run="r1", workflow="juminzei", title="住民税", workflow_hash="h"),
            ev.RunStarted(run="r1", executor="hall:1"),
            ev.StepStarted(run="r1", step="entry", title="登録", uses="for_each", line=3),
            ev.ItemsCreated(run="r1", step="entry", keys=keys, system="portal"),
            *(ev.ItemStarted(run="r1", step="entry", item=key) for key in keys),
            *(
                ev.ItemSettled(run="r1", step="entry", item=key, state="failed" if why else "skipped", error=why)
                for key, why in errors.items()
            ),
            ev.RunFinished(run="r1", status="failed", error=LOST),
            ev.NewsSent(run="", rule="朝", kind="digest", receivers=1, upto=3),
        )
        told = store.news().events(after=0)
        assert [record.event.action for record in told] == ["run.finished", "news.sent"]
        assert store.news().events(after=told[0].seq) == told[1:]
        assert store.news().events(after=0, upto=told[0].seq) == told[:1]
        assert store.news().failed_items("r1") == [FailedItems("entry", LOST, 2)]
        assert store.news().failed_items("r2") == []
        assert store.verify() == []
    finally:
        store.close()
