"""Runs that go on, wait, are cancelled, called and done again; doubts and approvals that people decide: on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.integration.test_journal_replay import by_hand
from tests.integration.test_journal_store import BLOCK, TROUBLE, create, intend, item, settle, start
from yakin import events as ev
from yakin.errors import JournalError
from yakin.journal.store import JournalStore
from yakin.ledger import ApprovalRow
from yakin.results import ApprovalResult, fold


@pytest.fixture
def store(url: str) -> Iterator[JournalStore]:
    store = JournalStore(url)
    yield store
    assert store.verify() == []
    store.close()


def created(run: str, workflow: str = "w", **more: object) -> ev.RunCreated:
    plain = ev.RunCreated(run=run, workflow=workflow, title="t", workflow_hash="h")
    return replace(plain, **more)  # type: ignore[arg-type]


def begin(store: JournalStore, go: int = 1, owner: str = "t1") -> None:
    store.append("yakin", ev.RunStarted(run="r1", executor="e", go=go, owner=owner))


ASKED = ev.ApprovalAsked(
    run="r1",
    step="ok",
    role="kacho",
    title="支払の承認",
    show={"artifact": "ok.json", "sha256": "ab"},
    due="2026-04-02T00:00:00+00:00",
    remind_seconds=3600,
)


def ask(store: JournalStore) -> None:
    store.append("clerk", created("r1"))
    begin(store)
    store.append("yakin", ev.StepStarted(run="r1", step="ok", title="承認", uses="approve", line=7))
    store.append("yakin", ASKED)


def decide(store: JournalStore, decision: str = "approved", actor: str = "kacho", reason: str | None = "よし") -> None:
    store.append(actor, ev.ApprovalDecided(run="r1", step="ok", decision=decision, reason=reason))


def test_a_run_waits_is_continued_and_ends(store: JournalStore) -> None:
    store.append("clerk", created("r1"))
    row = store.run("r1")
    assert (row.status, row.go, row.owner, row.cancel) == ("queued", 1, "", "")
    begin(store)
    store.append("yakin", ev.RunWaiting(run="r1", go=1))
    assert (store.run("r1").status, store.run("r1").owner) == ("waiting", "t1")
    store.append("clerk", ev.RunContinued(run="r1", go=2, reason="承認された"))
    assert (store.run("r1").status, store.run("r1").go) == ("queued", 2)
    begin(store, go=2, owner="t2")
    store.append("yakin", ev.RunFinished(run="r1", status="succeeded", go=2))
    row = store.run("r1")
    assert (row.status, row.go, row.owner) == ("succeeded", 2, "t2")
    result = fold(store.records("r1"))
    assert (result.status, result.go, result.reason) == ("succeeded", 2, "承認された")


@pytest.mark.parametrize("status", ["queued", "running", "waiting", "failed", "cancelled"])
def test_a_run_goes_on_from_everything_but_success(store: JournalStore, status: str) -> None:
    store.append("clerk", created("r1"))
    if status != "queued":
        begin(store)
    if status == "waiting":
        store.append("yakin", ev.RunWaiting(run="r1"))
    if status in ("failed", "cancelled"):
        store.append("yakin", ev.RunFinished(run="r1", status=status))
    assert store.run("r1").status == status
    store.append("clerk", ev.RunContinued(run="r1", go=2))
    row = store.run("r1")
    assert (row.status, row.go, row.finished) == ("queued", 2, None)
    assert fold(store.records("r1")).finished is None


def test_cancelling_is_asked_for_and_never_softened_until_the_run_is_continued(store: JournalStore) -> None:
    store.append("clerk", created("r1"))
    begin(store)
    said = []
    for now in (False, True, False):
        store.append("clerk", ev.CancelAsked(run="r1", now=now, reason="間違えた"))
        said.append((store.run("r1").cancel, fold(store.records("r1")).cancel))
    assert said == [("gracefully", "gracefully"), ("now", "now"), ("now", "now")]
    store.append("yakin", ev.RunFinished(run="r1", status="cancelled"))
    assert (store.run("r1").cancel, fold(store.records("r1")).reason) == ("now", "間違えた")
    store.append("clerk", ev.RunContinued(run="r1", go=2))
    assert (store.run("r1").cancel, fold(store.records("r1")).cancel) == ("", "")


@pytest.mark.parametrize("status", ["queued", "waiting"])
def test_a_run_that_no_process_executes_is_cancelled_by_writing_so(store: JournalStore, status: str) -> None:
    store.append("clerk", created("r1"))
    if status == "waiting":
        begin(store)
        store.append("yakin", ev.RunWaiting(run="r1"))
    store.append("clerk", ev.CancelAsked(run="r1"), ev.RunFinished(run="r1", status="cancelled"))
    assert store.run("r1").status == "cancelled"


def test_runs_know_who_called_them_and_what_they_do_again(store: JournalStore) -> None:
    store.append("clerk", created("r1"))
    for run in ("r3", "r2"):
        store.append("yakin", created(run, parent="r1", parent_step="each.call"))
    store.append("clerk", created("r4", rerun_of="r1", reason="直した", takes_over=True))
    assert [row.id for row in store.children("r1")] == ["r3", "r2"]
    assert store.children("r2") == []
    assert (store.run("r2").parent, store.run("r2").parent_step) == ("r1", "each.call")
    assert store.run("r4").rerun_of == "r1"
    again = fold(store.records("r4"))
    assert (again.rerun_of, again.reason, again.takes_over) == ("r1", "直した", True)
    assert fold(store.records("r3")).parent_step == "each.call"


def test_earlier_runs_of_exactly_the_same_files_are_found(store: JournalStore) -> None:
    files = {"名簿": "ab", "口座": "cd"}
    store.append("clerk", created("r1", files=files))
    store.append("clerk", created("r2", files=files, mode="rehearse"))
    store.append("clerk", created("r3", workflow="other", files=files))
    store.append("clerk", created("r4", files={"名簿": "ab"}))
    store.append("clerk", created("r5", files=dict(reversed(files.items()))))
    store.append("clerk", created("r6"))
    assert [row.id for row in store.same_files("w", files)] == ["r5", "r1"]
    assert [row.id for row in store.same_files("w", {"名簿": "ab"})] == ["r4"]
    assert (store.same_files("w", {}), store.same_files("w", {"名簿": "xx"})) == ([], [])
    assert store.run("r5").files == files


def test_records_can_be_asked_for_by_their_kind(store: JournalStore) -> None:
    create(store)
    start(store)
    kinds = (ev.ItemStarted.action, ev.RunCreated.action)
    assert [record.event.action for record in store.records("r1", actions=kinds)] == ["run.created", "item.started"]
    assert [record.seq for record in store.records("r1", after=1, actions=kinds)] == [5]
    assert store.records("r1", actions=()) == []


def test_verdicts_are_counted_for_one_block(store: JournalStore) -> None:
    create(store, "r1", "A", "B", "C")
    store.append("yakin", ev.ItemsCreated(run="r1", step="second", keys=("Z",)))
    settle(store, "done", "A", how="found")
    assert store.verdicts("r1", BLOCK) == {"found": 1, "pending": 2}
    assert store.verdicts("r1", "second") == {"pending": 1}
    assert store.verdicts("r1", "none") == {}


def test_the_rows_and_totals_of_a_block_come_back(store: JournalStore) -> None:
    create(store)
    rows = {"artifact": "entry.rows.json", "sha256": "ab"}
    store.append("yakin", ev.ItemsCreated(run="r1", step=BLOCK, keys=("A",), rows=rows, totals={"金額": 1200}))
    (step,) = fold(store.records("r1")).steps
    assert (step.rows, step.totals) == (rows, {"金額": 1200})


def test_an_item_knows_who_worked_on_it_last(store: JournalStore) -> None:
    create(store)
    assert item(store).owner == ""
    for owner in ("t1", "t2"):
        store.append("yakin", ev.ItemStarted(run="r1", step=BLOCK, item="A", owner=owner))
        assert item(store).owner == owner
    with pytest.raises(JournalError, match="Another process works on item A"):
        store.append("yakin", ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s", owner="t1"))
    store.append("yakin", ev.CommitIntended(run="r1", step=BLOCK, item="A", at_step="s", owner="t2"))
    settle(store, "done", how="registered")
    assert item(store).owner == "t2"


def look(registered: bool, run: str = "r1") -> ev.ItemDecided:
    result = {"受付番号": "R-9"} if registered else {}
    return ev.ItemDecided(run=run, step=BLOCK, item="A", registered=registered, reason="画面で見た", result=result)


def test_a_person_finds_what_was_in_doubt_registered(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    settle(store, "in_doubt", error=TROUBLE)
    store.append("clerk", look(registered=True))
    row = item(store)
    assert (row.state, row.how, row.claims, row.result, row.error) == (
        "done",
        "registered",
        True,
        {"受付番号": "R-9"},
        None,
    )
    result = fold(store.records("r1")).items[0]
    assert (result.verdict, result.decided_by, result.reason) == ("registered", "clerk", "画面で見た")
    assert (result.result, result.error) == ({"受付番号": "R-9"}, None)


def test_a_person_finds_what_was_in_doubt_absent(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    settle(store, "in_doubt", error=TROUBLE)
    store.append("clerk", look(registered=False))
    row = item(store)
    assert (row.state, row.how, row.claims, row.error) == ("failed", "decided_absent", False, TROUBLE)
    result = fold(store.records("r1")).items[0]
    assert (result.state, result.how, result.error) == ("failed", "decided_absent", TROUBLE)
    assert store.run("r1").counts == {"failed": 1, "pending": 1}
    create(store, "r2")
    start(store, run="r2")
    intend(store, run="r2")


def test_a_commit_that_was_cut_off_is_decided_only_when_its_run_has_come_to_rest(store: JournalStore) -> None:
    create(store)
    start(store)
    intend(store)
    with pytest.raises(JournalError, match="cannot become done"):
        store.append("clerk", look(registered=True))
    store.append("yakin", ev.RunFinished(run="r1", status="cancelled"))
    store.append("clerk", look(registered=True))
    assert item(store).state == "done"


def test_what_a_person_found_claims_its_key_unless_another_run_does(store: JournalStore) -> None:
    create(store, "r1")
    start(store)
    intend(store)
    create(store, "r2")
    settle(store, "in_doubt", run="r2", error=TROUBLE)
    store.append("clerk", look(registered=True, run="r2"))
    assert (item(store, run="r1").claims, item(store, run="r2").claims) == (True, False)


def test_an_approval_is_asked_for_reminded_of_and_decided(store: JournalStore) -> None:
    ask(store)
    (row,) = store.approvals()
    assert row == ApprovalRow(
        run="r1",
        step="ok",
        workflow="w",
        title="支払の承認",
        role="kacho",
        requested_by="clerk",
        state="waiting",
        asked_at=row.asked_at,
        due=datetime(2026, 4, 2, tzinfo=UTC),
        remind_seconds=3600.0,
        show={"artifact": "ok.json", "sha256": "ab"},
    )
    waiting = fold(store.records("r1")).steps[0]
    assert (waiting.status, waiting.approval) == (
        "waiting",
        ApprovalResult("支払の承認", "kacho", "waiting", row.asked_at, row.show, row.due),
    )
    store.append("yakin", ev.ApprovalReminded(run="r1", step="ok"), ev.RunWaiting(run="r1"))
    assert store.approvals(run="r1")[0].reminded_at is not None
    decide(store)
    (row,) = store.approvals(state="approved")
    assert (row.decided_by, row.reason, row.decided_at is not None) == ("kacho", "よし", True)
    step = fold(store.records("r1")).steps[0]
    assert step.approval is not None
    assert (step.status, step.approval.state, step.approval.decided_by) == ("running", "approved", "kacho")
    assert (step.approval.decided, step.approval.reminded) == (row.decided_at, row.reminded_at)
    assert (store.approvals(state="waiting"), store.approvals(run="r2")) == ([], [])


def test_only_what_can_be_decided_is_listed_as_waiting(store: JournalStore) -> None:
    ask(store)
    assert [row.step for row in store.approvals(state="waiting")] == ["ok"]
    store.append("yakin", ev.RunFinished(run="r1", status="cancelled"))
    assert store.approvals(state="waiting") == []
    with pytest.raises(JournalError, match="Run r1 is cancelled: nothing can be decided"):
        decide(store)
    store.append("clerk", ev.RunContinued(run="r1", go=2))
    assert [row.step for row in store.approvals(state="waiting")] == ["ok"]
    decide(store)


def test_what_was_refused_is_asked_again_when_the_run_goes_on(store: JournalStore) -> None:
    ask(store)
    decide(store, "rejected")
    with pytest.raises(JournalError, match="waits for no decision"):
        decide(store)
    store.append("yakin", ASKED)
    assert [(row.state, row.reason) for row in store.approvals()] == [("waiting", None)]
    decide(store)
    with pytest.raises(JournalError, match="has asked already"):
        store.append("yakin", ASKED)


START = ev.RunStarted(run="r1", executor="e", owner="t1")
IMPOSSIBLE: Mapping[str, Sequence[ev.Event]] = {
    "a go that does not follow": [ev.RunContinued(run="r1", go=3)],
    "the same go twice": [ev.RunContinued(run="r1", go=2), ev.RunContinued(run="r1", go=2)],
    "going on after success": [START, ev.RunFinished(run="r1", status="succeeded"), ev.RunContinued(run="r1", go=2)],
    "a start of an old go": [ev.RunContinued(run="r1", go=2), START],
    "a start of a go to come": [replace(START, go=2)],
    "the end of an old go": [START, ev.RunContinued(run="r1", go=2), ev.RunFinished(run="r1", status="failed", go=1)],
    "the wait of an old go": [
        START,
        ev.RunContinued(run="r1", go=2),
        replace(START, go=2),
        ev.RunWaiting(run="r1", go=1),
    ],
    "a leased start after the end": [START, ev.RunFinished(run="r1", status="failed"), START],
    "a start while it waits": [START, ev.RunWaiting(run="r1"), START],
    "waiting before the start": [ev.RunWaiting(run="r1")],
    "cancelling what has ended": [START, ev.RunFinished(run="r1", status="failed"), ev.CancelAsked(run="r1")],
    "work while it waits": [
        START,
        ev.ItemsCreated(run="r1", step=BLOCK, keys=("A",)),
        ev.RunWaiting(run="r1"),
        ev.ItemStarted(run="r1", step=BLOCK, item="A"),
    ],
    "deciding what is pending": [ev.ItemsCreated(run="r1", step=BLOCK, keys=("A",)), look(registered=True)],
    "deciding what is not there": [look(registered=True)],
    "asking before the start": [ASKED],
    "asking twice": [START, ASKED, ASKED],
    "a limit that is no moment": [START, replace(ASKED, due="tomorrow")],
    "a limit without a zone": [START, replace(ASKED, due="2026-04-02T00:00:00")],
    "reminding of nothing": [START, ev.ApprovalReminded(run="r1", step="ok")],
    "deciding what nobody asked": [START, ev.ApprovalDecided(run="r1", step="ok", decision="approved")],
    "a decision that is none": [START, ASKED, ev.ApprovalDecided(run="r1", step="ok", decision="perhaps")],
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_and_nothing_of_it_is_written(store: JournalStore, name: str) -> None:
    store.append("clerk", created("r1"))
    before = (store.anchor(), store.run("r1"), store.approvals())
    with pytest.raises(JournalError):
        store.append("yakin", *IMPOSSIBLE[name])
    assert (store.anchor(), store.run("r1"), store.approvals()) == before


BY_HAND = {
    "UPDATE approval SET state = 'approved'": (
        "The list of approvals says state=approved of ok of run r1, the events say state=rejected"
    ),
    "UPDATE approval SET decided_by = 'clerk'": (
        "The list of approvals says decided_by=clerk of ok of run r1, the events say decided_by=kacho"
    ),
    "DELETE FROM approval": "The events tell of an approval in ok of run r1, which is not in the list of approvals",
    "UPDATE run SET go = 7": "The list of runs says go=7 of run r1, the events say go=1",
    "UPDATE run SET owner = 't9'": "The list of runs says owner=t9 of run r1, the events say owner=t1",
    "UPDATE run SET cancel = 'now'": 'The list of runs says cancel=now of run r1, the events say cancel=""',
    "UPDATE run SET parent = 'r9'": "The list of runs says parent=r9 of run r1, the events say parent=null",
}


@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_changed_by_hand_is_told(url: str, change: str) -> None:
    store = JournalStore(url)
    ask(store)
    decide(store, "rejected")
    assert store.verify() == []
    by_hand(url, change)
    assert [finding.message for finding in store.verify()] == [BY_HAND[change]]
    store.close()


@pytest.mark.parametrize("run", ["r1", "r9"])
def test_a_decision_that_no_event_tells_of_is_told(url: str, run: str) -> None:
    store = JournalStore(url)
    ask(store)
    columns = "seq, workflow, title, role, requested_by, state, asked_at, show"
    by_hand(url, f"INSERT INTO approval (run, step, {columns}) SELECT '{run}', 'x', {columns} FROM approval")
    assert [finding.message for finding in store.verify()] == [
        f"An approval in x of run {run} is in the list of approvals, but no event tells of it"
    ]
    store.close()
