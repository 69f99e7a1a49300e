"""What `check` finds, and the three ways to show it: for people, for programs, for GitHub."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yakin.phrases import fill

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
    def order(self) -> tuple[str, int, int]:
        """Key that sorts problems as the files are read."""
        return self.file, self.line, self.column


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """The problems that keep a workflow from running."""
    return [problem for problem in problems if problem.severity == "error"]


def render_text(problems: Sequence[Problem], *, colour: bool, width: int) -> str:
    """For people: each problem with its line, a caret under what is meant, and what to do; then how many there are.

    Args:
        problems: In the order in which they are shown.
        colour: Use ANSI colours.
        width: Columns of the terminal; longer source lines are cut around the place.
    """
    paint = _ANSI if colour else _PLAIN
    blocks = ["\n".join(_block(problem, paint, width)) for problem in problems]
    return "\n\n".join([*blocks, _count_line(problems)]) + "\n"


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


def display_width(text: str) -> int:
    """Columns a text takes in a terminal: wide characters two, combining ones none (UAX #11)."""
    return sum(map(_cell_width, text))


_PLAIN: Mapping[str, str] = dict.fromkeys(("error", "warning", "place", "dim", "help", "off"), "")
_ANSI: Mapping[str, str] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "place": "\x1b[1m",
    "dim": "\x1b[2m",
    "help": "\x1b[36m",
    "off": "\x1b[0m",
}


def _block(problem: Problem, paint: Mapping[str, str], width: int) -> Iterator[str]:
    off, mark = paint["off"], paint[problem.severity]
    place = f"{paint['place']}{problem.file}:{problem.line}:{problem.column}:{off}"
    yield f"{place} {mark}{problem.severity}[{problem.code}]{off}: {problem.message}"
    number = str(problem.line)
    gutter, dim = " " * len(number), paint["dim"]
    if problem.source_line.strip():
        shown, before, carets = _window(problem, width - len(number) - 3)
        yield f"{dim}{number} |{off} {shown}"
        yield f"{dim}{gutter} |{off} {' ' * before}{mark}{'^' * carets}{off}"
    if problem.hint:
        yield f"{gutter} {paint['help']}help:{off} {problem.hint}"


def _window(problem: Problem, room: int) -> tuple[str, int, int]:
    """The part of the source line that is shown, the width before the place, and the width of the place."""
    line = "".join(char if char.isprintable() or char == "\u3000" else " " for char in problem.source_line.rstrip())
    first = problem.column - 1
    last = max(first + 1, (problem.end_column or problem.column + 1) - 1)
    begin = 0
    if display_width(line) > room:
        while display_width(line[begin:last]) > room - 2 and begin < first - 8:
            begin += 1
    lead = "…" if begin else ""
    shown = lead + line[begin:]
    while display_width(shown) > max(room, 20):
        shown = shown.rstrip("…")[:-1] + "…"
    before = display_width(lead + line[begin:first]) + max(0, first - len(line))
    carets = min(display_width(line[first:last]), max(1, display_width(shown) - before))
    return shown, before, max(1, carets)


def _cell_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _count_line(problems: Sequence[Problem]) -> str:
    if not problems:
        return "No problems found"
    wrong = len(errors(problems))
    counts = [(wrong, "error"), (len(problems) - wrong, "warning"), (len({p.file for p in problems}), "file")]
    said = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return f"Found {' and '.join(said[:-1])} in {said[-1]}"


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
