"""Every file under tests/cases/check is a test: adding a file adds one."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.workflow.case_files import INVALID, VALID, check_files, found
from yakin.i18n import translator
from yakin.reports.problems import display_width, render_text
from yakin.workflow.problems import errors, render_github, render_json

by_name = pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)


@by_name
def test_every_problem_of_an_invalid_file_is_found_at_its_place(path: Path) -> None:
    assert found(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@by_name
def test_a_file_with_an_error_is_not_handed_to_the_runner(path: Path) -> None:
    workflows, problems = check_files(path)
    assert problems
    assert bool(workflows) == (not errors(problems))


@by_name
def test_every_problem_points_at_characters_of_its_line(path: Path) -> None:
    _, problems = check_files(path)
    for problem in problems:
        assert 1 <= problem.column <= len(problem.source_line) + 1
        assert problem.end_column is None or problem.column < problem.end_column <= len(problem.source_line) + 1


@by_name
def test_the_caret_stands_under_the_place_in_every_width(path: Path) -> None:
    _, problems = check_files(path)
    for problem in problems:
        lines = render_text([problem], translator("en"), colour=False, width=1000).split("\n")
        if not problem.source_line.strip():
            continue
        caret = lines[2].index("^")
        before = problem.source_line[: problem.column - 1]
        gutter = len(str(problem.line)) + 3
        assert caret == gutter + sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in before)


@by_name
def test_programs_are_told_the_same_as_people(path: Path) -> None:
    _, problems = check_files(path)
    told = json.loads(render_json(problems))
    assert told["errors"] == len(errors(problems))
    assert [(one["line"], one["column"], one["message"]) for one in told["problems"]] == [
        (problem.line, problem.column, problem.message) for problem in problems
    ]


@by_name
def test_github_gets_one_command_for_each_problem(path: Path) -> None:
    _, problems = check_files(path)
    lines = render_github(problems).splitlines()
    assert len(lines) == len(problems)
    assert all(re.match(r"::(error|warning) file=[^,:]+,line=\d+,col=\d+,", line) for line in lines)


@by_name
def test_no_sentence_is_left_with_gaps_or_with_the_library_speaking(path: Path) -> None:
    _, problems = check_files(path)
    for problem in problems:
        said = f"{problem.message} {problem.hint or ''}"
        assert "None" not in said
        assert not re.search(r"pydantic|Input should|valid (string|integer|list)|\(type=|str'|dict\[", said)
        assert not re.search(r"\{[a-z_]+\}", said)


@by_name
def test_every_sentence_is_said_in_japanese_in_80_columns(path: Path) -> None:
    _, problems = check_files(path)
    japanese = translator("ja")
    for problem in (replace(problem, file=path.name) for problem in problems):
        assert japanese.knows(problem.template)
        told = render_text([problem], japanese, colour=False, width=80).splitlines()
        assert max(map(display_width, told)) <= 80
        assert "None" not in "".join(told)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_file_has_no_problem(path: Path) -> None:
    workflows, problems = check_files(path)
    assert render_text(problems, translator("en"), colour=False, width=100) == "No problems found\n"
    assert [workflow.id for workflow in workflows] == [path.stem]


def test_all_problems_of_all_files_come_at_once() -> None:
    workflows, problems = check_files(*VALID, *INVALID)
    assert {problem.file for problem in problems} == {path.as_posix() for path in INVALID}
    assert {workflow.id for workflow in workflows} >= {path.stem for path in VALID}


def test_there_are_at_least_forty_five_invalid_cases() -> None:
    assert len(INVALID) >= 45
