"""A run as plain JSON data, for other programs: names are stable, nothing is translated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from yakin.actions.context import Evidence
from yakin.errors import ErrorInfo
from yakin.reports import relations, verdicts
from yakin.results import ApprovalResult, ItemResult, RunResult, StepResult

SCHEMA = 1
"""Goes up when a field is taken away or changes its meaning, never when one is added."""


def to_json(result: RunResult) -> dict[str, Any]:
    """The run with its steps and items; moments are ISO 8601 in UTC, durations milliseconds."""
    return {
        "schema": SCHEMA,
        "run": result.id,
        "workflow": {"id": result.workflow, "title": result.title, "sha256": result.workflow_hash},
        "mode": result.mode,
        "status": result.status,
        "actor": result.actor,
        "section": result.section,
        "created": _moment(result.created),
        "started": _moment(result.started),
        "finished": _moment(result.finished),
        "duration_ms": result.duration_ms,
        "resumed": result.resumed,
        "inputs": {
            name: {"value": value, "sha256": result.files.get(name)} for name, value in sorted(result.inputs.items())
        },
        "selection": dict(result.selection),
        "parent": result.parent,
        "parent_step": result.parent_step,
        "called": relations.called_runs(result),
        "rerun_of": result.rerun_of,
        "takes_over": result.takes_over,
        "rerun_reason": result.rerun_reason,
        "cancelled_by": result.cancelled_by,
        "cancel_reason": result.cancel_reason,
        "facts": dict(result.facts),
        "journal": {"first": result.first_seq, "last": result.last_seq},
        "error": _error(result.error),
        "counts": verdicts.counts(result.items),
        "steps": [_step(step) for step in result.steps],
    }


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "path": step.path,
        "title": step.title,
        "uses": step.uses,
        "line": step.line,
        "status": step.status,
        "attempts": step.attempts,
        "started": _moment(step.started),
        "duration_ms": step.duration_ms,
        "output": dict(step.output),
        "error": _error(step.error),
        "evidence": [_evidence(one) for one in step.evidence],
        "not_selected": step.not_selected,
        "totals": dict(step.totals),
        "notes": [
            {"kind": note.kind, "step": note.step, "item": note.item, "data": dict(note.data)} for note in step.notes
        ],
        "items": [item_to_json(item) for item in step.items],
        "approval": None if step.approval is None else _approval(step.approval),
    }


def _approval(approval: ApprovalResult) -> dict[str, Any]:
    return {
        "title": approval.title,
        "role": approval.role,
        "state": approval.state,
        "asked": _moment(approval.asked),
        "due": _moment(approval.due),
        "reminded": _moment(approval.reminded),
        "decided": _moment(approval.decided),
        "decided_by": approval.decided_by,
        "reason": approval.reason,
    }


def item_to_json(item: ItemResult) -> dict[str, Any]:
    """One item; see `to_json`."""
    return {
        "key": item.key,
        "label": item.label,
        "state": item.state,
        "how": item.how,
        "verdict": verdicts.verdict_of(item),
        "attempts": item.attempts,
        "result": dict(item.result),
        "error": _error(item.error),
        "at_step": item.at_step,
        "evidence": [_evidence(one) for one in item.evidence],
        "duration_ms": item.duration_ms,
        "steps_ms": dict(item.steps_ms),
        "decided_by": item.decided_by,
        "reason": item.reason,
    }


def _error(error: ErrorInfo | None) -> dict[str, Any] | None:
    if error is None:
        return None
    said = {"message": error.message, "hint": error.hint, "hint_template": error.hint_template}
    return {**error.to_json(), "data": {name: str(value) for name, value in error.data.items()}, **said}


def _evidence(one: Evidence) -> dict[str, str]:
    return {"name": one.name, "path": one.path, "sha256": one.sha256, "media_type": one.media_type}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
