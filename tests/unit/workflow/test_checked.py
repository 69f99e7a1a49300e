"""What the runner gets: addresses of steps, lines, hashes, and what cannot be run yet."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.workflow.case_files import CASES, check_files, check_one
from yakin.workflow.check import CheckedWorkflow, unsupported
from yakin.workflow.model import ItemsBlock, StepNode, children


def checked(name: str) -> CheckedWorkflow:
    (workflow,), _ = check_files(CASES / "valid" / f"{name}.yaml")
    return workflow


def every_step(workflow: CheckedWorkflow) -> list[StepNode]:
    declared = workflow.workflow
    lists: list[Sequence[StepNode]] = [
        declared.steps,
        declared.on_failure,
        *(system.sign_in for system in declared.systems.values()),
    ]
    found: list[StepNode] = []
    while lists:
        for step in lists.pop(0):
            found.append(step)
            lists += [steps for _, steps in children(step)]
    return found


@pytest.mark.parametrize("name", ["juminzei", "blocks", "not_yet_run", "whole_run"])
def test_every_step_has_a_path_of_its_own_and_a_line(name: str) -> None:
    workflow = checked(name)
    paths = [workflow.step_path(step) for step in every_step(workflow)]
    assert len(paths) == len(set(paths))
    lines = workflow.text.split("\n")
    assert all(lines[workflow.line(path) - 1].strip() for path in paths)


def test_a_step_is_named_by_its_id_or_else_its_number() -> None:
    workflow = checked("juminzei")
    entry = workflow.workflow.steps[2]
    assert isinstance(entry, ItemsBlock)
    assert workflow.step_path(entry) == "entry"
    assert [workflow.step_path(step) for step in entry.probe] == ["entry.probe.1", "entry.probe.hit"]
    assert [workflow.step_path(step) for step in entry.steps][-2:] == ["entry.5", "entry.receipt"]
    assert workflow.step_path(workflow.workflow.steps[3]) == "4"
    assert workflow.step_path(workflow.workflow.on_failure[0]) == "on_failure.1"
    assert workflow.step_path(workflow.workflow.systems["portal"].sign_in[1]) == "portal.sign_in.2"
    assert workflow.line("entry.receipt") == 65


def test_the_text_that_was_checked_checks_the_same_again() -> None:
    workflow = checked("blocks")
    again, problems = check_one(workflow.text, "elsewhere/blocks.yaml")
    assert again is not None
    assert problems == []
    assert (again.id, again.sha256, again.workflow) == (workflow.id, workflow.sha256, workflow.workflow)


def test_what_cannot_be_run_yet_is_told_with_its_place() -> None:
    told = [(problem.line, problem.message) for problem in unsupported(checked("not_yet_run"))]
    assert told == [(10, "A run cannot change the session inside a block yet")]
    assert unsupported(checked("juminzei")) == []


def test_two_files_of_one_name_are_a_problem(tmp_path: Path) -> None:
    text = (CASES / "valid" / "smallest.yaml").read_text(encoding="utf-8")
    paths = [tmp_path / "a" / "x.yaml", tmp_path / "b" / "x.yaml"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    workflows, problems = check_files(*paths)
    assert [workflow.path for workflow in workflows] == [paths[0]]
    assert [problem.code for problem in problems] == ["duplicate-workflow"]


def test_a_warning_does_not_keep_a_workflow_from_running() -> None:
    workflow, problems = check_one("workflow: 表\nsteps:\n  - {if: false, uses: excel.read_rows, with: {path: a}}\n")
    assert workflow is not None
    assert [problem.severity for problem in problems] == ["warning"]


def test_importing_the_checks_does_not_load_what_only_files_need() -> None:
    heavy = ("jinja2", "ruamel", "apscheduler", "playwright", "sqlalchemy", "dbos", "openpyxl", "starlette")
    program = (
        "import sys, yakin.workflow.check, yakin.workflow.expressions, yakin.workflow.schema\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
