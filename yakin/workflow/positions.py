"""Where every key and value of a file stands, so that a problem can point at it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions (counted from 0) that lead from the top of the file to a value."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line.

    Attributes:
        line: Counted from 1.
        column: Of its first character, counted from 1.
        end_column: The column after its last character; None when it goes on in other lines.
    """

    line: int
    column: int
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Where one value and its key stand, as offsets in the file's text.

    Attributes:
        key: First character of the key and the one after its last; None in a list and at the top.
        start: First character of the value.
        end: The character after its last.
        style: Of a text: `'`, `"`, `|`, `>`, or empty when it has no quotes; None for lists and mappings.
    """

    key: tuple[int, int] | None
    start: int
    end: int
    style: str | None


@dataclass(frozen=True)
class Positions:
    """Path of every value in a file → where it stands.

    Attributes:
        text: The file's text.
        spans: Path → span; a path that is not there is answered with the nearest one above it.
    """

    text: str
    spans: Mapping[Path, Span]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0] + [index + 1 for index, char in enumerate(self.text) if char == "\n"]

    def span(self, path: Path) -> Span:
        """The span of a path, or of the nearest path above it."""
        while path and path not in self.spans:
            path = path[:-1]
        return self.spans.get(path, Span(None, 0, 0, None))

    def key(self, path: Path) -> Place:
        """Where the key is written; the value's place where there is no key."""
        span = self.span(path)
        return self.place(*(span.key or (span.start, span.end)))

    def value(self, path: Path) -> Place:
        """Where the value is written."""
        span = self.span(path)
        return self.place(span.start, span.end)

    def source(self, path: Path) -> str:
        """A value as it is written in the file, quotes and all."""
        span = self.span(path)
        return self.text[span.start : span.end].rstrip()

    def inside(self, path: Path, value: str, offset: int, length: int) -> Place:
        """Where a part of a text stands, whatever its quotes and line breaks.

        Args:
            path: Of the text.
            value: The text as it was read.
            offset: First character of the part in `value`.
            length: Characters of the part.
        """
        span = self.span(path)
        if span.style is None or path not in self.spans:
            return self.value(path)
        start = _source_offset(self.text, span, value, offset)
        if start is None:
            return self.value(path)
        return self.place(start, start + max(1, length))

    def place(self, start: int, end: int) -> Place:
        """A stretch of the text as line and columns; what goes on in another line is cut at the end of its first."""
        start = min(start, len(self.text))
        line = bisect_right(self._line_starts, start)
        begin = self._line_starts[line - 1]
        newline = self.text.find("\n", start)
        line_end = len(self.text) if newline < 0 else newline
        column = start - begin + 1
        end = min(end, line_end)
        end = start + len(self.text[start:end].rstrip())
        return Place(line, column, end - begin + 1 if end > start else None)

    def line(self, number: int) -> str:
        """One line of the text, counted from 1, without its end."""
        if not 1 <= number <= len(self._line_starts):
            return ""
        start = self._line_starts[number - 1]
        newline = self.text.find("\n", start)
        return self.text[start:] if newline < 0 else self.text[start:newline]


def _source_offset(text: str, span: Span, value: str, offset: int) -> int | None:
    """Offset in the file of the character at `offset` of a text; None when it cannot be told."""
    if span.style == "|":
        return _literal_offset(text, span, value, offset)
    at = span.start
    if span.style in ("'", '"'):
        at += 1
    elif span.style == ">":
        at = text.find("\n", at) + 1
    for index in range(offset + 1):
        if index >= len(value):
            break
        at = _skip_to(text, at, span, value[index])
        if at >= span.end:
            return None
        if index < offset:
            at = _after(text, at, span.style)
    return at


def _skip_to(text: str, at: int, span: Span, wanted: str) -> int:
    """The next place where this character, or what stands for it, is written."""
    while at < span.end:
        char = text[at]
        if char == wanted or (wanted.isspace() and char == "\n"):
            return at
        if span.style == '"' and char == "\\" and text[at + 1] != "\n":
            return at
        at += 1
    return at


_HEX_ESCAPES = {"x": 2, "u": 4, "U": 8}


def _after(text: str, at: int, style: str | None) -> int:
    if style == '"' and text[at] == "\\":
        return at + 2 + _HEX_ESCAPES.get(text[at + 1], 0)
    if style == "'" and text[at] == "'":
        return at + 2
    if text[at] == "\n":
        while text[at + 1 : at + 2] in (" ", "\t", "\n") and text[at + 1 : at + 2]:
            at += 1
    return at + 1


def _literal_offset(text: str, span: Span, value: str, offset: int) -> int | None:
    before = value[:offset]
    number = before.count("\n")
    column = offset - (before.rfind("\n") + 1)
    lines = value.split("\n")
    at = text.find("\n", span.start) + 1
    for _ in range(number):
        at = text.find("\n", at) + 1
    end = text.find("\n", at)
    written = text[at:] if end < 0 else text[at:end]
    if not written.endswith(lines[number]):
        return None
    return at + len(written) - len(lines[number]) + column
