"""The shape of a file: which keys there are, which are missing, and of what type the values are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from yakin.phrases import Phrase, either, mark
from yakin.workflow.findings import Findings, similar, suggestion
from yakin.workflow.markers import OPENING
from yakin.workflow.model import (
    STEP_KINDS,
    Approval,
    ControlTotals,
    Effort,
    Expectation,
    Input,
    Owner,
    Retry,
    SystemDeclaration,
    Trigger,
    Workflow,
    step_kind,
)
from yakin.workflow.positions import Path
from yakin.workflow.sentences import (
    STEP_LISTS,
    Mismatch,
    advice,
    described,
    expectation,
    grouped,
    mismatches,
)

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "owner": Owner,
    "effort": Effort,
    "expect": Expectation,
    "retry": Retry,
    "approve": Approval,
    "totals": ControlTotals,
}
_COLLECTIONS: Mapping[str, type[BaseModel]] = {"inputs": Input, "systems": SystemDeclaration, "triggers": Trigger}


def check_shape(data: Any, findings: Findings) -> Workflow | None:
    """Look at the types and keys of a whole file; the workflow when all are right."""
    if not isinstance(data, Mapping):
        findings.add(
            "wrong-type",
            (),
            "A workflow file is a mapping, not {found}",
            hint="Begin with {example} and steps:",
            found=described(data, findings.loaded.positions.source(())),
            example="workflow: TITLE",
        )
        return None
    try:
        return Workflow.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        found = mismatches(error.errors(include_url=False), data, at=(), tags=STEP_KINDS)
    for group in grouped(found):
        _report(group, data, findings)
    return None


def known_keys(model: type[BaseModel]) -> dict[str, str]:
    """Key as it is written → description."""
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def _report(group: Sequence[Mismatch], data: Mapping[str, Any], findings: Findings) -> None:
    first = group[0]
    match first.kind:
        case "missing":
            _missing_key(first, data, findings)
        case "extra_forbidden":
            _unknown_key(first, data, findings)
        case "union_tag_not_found" | "union_tag_invalid":
            _no_kind(first, findings)
        case _:
            report_wrong_value(group, findings)


def report_wrong_value(group: Sequence[Mismatch], findings: Findings, *, code: str = "wrong-type") -> None:
    """A value that is not what it has to be."""
    first = group[0]
    source = str(first.found) if first.of_key else findings.loaded.positions.source(first.path)
    hint = advice(group, source)
    data: dict[str, Any] = {"source": source}
    options = [option for mismatch in group for option in mismatch.options]
    if hint is None and isinstance(first.found, str):
        if OPENING in first.found:
            hint = mark("Expressions are not evaluated here")
        elif match := similar(first.found, options):
            hint, data = mark("Did you mean {similar}?"), {"similar": match}
    findings.add(
        code,
        first.path,
        "{name} has to be {expected}, not {found}",
        hint=hint,
        on_key=first.of_key or first.found is None,
        name=Phrase("the key") if first.of_key else spoken(first.path),
        expected=expectation(group),
        found=described(first.found, source),
        **data,
    )


def spoken(path: Path) -> str:
    """A path as people say it: the key, or the place in a list."""
    match path:
        case (*_, str() as key):
            return key
        case (*_, str() as key, int() as index):
            return Phrase("entry {number} of {key}", number=index + 1, key=key)
        case _:
            return Phrase("the value")


def _container(data: Mapping[str, Any], path: Path) -> Any:
    here: Any = data
    for part in path:
        here = here[part]
    return here


def _model(data: Mapping[str, Any], path: Path) -> type[BaseModel] | None:
    """The model that a mapping of the file has to follow."""
    match path:
        case ():
            return Workflow
        case (*_, str() as section) if section in _SECTIONS:
            return _SECTIONS[section]
        case (collection, _) if collection in _COLLECTIONS:
            return _COLLECTIONS[str(collection)]
        case (*_, steps, int()) if steps in STEP_LISTS:
            kind = step_kind(_container(data, path))
            return STEP_KINDS[kind] if kind else None
        case _:
            return None


def _missing_key(mismatch: Mismatch, data: Mapping[str, Any], findings: Findings) -> None:
    *above, name = mismatch.path
    container = _container(data, tuple(above))
    if _misplaced_kinds(container) and name == "steps":
        return
    model = _model(data, tuple(above))
    described_as = known_keys(model).get(str(name), "") if model else ""
    findings.add(
        "missing-key",
        tuple(above),
        "{name} is missing",
        hint="{name}: {description}" if described_as else None,
        on_key=True,
        name=name,
        description=described_as,
    )


def _misplaced_kinds(step: Any) -> bool:
    return isinstance(step, Mapping) and "for_each" in step and "uses" in step


def _unknown_key(mismatch: Mismatch, data: Mapping[str, Any], findings: Findings) -> None:
    *above, key = mismatch.path
    container = _container(data, tuple(above))
    model = _model(data, tuple(above))
    kind = step_kind(container) if model in STEP_KINDS.values() else None
    elsewhere = [
        other for other, other_model in STEP_KINDS.items() if kind and other != kind and key in known_keys(other_model)
    ]
    if kind and elsewhere:
        inside = mark("A step inside the block does it: put it under steps:")
        findings.add(
            "misplaced-key",
            mismatch.path,
            "{key} cannot stand in a step with {kind}",
            hint=inside if key in ("uses", "with", "commit") else "It belongs to a step with {elsewhere}",
            on_key=True,
            key=key,
            kind=kind,
            elsewhere=either(elsewhere),
        )
        return
    unused = [name for name in known_keys(model) if name not in container] if model else []
    hint, known = suggestion(str(key), unused)
    findings.add("unknown-key", mismatch.path, "There is no key {key} here", hint=hint, on_key=True, key=key, **known)


def _no_kind(mismatch: Mismatch, findings: Findings) -> None:
    if not isinstance(mismatch.found, Mapping):
        source = findings.loaded.positions.source(mismatch.path)
        findings.add(
            "wrong-type",
            mismatch.path,
            "A step is a mapping, not {found}",
            hint="Write {example}",
            found=described(mismatch.found, source),
            example="uses: bot.action",
        )
        return
    wanted = {key: similar(key, STEP_KINDS) for key in mismatch.found}
    key, kind = next(((key, kind) for key, kind in wanted.items() if kind), (None, None))
    findings.add(
        "step-kind",
        mismatch.path if key is None else (*mismatch.path, key),
        "The step does not say what it does: one of {kinds} is needed" if key is None else "There is no key {key} here",
        hint="Did you mean {kind}?" if kind else None,
        on_key=True,
        kinds=", ".join(STEP_KINDS),
        key=key,
        kind=kind,
    )
