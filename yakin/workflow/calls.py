"""Steps that call another workflow: is there one, does it get its inputs, and does the way not lead back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from yakin.workflow.declarations import unfit
from yakin.workflow.expressions import has_expression
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.loader import load
from yakin.workflow.outline import Outline, StepAt, mapping
from yakin.workflow.sentences import described
from yakin.workflow.triggers import check_workflow_name


class Others:
    """The workflows there are besides the one that is checked; each file is read when it is first needed.

    Args:
        files: Id → file; None where no more is known than that there is one.
    """

    def __init__(self, files: Mapping[str, Path | None]) -> None:
        self._files = files
        self._read: dict[str, Any] = {}

    @property
    def names(self) -> Collection[str]:
        """Their ids."""
        return self._files.keys()

    def inputs(self, name: str) -> Mapping[str, Any] | None:
        """Name → declaration of the inputs of a workflow; None when they cannot be told."""
        data = self._data(name)
        if not isinstance(data, Mapping):
            return None
        inputs = data.get("inputs", {})
        return inputs if isinstance(inputs, Mapping) else None

    def calls(self, name: str) -> Collection[str]:
        """Ids of the workflows that a workflow calls, as far as that can be told."""
        data = self._data(name)
        return called(Outline.of(data)).keys() if isinstance(data, Mapping) else ()

    def _data(self, name: str) -> Any:
        path = self._files.get(name)
        if path is None:
            return None
        if name not in self._read:
            try:
                self._read[name] = load(path).data
            except OSError:
                self._read[name] = None
        return self._read[name]


def called(outline: Outline) -> dict[str, list[StepAt]]:
    """Id of a workflow → the steps that call it."""
    found: dict[str, list[StepAt]] = {}
    for step in outline.walk():
        name = step.data.get("call")
        if step.kind == "call" and isinstance(name, str):
            found.setdefault(name, []).append(step)
    return found


def check_calls(outline: Outline, own: str, others: Others, findings: Findings) -> None:
    """Look at every step with `call`.

    Args:
        outline: The file's steps.
        own: Id of the workflow that is checked.
        others: The workflows that can be called.
        findings: Takes what is found.
    """
    for name, steps in called(outline).items():
        circle = [own, *_way(name, own, others)]
        for step in steps:
            if len(circle) > 1:
                findings.add(
                    "circular-call",
                    (*step.path, "call"),
                    "The workflow would call itself: {circle}",
                    hint="Put what both need into a workflow of its own",
                    circle=" → ".join(circle),
                )
            check_workflow_name(name, (*step.path, "call"), others.names, findings)
            declared = _declared(outline, others, name, own)
            if declared is not None:
                _check_inputs(step, name, declared, findings)


def _declared(outline: Outline, others: Others, name: str, own: str) -> Mapping[str, Any] | None:
    return mapping(outline.data, "inputs") if name == own else others.inputs(name)


def _way(start: str, goal: str, others: Others) -> list[str]:
    """The shortest way of calls from one workflow to another, both included; empty when there is none."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        if way[-1] == goal:
            return way
        further = [name for name in others.calls(way[-1]) if name not in seen]
        seen.update(further)
        ways += [[*way, name] for name in further]
    return []


def _check_inputs(step: StepAt, workflow: str, declared: Mapping[str, Any], findings: Findings) -> None:
    given = step.data.get("with", {})
    path = (*step.path, "with")
    if not isinstance(given, Mapping):
        return
    for name, value in given.items():
        if name not in declared:
            hint, data = suggestion(name, [other for other in declared if other not in given])
            findings.add(
                "unknown-input",
                (*path, name),
                "{workflow} has no input {name}",
                hint=hint,
                on_key=True,
                workflow=workflow,
                name=name,
                **data,
            )
        elif not has_expression(value):
            _check_value(value, name, declared[name], (*path, name), findings)
    for name, declaration in declared.items():
        needed = isinstance(declaration, Mapping) and declaration.get("default") is None
        if needed and name not in given:
            description = declaration.get("description")
            findings.add(
                "missing-input",
                path if "with" in step.data else (*step.path, "call"),
                "{workflow} needs the input {name}",
                hint="{name}: {description}" if description else None,
                on_key="with" in step.data,
                workflow=workflow,
                name=name,
                description=description,
            )


def _check_value(value: Any, name: str, declared: Any, path: tuple[str | int, ...], findings: Findings) -> None:
    expected = unfit(declared, value)
    if expected is not None:
        findings.add(
            "wrong-input",
            path,
            "{name} has to be {expected}, not {found}",
            hint="The input is of type {kind}",
            name=name,
            expected=expected,
            found=described(value, findings.loaded.positions.source(path)),
            kind=declared.get("type", "text"),
        )
