"""Every expression of a file: is it well formed, may it stand there, and is there what it refers to.

A step sees the steps before it in its own list, and before the blocks around it in theirs; the steps of a plain block count
as steps of the list it stands in. What happens inside work items is seen from outside through their `result`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from yakin.actions.registry import Registry
from yakin.phrases import mark
from yakin.workflow.expressions import Reference, flaws, has_expression, is_lone, references
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.markers import OPENING
from yakin.workflow.model import Owner
from yakin.workflow.outline import Outline, StepAt, mapping
from yakin.workflow.outputs import handed_on, is_table
from yakin.workflow.positions import Path

WORKFLOW_NAMES = ("id", "title")
RUN_NAMES = ("id", "date", "started", "folder", "mode")
LOOP_NAMES = ("index", "count")
ROOTS = ("config", "inputs", "item", "loop", "owner", "run", "secrets", "steps", "workflow")
"""The names that expressions begin with."""


@dataclass(frozen=True)
class Scope:
    """What an expression at one place can refer to.

    Attributes:
        steps: Id → step whose output is there.
        in_items: Whether there is an `item`.
        columns: Names after `item.`; None when only the run can tell.
        at: The step it belongs to; None outside steps.
        secrets: Whether secrets may stand here.
    """

    steps: Mapping[str, StepAt] = field(default_factory=dict)
    in_items: bool = False
    columns: frozenset[str] | None = None
    at: StepAt | None = None
    secrets: bool = False

    def after(self, step: StepAt) -> Scope:
        """The scope behind a step."""
        return replace(self, steps={**self.steps, **{seen.id: seen for seen in step.seen_behind if seen.id}})


class ExpressionCheck:
    """The expressions of one file.

    Args:
        outline: The file's steps.
        registry: The actions there are.
        config: The project's settings.
        has_secret: Whether some source has a secret of this name.
        findings: Takes what is found.
    """

    def __init__(
        self,
        outline: Outline,
        registry: Registry,
        config: Mapping[str, Any],
        has_secret: Callable[[str], bool],
        findings: Findings,
    ) -> None:
        self._outline = outline
        self._registry = registry
        self._config = config
        self._has_secret = has_secret
        self._findings = findings
        self._all = {step.id: step for step in reversed(list(outline.walk())) if step.id}
        self._seen: set[Path] = set()
        self._roots: Mapping[str, Callable[[Reference, Scope], _Refusal | None]] = {
            "inputs": self._inputs,
            "config": self._config_value,
            "secrets": self._secret,
            "owner": self._owner,
            "workflow": lambda reference, _: _named(reference, "workflow", WORKFLOW_NAMES),
            "run": lambda reference, _: _named(reference, "run", RUN_NAMES),
            "loop": self._loop,
            "item": self._item,
            "steps": self._step,
        }

    def check(self) -> None:
        """Look at every text of the file that may be an expression, and at every one that may not."""
        nowhere = Scope()
        for name, system in mapping(self._outline.data, "systems").items():
            if isinstance(system, Mapping):
                for key in ("url", "hosts", "signed_in", "refused", "already_there", "options"):
                    self._value(("systems", name, key), system.get(key), nowhere)
            self._steps(self._outline.sign_ins.get(name, ()), nowhere)
        behind = self._steps(self._outline.steps, nowhere)
        self._steps(self._outline.on_failure, behind)
        self._not_evaluated(self._outline.data, ())

    def _steps(self, steps: tuple[StepAt, ...], scope: Scope) -> Scope:
        for step in steps:
            self._one_step(step, replace(scope, at=step))
            scope = scope.after(step)
        return scope

    def _one_step(self, step: StepAt, scope: Scope) -> None:
        data, path = step.data, step.path
        self._value((*path, "name"), data.get("name"), scope)
        self._condition((*path, "if"), data.get("if"), scope)
        if step.kind == "approve":
            self._value((*path, "approve", "show"), mapping(data, "approve").get("show"), scope)
        if step.kind in ("uses", "call"):
            self._value((*path, "with"), data.get("with"), replace(scope, secrets=step.kind == "uses"))
        for branch in step.lists.get("parallel", ()):
            self._one_step(branch, replace(scope, at=branch))
        if step.kind in ("for_each", "steps"):
            self._block(step, scope)

    def _block(self, step: StepAt, scope: Scope) -> None:
        data, path = step.data, step.path
        if step.kind == "for_each":
            rows = data.get("for_each")
            self._totals((*path, "totals"), data.get("totals"), _literal_columns(rows), scope)
            if isinstance(rows, str):
                self._lone((*path, "for_each"), rows, scope, "for_each has to be the rows, as one expression")
                self._rows_of_table((*path, "for_each"), rows, scope)
            else:
                self._value((*path, "for_each"), rows, scope)
            scope = replace(scope, in_items=True, columns=_literal_columns(rows))
        self._value((*path, "key"), data.get("key"), scope)
        probed = self._steps(step.lists.get("probe", ()), scope)
        self._condition((*path, "found"), data.get("found"), replace(probed, at=step))
        self._value((*path, "found_result"), data.get("found_result"), replace(probed, at=step))
        worked = self._steps(step.lists.get("steps", ()), scope)
        self._value((*path, "result"), data.get("result"), replace(worked, at=step))

    def _rows_of_table(self, path: Path, text: str, scope: Scope) -> None:
        """A table is no list of rows, but it has one."""
        for reference in references(text):
            whole = text.strip() == f"${{{{ {reference.root}.{'.'.join(map(str, reference.path))} }}}}"
            step = scope.steps.get(str(reference.path[0])) if reference.root == "steps" and reference.path else None
            if whole and step is not None and len(reference.path) == 1 and is_table(step, self._registry):
                hint = mark("Write {example}")
                example = f"${{{{ steps.{step.id}.rows }}}}"
                self._findings.add(
                    "no-rows", path, "{step} is a table, not its rows", hint=hint, step=step.id, example=example
                )

    def _totals(self, path: Path, totals: Any, columns: Collection[str] | None, scope: Scope) -> None:
        """Control totals are numbers, or what the steps before have found to be expected."""
        sums = mapping(totals, "sum")
        numbers = {
            path: totals,
            (*path, "count"): totals.get("count") if isinstance(totals, Mapping) else None,
            **{(*path, "sum", name): sums[name] for name in sums},
        }
        for place, number in numbers.items():
            if isinstance(number, str):
                self._lone(place, number, scope, "{key} has to be one expression")
        for name in sums:
            if columns is not None and name not in columns:
                hint, data = suggestion(name, columns)
                place = (*path, "sum", name)
                self._findings.add(
                    "unknown-column", place, "There is no column {name}", hint=hint, on_key=True, name=name, **data
                )

    def _condition(self, path: Path, value: Any, scope: Scope) -> None:
        if isinstance(value, str):
            self._lone(path, value, scope, "{key} has to be a condition, as one expression")

    def _lone(self, path: Path, text: str, scope: Scope, template: str) -> None:
        self._text(path, text, scope)
        if not is_lone(text) and not self._findings.is_blamed(path):
            self._findings.add(
                "no-expression", path, template, hint="Write {example}", key=path[-1], example="${{ … }}"
            )

    def _value(self, path: Path, value: Any, scope: Scope) -> None:
        if isinstance(value, str):
            self._text(path, value, scope)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._value((*path, key), item, scope)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._value((*path, index), item, scope)

    def _text(self, path: Path, text: str, scope: Scope) -> None:
        self._seen.add(path)
        if OPENING not in text:
            return
        for flaw in flaws(text):
            part = (text, flaw.offset, flaw.length)
            self._findings.add(flaw.code, path, flaw.template, hint=flaw.hint, part=part, **flaw.data)
        for reference in references(text):
            refusal = self._refusal(reference, scope)
            if refusal is not None:
                part = (text, reference.offset, reference.length)
                self._findings.add(refusal.code, path, refusal.template, hint=refusal.hint, part=part, **refusal.data)

    def _refusal(self, reference: Reference, scope: Scope) -> _Refusal | None:
        known = self._roots.get(reference.root)
        if known is not None:
            return known(reference, scope)
        hint, data = suggestion(reference.root, ROOTS)
        return _Refusal("unknown-name", "There is no name {name}", hint, {"name": reference.root, **data})

    def _inputs(self, reference: Reference, _scope: Scope) -> _Refusal | None:
        return _named(reference, "input", mapping(self._outline.data, "inputs"))

    def _owner(self, reference: Reference, _scope: Scope) -> _Refusal | None:
        if not mapping(self._outline.data, "owner"):
            return _Refusal("unknown-name", "The workflow names no owner", "Add owner: with section: and contact:", {})
        return _named(reference, "owner", Owner.model_fields)

    def _config_value(self, reference: Reference, _scope: Scope) -> _Refusal | None:
        here: Any = self._config
        for position, part in enumerate(reference.path):
            if not isinstance(here, Mapping):
                return None
            if part not in here:
                if reference.optional:
                    return None
                hint, data = suggestion(str(part), map(str, here))
                name = ".".join(map(str, reference.path[: position + 1]))
                return _Refusal("unknown-config", "The settings have no {name}", hint, {"name": name, **data})
            here = here[part]
        return None

    def _secret(self, reference: Reference, scope: Scope) -> _Refusal | None:
        if not scope.secrets:
            return _Refusal(
                "secret-outside",
                "A secret cannot stand here: it would be seen",
                "Secrets belong under with: of an action",
                {},
            )
        if not reference.path:
            return _Refusal(
                "unknown-secret", "The secret has to be named", "Write {example}", {"example": "secrets.NAME"}
            )
        name = str(reference.path[0])
        if self._has_secret(name):
            return None
        return _Refusal(
            "unknown-secret",
            "No source has the secret {name}",
            "Give it in the environment, the file of secrets or the keyring",
            {"name": name},
        )

    def _loop(self, reference: Reference, scope: Scope) -> _Refusal | None:
        return _only_in_items("loop") if not scope.in_items else _named(reference, "loop", LOOP_NAMES)

    def _item(self, reference: Reference, scope: Scope) -> _Refusal | None:
        if not scope.in_items:
            return _only_in_items("item")
        if scope.columns is None or not reference.path or reference.optional:
            return None
        return _named(reference, "column", scope.columns)

    def _step(self, reference: Reference, scope: Scope) -> _Refusal | None:
        if not reference.path or not isinstance(reference.path[0], str):
            return _Refusal("unknown-step", "The step has to be named", "Write {example}", {"example": "steps.ID"})
        name = reference.path[0]
        if name not in scope.steps:
            return self._unseen(name, scope)
        if len(reference.path) < 2:
            return None
        there = handed_on(scope.steps[name], self._registry)
        attribute = str(reference.path[1])
        if there is None or attribute in there or reference.optional:
            return None
        if not there:
            hint = mark("Refer to the steps inside it") if scope.steps[name].is_block else None
            return _Refusal("unknown-output", "The step {step} hands nothing on", hint, {"step": name})
        hint, data = suggestion(attribute, there)
        return _Refusal(
            "unknown-output", "The step {step} hands on no {name}", hint, {"step": name, "name": attribute, **data}
        )

    def _unseen(self, name: str, scope: Scope) -> _Refusal:
        step = self._all.get(name)
        if step is None:
            hint, data = suggestion(name, scope.steps)
            return _Refusal("unknown-step", "There is no step {step}", hint, {"step": name, **data})
        line = self._findings.loaded.positions.value(step.path).line
        data = {"step": name, "line": line}
        around = [] if scope.at is None else [scope.at, *scope.at.ancestors]
        if step in around:
            return _Refusal("later-step", "The step {step} is not finished here", None, data)
        if step.role == "parallel" and any(other.parent is step.parent for other in around):
            return _Refusal("hidden-step", "The step {step} may run at the same time as this one", None, data)
        top = step.path[0] == "steps" and (scope.at is None or scope.at.path[0] == "steps")
        if top and step.parent in [None, *around] and step.role == "steps":
            return _Refusal("later-step", "The step {step} comes later, in line {line}", None, data)
        by_result = mark("Name it under result: of the block; each of its items has it")
        hint = by_result if step.role == "steps" else None
        return _Refusal("hidden-step", "The step {step}, in line {line}, cannot be seen from here", hint, data)

    def _not_evaluated(self, value: Any, path: Path) -> None:
        if isinstance(value, str):
            if OPENING in value and path not in self._seen and not self._findings.is_blamed(path):
                part = (value, value.index(OPENING), len(OPENING))
                self._findings.add(
                    "not-evaluated",
                    path,
                    "Expressions are not evaluated here",
                    hint="Write the value itself",
                    part=part,
                )
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if OPENING in key and not self._findings.is_blamed((*path, key)):
                    self._findings.add(
                        "not-evaluated", (*path, key), "Expressions are not evaluated in a key", on_key=True
                    )
                self._not_evaluated(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._not_evaluated(item, (*path, index))


@dataclass(frozen=True)
class _Refusal:
    code: str
    template: str
    hint: str | None
    data: Mapping[str, Any]


def _named(reference: Reference, kind: str, known: Collection[str]) -> _Refusal | None:
    if not reference.path or reference.path[0] in known:
        return None
    name = str(reference.path[0])
    hint, data = suggestion(name, known)
    match kind:
        case "input":
            return _Refusal("unknown-input", "There is no input {name}", hint, {"name": name, **data})
        case "column":
            return _Refusal("unknown-column", "There is no column {name}", hint, {"name": name, **data})
        case _:
            return _Refusal("unknown-name", "{owner} has no {name}", hint, {"owner": kind, "name": name, **data})


def _only_in_items(name: str) -> _Refusal:
    return _Refusal("no-item", "{name} is only there in a block with for_each", None, {"name": name})


def _literal_columns(rows: Any) -> frozenset[str] | None:
    """The columns of rows that are written in the file; None when they come from elsewhere."""
    if not isinstance(rows, list) or not rows or has_expression(rows):
        return None
    if not all(isinstance(row, Mapping) for row in rows):
        return None
    return frozenset(key for row in rows for key in row)
