"""What stands before the steps: inputs, triggers, systems; and the names of other workflows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from yakin.expected import DATE, NUMBER, PATH, TEXT, TRUTH, WHOLE
from yakin.phrases import Phrase
from yakin.workflow.findings import Findings, suggestion
from yakin.workflow.markers import OPENING
from yakin.workflow.outline import Outline, mapping
from yakin.workflow.positions import Path
from yakin.workflow.sentences import described
from yakin.workflow.triggers import World, check_trigger, is_date


def check_declarations(
    outline: Outline,
    config: Mapping[str, Any],
    workflows: Collection[str],
    calendars: Collection[str],
    findings: Findings,
) -> None:
    """Look at inputs, triggers, systems, and who may decide."""
    for name, declared in mapping(outline.data, "inputs").items():
        if isinstance(declared, Mapping):
            _check_input(declared, ("inputs", name), findings)
    triggers = outline.data.get("triggers")
    for index, trigger in enumerate(triggers if isinstance(triggers, list) else []):
        if isinstance(trigger, Mapping):
            check_trigger(trigger, ("triggers", index), World(workflows, calendars, config.get("time_zone")), findings)
            _check_arriving_file(outline, trigger, ("triggers", index), findings)
    _check_zones(outline, config, findings)
    _check_roles(outline, mapping(config, "roles"), findings)


def _check_arriving_file(outline: Outline, trigger: Mapping[str, Any], path: Path, findings: Findings) -> None:
    """A file that arrives becomes the workflow's input, so it has to be clear which one."""
    inputs = mapping(outline.data, "inputs").items()
    files = [name for name, declared in inputs if isinstance(declared, Mapping) and declared.get("type") == "file"]
    if trigger.get("file_arrived") is not None and len(files) > 1:
        findings.add(
            "file-inputs",
            (*path, "file_arrived"),
            "The file that arrives could be any of the inputs {names}",
            hint="A workflow that waits for a file takes it as its only input of type file",
            on_key=True,
            names=", ".join(files),
        )


def _check_roles(outline: Outline, roles: Mapping[str, Any], findings: Findings) -> None:
    """Where the project says who has which role, an approval has to name one of them."""
    for step in outline.walk():
        role = mapping(step.data, "approve").get("by")
        if roles and isinstance(role, str) and role not in roles and OPENING not in role:
            hint, data = suggestion(role, roles)
            findings.add(
                "unknown-role",
                (*step.path, "approve", "by"),
                "The settings have no role {role}",
                hint=hint,
                role=role,
                **data,
            )


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_integer(value) or isinstance(value, float)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, TEXT),
    "file": (_is_text, PATH),
    "choice": (_is_text, Phrase("one of its choices")),
    "integer": (_is_integer, WHOLE),
    "number": (_is_number, NUMBER),
    "boolean": (_is_truth, TRUTH),
    "date": (is_date, DATE),
}


def unfit(declared: Any, value: Any) -> str | None:
    """What the value of an input has to be instead, in words that follow "has to be"; None when it fits.

    Args:
        declared: How the input is declared.
        value: A value that holds no expression.
    """
    kind = declared.get("type", "text") if isinstance(declared, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return None
    fits, expected = _KINDS[kind]
    choices = declared.get("choices")
    listed = kind != "choice" or not choices or (isinstance(choices, list) and value in choices)
    return None if fits(value) and listed else expected


def _check_input(declared: Mapping[str, Any], path: Path, findings: Findings) -> None:
    kind = declared.get("type", "text")
    default, choices = declared.get("default"), declared.get("choices")
    if not isinstance(kind, str):
        return
    if kind == "choice" and not choices:
        findings.add("no-choices", path, "An input of type choice needs choices", hint="choices: [A, B]", on_key=True)
    if kind != "choice" and choices:
        findings.add(
            "no-choice",
            (*path, "choices"),
            "Only an input of type choice has choices",
            hint="Write type: choice",
            on_key=True,
        )
    expected = None if default is None else unfit(declared, default)
    if expected is not None:
        source = findings.loaded.positions.source((*path, "default"))
        findings.add(
            "wrong-default",
            (*path, "default"),
            "The default has to be {expected}, not {found}",
            hint="The input is of type {kind}",
            expected=expected,
            found=described(default, source),
            kind=kind,
        )


def _check_zones(outline: Outline, config: Mapping[str, Any], findings: Findings) -> None:
    zone = outline.data.get("network_zone")
    for name in mapping(outline.data, "systems"):
        of_system = mapping(mapping(config, "systems"), name).get("zone")
        wrong = isinstance(zone, str) and isinstance(of_system, str) and zone != of_system
        if wrong and not findings.is_blamed(("network_zone",)):
            findings.add(
                "network-zone",
                ("systems", name),
                "{name} is in the zone {of_system}, the workflow in {zone}",
                hint="Networks are kept apart (三層分離): make a workflow for each and pass files between them",
                on_key=True,
                name=name,
                of_system=of_system,
                zone=zone,
            )
