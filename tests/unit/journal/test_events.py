"""Every event survives the way into the journal and back."""

from __future__ import annotations

import json

import pytest

from yakin import events as ev
from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.journal.masking import masked
from yakin.values import canonical_json

ERROR = ErrorInfo("refused", "Refused", "no {x}", "look", {"x": "1"}, is_business=True)
EVIDENCE = (Evidence("shot", "evidence/1.jpg", "ab", "image/jpeg"),)
ARTIFACT = {"artifact": "read.json", "sha256": "abc", "kind": "table"}

ALL: tuple[ev.Event, ...] = (
    ev.RunCreated(
        run="r",
        workflow="w",
        title="t",
        workflow_hash="h",
        files={"a": "ab"},
        parent="p",
        parent_step="each.call",
        rerun_of="q",
        reason="直した",
        takes_over=True,
    ),
    ev.RunContinued(run="r", go=2, reason="続ける"),
    ev.RunStarted(run="r", executor="e", resumed=True, facts={"yakin": "1"}, go=2, owner="t"),
    ev.RunWaiting(run="r", go=2),
    ev.RunWaiting(run="r"),
    ev.CancelAsked(run="r", now=True, reason="間違えた"),
    ev.RunFinished(run="r", status="failed", error=ERROR, go=2),
    ev.StepStarted(run="r", step="s", title="t", uses="u", line=1),
    ev.StepFinished(run="r", step="s", status="succeeded", output=ARTIFACT, evidence=EVIDENCE),
    ev.ItemsCreated(run="r", step="s", keys=("A", "B"), system="p", rows=ARTIFACT, totals={"金額": 3}),
    ev.ItemStarted(run="r", step="s", item="A", owner="t"),
    ev.CommitIntended(run="r", step="s", item="A", at_step="s.1", evidence=EVIDENCE, owner="t"),
    ev.ItemProbed(run="r", step="s", item="A", found=None, error=ERROR),
    ev.ItemSettled(run="r", step="s", item="A", state="done", how="registered", result={"n": "1"}),
    ev.ItemDecided(run="r", step="s", item="A", registered=True, reason="見た", result={"n": "1"}),
    ev.RowSetAside(run="r", step="s", key="A", label="l", error=ERROR),
    ev.ApprovalAsked(run="r", step="s", role="kacho", title="t", show=ARTIFACT, due="2026-04-02T00:00:00+00:00"),
    ev.ApprovalReminded(run="r", step="s"),
    ev.ApprovalDecided(run="r", step="s", decision="rejected", reason="金額が違う"),
    ev.SessionOpened(run="r", system="p", url="http://p/"),
    ev.Noted(run="r", step="s", kind="k", item="A", data={"a": "b"}),
    ev.ScheduleKnown(run="", schedule="w/abc123", workflow="w", trigger={"cron": "0 22 * * *"}),
    ev.ScheduleSkipped(
        run="", schedule="w/abc123", workflow="w", due="2026-04-01T13:00:00+00:00", why="failed", error=ERROR
    ),
    ev.SchedulePaused(run="", workflow="w", reason="年度末"),
    ev.ScheduleResumed(run="", workflow="w", reason="済んだ"),
    ev.RunLate(run="r", kind="not_finished", expected="2026-04-01T21:00:00+00:00"),
    ev.FileRejected(
        run="", file="workflows/w.yaml", workflow="w", sha256="ab", problems=2, first="w.yaml:3:5: no step"
    ),
    ev.NewsSent(run="", rule="朝", kind="digest", receivers=2, upto=7),
    ev.NewsFailed(run="", rule="朝", kind="alert", error=ERROR, upto=7),
)


def test_every_kind_of_event_is_tried_here() -> None:
    assert {event.action for event in ALL} == set(ev.EVENTS)


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.action)
def test_an_event_comes_back_as_it_was_written(event: ev.Event) -> None:
    body = json.loads(canonical_json(event.body()))
    assert ev.event_of(event.action, event.run, body) == event


@pytest.mark.parametrize("event", ALL, ids=lambda event: event.action)
def test_what_names_things_is_not_masked(event: ev.Event) -> None:
    """A secret that happens to be a word of our own must not break what the journal can find again."""
    hidden = masked(event, lambda text: "***" if text in _names(event) else text)
    kept = (hidden.action, hidden.run, hidden.target, hidden.outcome)
    assert kept == (event.action, event.run, event.target, event.outcome)
    for name in ("owner", "parent", "parent_step", "rerun_of", "role", "due", "decision", "files"):
        assert getattr(hidden, name, None) == getattr(event, name, None)
    for name in ("output", "rows", "show"):
        assert getattr(hidden, name, {}) == getattr(event, name, {})


def _names(event: ev.Event) -> set[object]:
    return {"read.json", "abc", "table", "ab", "t", "p", "q", "each.call", "kacho", "rejected", event.target}


def test_what_people_write_is_masked() -> None:
    reasons = (
        ev.RunContinued(run="r", go=2, reason="hunter22"),
        ev.CancelAsked(run="r", reason="hunter22"),
        ev.ItemDecided(run="r", step="s", item="A", registered=True, reason="hunter22", result={"n": "hunter22"}),
        ev.ApprovalDecided(run="r", step="s", decision="approved", reason="hunter22"),
        ev.ApprovalAsked(run="r", step="s", role="kacho", title="hunter22", show={"path": "hunter22"}),
    )
    for event in reasons:
        assert "hunter22" not in repr(masked(event, lambda text: text.replace("hunter22", "***")))
