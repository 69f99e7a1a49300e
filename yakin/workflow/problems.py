"""What `check` finds, and how programs and GitHub are told; people are told by `yakin.reports.problems`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yakin.phrases import Phrase, fill

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One finding: a sentence with its data kept apart, and the place it is about.

    Attributes:
        code: Stable slug of the kind of problem, such as `unknown-action`.
        template: The sentence with `{name}` in place of the data.
        data: What the sentence is about.
        file: The file, as it was given.
        line: Line, counted from 1.
        column: Character in the line, counted from 1.
        end_column: The column after the last one concerned; None when only the beginning is known.
        source_line: The line itself.
        hint_template: What to do, a template too; None when there is nothing to advise.
        severity: A workflow with an `error` cannot be run, one with a `warning` can.
    """

    code: str
    template: str
    data: Mapping[str, Any]
    file: str
    line: int
    column: int
    end_column: int | None = None
    source_line: str = ""
    hint_template: str | None = None
    severity: Severity = field(default="error")

    @property
    def message(self) -> str:
        """The sentence with its data filled in."""
        return fill(self.template, self.data)

    @property
    def hint(self) -> str | None:
        """What to do, with its data filled in."""
        return None if self.hint_template is None else fill(self.hint_template, self.data)

    @property
    def phrase(self) -> Phrase:
        """The sentence as a part of another one."""
        return Phrase(self.template, **self.data)

    @property
    def order(self) -> tuple[str, int, int]:
        """Key that sorts problems as the files are read."""
        return self.file, self.line, self.column


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """The problems that keep a workflow from running."""
    return [problem for problem in problems if problem.severity == "error"]


def render_json(problems: Sequence[Problem]) -> str:
    """For programs: the counts, and every problem with its place, sentence, template and data."""
    shown = [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "end_column": problem.end_column,
            "severity": problem.severity,
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
            "template": problem.template,
            "data": {name: str(value) for name, value in problem.data.items()},
        }
        for problem in problems
    ]
    wrong = len(errors(problems))
    whole = {"errors": wrong, "warnings": len(problems) - wrong, "problems": shown}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def render_github(problems: Sequence[Problem]) -> str:
    """For GitHub Actions: one workflow command a line, shown beside the changed line of a pull request."""
    return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    properties = {"file": problem.file, "line": problem.line, "col": problem.column}
    if problem.end_column is not None:
        properties |= {"endColumn": problem.end_column}
    properties |= {"title": problem.code}
    where = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = problem.message if problem.hint is None else f"{problem.message}\n{problem.hint}"
    return f"::{problem.severity} {where}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
