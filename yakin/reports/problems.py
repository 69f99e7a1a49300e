"""What `check` finds, for people: in their language, with a caret under what is meant, in lines that fit the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.i18n import Translator
from yakin.phrases import mark

if TYPE_CHECKING:
    from yakin.workflow.problems import Problem

_PLAIN: Mapping[str, str] = dict.fromkeys(("error", "warning", "place", "dim", "help", "off"), "")
_ANSI: Mapping[str, str] = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "place": "\x1b[1m",
    "dim": "\x1b[2m",
    "help": "\x1b[36m",
    "off": "\x1b[0m",
}
_SEVERITIES: Mapping[str, str] = {"error": mark("error"), "warning": mark("warning")}
_WITHOUT_WIDTH = frozenset(("Mn", "Me", "Cf"))


def render_text(problems: Sequence[Problem], t: Translator, *, colour: bool, width: int) -> str:
    """Each problem with its line, a caret under what is meant, and what to do; then how many there are.

    Args:
        problems: In the order in which they are shown.
        t: The reader's language.
        colour: Use ANSI colours.
        width: Columns of the terminal; sentences go on in further lines, source lines are cut around the place.
    """
    paint = _ANSI if colour else _PLAIN
    blocks = ["\n".join(_block(problem, t, paint, width)) for problem in problems]
    return "\n\n".join([*blocks, _count_line(problems, t)]) + "\n"


def seen_from(problems: Sequence[Problem], folder: Path) -> list[Problem]:
    """The problems with the files below a folder, such as the one a person is in, named from there."""

    def name(file: str) -> str:
        path = Path(file)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else file

    return [replace(problem, file=name(problem.file)) for problem in problems]


def display_width(text: str) -> int:
    """Columns a text takes in a terminal: wide characters two (UAX #11), combining ones and variation selectors none."""
    return sum(map(_cell_width, text))


def _block(problem: Problem, t: Translator, paint: Mapping[str, str], width: int) -> Iterator[str]:
    from yakin.reports.prose import lines

    off, strong = paint["off"], paint[problem.severity]
    place, kind = f"{problem.file}:{problem.line}:{problem.column}:", t.text(_SEVERITIES[problem.severity])
    head = f"{paint['place']}{place}{off} {strong}{kind}[{problem.code}]{off}:"
    message = t.text(problem.template, **problem.data)
    if display_width(f"{place} {kind}[{problem.code}]: {message}") <= width and "\n" not in message:
        yield f"{head} {message}"
    else:
        yield head
        yield from (f"  {line}" for line in lines(message, width - 2))
    number = str(problem.line)
    gutter, dim = " " * len(number), paint["dim"]
    if problem.source_line.strip():
        shown, before, carets = _window(problem, width - len(number) - 3)
        yield f"{dim}{number} |{off} {shown}"
        yield f"{dim}{gutter} |{off} {' ' * before}{strong}{'^' * carets}{off}"
    if problem.hint_template:
        label = t.text("help:")
        margin = len(gutter) + display_width(label) + 2
        first, *more = lines(t.text(problem.hint_template, **problem.data), max(width - margin, 20))
        yield f"{gutter} {paint['help']}{label}{off} {first}"
        yield from (" " * margin + line for line in more)


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
    if unicodedata.category(char) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _count_line(problems: Sequence[Problem], t: Translator) -> str:
    if not problems:
        return t.text("No problems found")
    wrong = sum(problem.severity == "error" for problem in problems)
    odd = len(problems) - wrong
    errors = t.plural("{n} error", "{n} errors", wrong)
    warnings = t.plural("{n} warning", "{n} warnings", odd)
    both = t.text("{errors} and {warnings}", errors=errors, warnings=warnings)
    found = both if wrong and odd else errors if wrong else warnings
    files = t.plural("{n} file", "{n} files", len({problem.file for problem in problems}))
    return t.text("Found {problems} in {files}", problems=found, files=files)
