"""Steps that use an action: is there such an action, does it work here, and do its arguments fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError

from yakin.actions.declare import ActionSpec, Parameter
from yakin.actions.registry import Registry
from yakin.errors import BotError
from yakin.phrases import either, mark
from yakin.workflow.expressions import has_expression
from yakin.workflow.findings import Findings, similar, suggestion
from yakin.workflow.outline import Outline, StepAt
from yakin.workflow.sentences import grouped, mismatches, raised
from yakin.workflow.shape import report_wrong_value


def check_actions(outline: Outline, registry: Registry, findings: Findings) -> None:
    """Look at every step with `uses`."""
    for step in outline.walk():
        name = step.data.get("uses")
        if step.kind != "uses" or not isinstance(name, str):
            continue
        spec = registry.actions.get(name)
        if spec is None:
            _unknown(step, name, registry, findings)
            continue
        if registry.needs_session(spec) and not _in_session(step):
            findings.add(
                "session-outside",
                (*step.path, "uses"),
                "{action} works in a signed-in session, and this step is in none",
                hint="Put it under steps: of a block with in: SYSTEM",
                action=name,
            )
        if not spec.idempotent and not registry.needs_session(spec) and not step.is_commit and _is_repeated(step):
            findings.add(
                "repeated-effect",
                (*step.path, "uses"),
                "{action} must not be done twice, but this block is repeated when something fails",
                hint="Move it behind the block, or make it the commit of a block with a key",
                action=name,
            )
        _check_arguments(step, spec, findings)


def _is_repeated(step: StepAt) -> bool:
    """Whether the step is done again together with others: in items, in sessions, in probes."""
    return any(above.kind == "for_each" or "in" in above.data for above in step.ancestors) or any(
        each.role in ("probe", "sign_in") for each in (step, *step.ancestors)
    )


def _in_session(step: StepAt) -> bool:
    nearest_last = [step, *step.ancestors]
    return nearest_last[-1].role == "sign_in" or any("in" in above.data for above in step.ancestors)


def _unknown(step: StepAt, name: str, registry: Registry, findings: Findings) -> None:
    hint, data = _meant(name, registry)
    findings.add("unknown-action", (*step.path, "uses"), "There is no action {action}", hint=hint, action=name, **data)


def _meant(name: str, registry: Registry) -> tuple[str | None, dict[str, Any]]:
    if match := registry.similar(name):
        return mark("Did you mean {similar}?"), {"similar": match}
    bot, _, function = name.partition(".")
    same_function = [known for known in registry.actions if known.rpartition(".")[2] == (function or name)]
    if same_function:
        return mark("Did you mean {similar}?"), {"similar": either(sorted(same_function))}
    bots = {known.partition(".")[0] for known in registry.actions}
    meant = similar(bot, bots)
    if meant is None:
        return (mark("There are the bots {known}"), {"known": ", ".join(sorted(bots))}) if bots else (None, {})
    of_bot = sorted(known for known in registry.actions if known.startswith(f"{meant}."))
    return mark("There are: {known}"), {"known": ", ".join(of_bot)}


def _check_arguments(step: StepAt, spec: ActionSpec, findings: Findings) -> None:
    given = step.data.get("with", {})
    path = (*step.path, "with")
    if not isinstance(given, Mapping):
        return
    known = {parameter.name: parameter for parameter in spec.parameters}
    for name, value in given.items():
        if name not in known:
            hint, data = suggestion(name, [other for other in known if other not in given])
            findings.add(
                "unknown-argument",
                (*path, name),
                "{action} has no argument {name}",
                hint=hint,
                on_key=True,
                action=spec.name,
                name=name,
                **data,
            )
        elif not has_expression(value):
            _check_value(value, known[name], (*path, name), findings)
    for parameter in spec.parameters:
        if parameter.required and parameter.name not in given:
            _missing(step, spec, parameter, findings)


def _missing(step: StepAt, spec: ActionSpec, parameter: Parameter, findings: Findings) -> None:
    findings.add(
        "missing-argument",
        (*step.path, "with" if "with" in step.data else "uses"),
        "{action} needs the argument {name}",
        hint="{name}: {description}",
        on_key="with" in step.data,
        action=spec.name,
        name=parameter.name,
        description=parameter.description,
    )


def _check_value(value: Any, parameter: Parameter, path: tuple[str | int, ...], findings: Findings) -> None:
    if parameter.annotation is Any or (value is None and parameter.default is None):
        return
    try:
        TypeAdapter(parameter.annotation).validate_python(value)
    except ValidationError as error:
        found = mismatches(error.errors(include_url=False), value, at=path)
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise BotError(
            "The type of the argument {name} cannot be checked: {error}", name=parameter.name, error=error.message
        ) from error
    else:
        return
    for group in grouped(found):
        first = group[0]
        if (ours := raised(group)) is not None:
            said: dict[str, Any] = dict(ours.data)
            findings.add("wrong-argument", first.path, ours.template, hint=ours.hint_template, **said)
        elif first.kind == "missing":
            *above, name = first.path
            findings.add("missing-argument", tuple(above), "{name} is missing", on_key=True, name=name)
        elif first.kind in ("extra_forbidden", "unexpected_keyword_argument", "no_such_attribute"):
            findings.add("unknown-argument", first.path, "There is no key {key} here", on_key=True, key=first.path[-1])
        else:
            report_wrong_value(group, findings, code="wrong-argument")
