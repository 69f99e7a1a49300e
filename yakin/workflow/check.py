"""Checking workflow files: every problem of every file at once, and the workflows in which there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yakin.actions.registry import Registry
from yakin.japan.calendar import MUNICIPAL
from yakin.workflow.arguments import check_actions
from yakin.workflow.calls import Others, check_calls
from yakin.workflow.checked import CheckedWorkflow
from yakin.workflow.declarations import check_declarations
from yakin.workflow.findings import Findings
from yakin.workflow.loader import Loaded, load, load_text
from yakin.workflow.outline import Outline
from yakin.workflow.problems import Problem, errors
from yakin.workflow.rules import check_rules
from yakin.workflow.scopes import ExpressionCheck
from yakin.workflow.shape import check_shape

__all__ = ["CheckedWorkflow", "check", "check_text", "unsupported"]


def check(
    paths: Sequence[Path],
    *,
    registry: Registry,
    config: Mapping[str, Any],
    has_secret: Callable[[str], bool],
    workflows: Mapping[str, Path | None] = MappingProxyType({}),
    calendars: Collection[str] = (MUNICIPAL,),
) -> tuple[list[CheckedWorkflow], list[Problem]]:
    """Check workflow files.

    Args:
        paths: The files.
        registry: The actions there are.
        config: The project's settings.
        has_secret: Whether some source has a secret of this name.
        workflows: Id → file of further workflows that may be called; None where no more is known than that there is one.
        calendars: Names of the calendars there are.

    Returns:
        The workflows without errors, and all problems (warnings too), file by file.

    Raises:
        OSError: A file cannot be opened.
    """
    others = Others({**workflows, **{path.stem: path for path in reversed(paths)}})
    checked: list[CheckedWorkflow] = []
    problems: list[Problem] = []
    taken: dict[str, Path] = {}
    for path in paths:
        workflow, found = _check(load(path), registry, config, has_secret, others, calendars)
        first = taken.setdefault(path.stem, path)
        if first is not path:
            found = [*found, _same_id(path, first)]
            workflow = None
        problems += found
        checked += [] if workflow is None else [workflow]
    return checked, problems


def check_text(
    name: str,
    text: str,
    *,
    registry: Registry,
    config: Mapping[str, Any],
    has_secret: Callable[[str], bool],
    workflows: Mapping[str, Path | None] = MappingProxyType({}),
    calendars: Collection[str] = (MUNICIPAL,),
) -> tuple[CheckedWorkflow | None, list[Problem]]:
    """Check the text of one workflow file, such as the one a run was started with.

    Args:
        name: What the file is called; its id is the name without the ending.
        text: Its text.
        registry: The actions there are.
        config: The project's settings.
        has_secret: Whether some source has a secret of this name.
        workflows: Id → file of the workflows that may be called; None where no more is known than that there is one.
        calendars: Names of the calendars there are.

    Returns:
        The workflow, or None when there are errors; and all problems.
    """
    others = Others({**workflows, Path(name).stem: None})
    return _check(load_text(text, name), registry, config, has_secret, others, calendars)


def _check(
    loaded: Loaded,
    registry: Registry,
    config: Mapping[str, Any],
    has_secret: Callable[[str], bool],
    others: Others,
    calendars: Collection[str],
) -> tuple[CheckedWorkflow | None, list[Problem]]:
    if loaded.problems and loaded.data is None:
        return None, list(loaded.problems)
    findings = Findings(loaded)
    workflow = check_shape(loaded.data, findings)
    outline = Outline.of(loaded.data if isinstance(loaded.data, Mapping) else {})
    check_rules(outline, findings)
    check_actions(outline, registry, findings)
    check_declarations(outline, config, others.names, calendars, findings)
    check_calls(outline, Path(loaded.name).stem, others, findings)
    ExpressionCheck(outline, registry, config, has_secret, findings).check()
    problems = sorted([*loaded.problems, *findings.problems], key=lambda problem: problem.order)
    if errors(problems) or workflow is None:
        return None, problems
    return CheckedWorkflow.of(loaded, outline, workflow), problems


def _same_id(path: Path, first: Path) -> Problem:
    return Problem(
        "duplicate-workflow",
        "There is another workflow {id}: {other}",
        {"id": path.stem, "other": first.as_posix()},
        path.as_posix(),
        1,
        1,
        hint_template="Give one of the files another name",
    )


def unsupported(checked: CheckedWorkflow) -> list[Problem]:
    """What the file says correctly but `run` cannot do yet, each with its place."""
    loaded = load_text(checked.text, checked.path.as_posix())
    findings = Findings(loaded)
    for step in Outline.of(loaded.data).walk():
        if "in" in step.data and any(above.is_attempt for above in step.ancestors):
            findings.add(
                "unsupported",
                (*step.path, "in"),
                "A run cannot change the session inside a block yet",
                hint="Put in: on the outermost block",
                on_key=True,
            )
    return sorted(findings.problems, key=lambda problem: problem.order)
