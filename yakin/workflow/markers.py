"""Finding `${{ … }}` in texts, and the values that say what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPENING = "${{"
CLOSING = "}}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used by an expression, and what follows it as far as that is written out.

    Attributes:
        root: Such as `steps`.
        path: Such as `("read", "rows")`; it ends before what is only known when the expression is evaluated.
        offset: First character, in the text that holds the expression.
        length: Characters from the root to the end of the path.
        optional: The expression says what to do when it is not there (`default`, `is defined`).
    """

    root: str
    path: tuple[str | int, ...]
    offset: int
    length: int
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with an expression that can be told without evaluating it.

    Attributes:
        code: Slug, such as `unknown-filter`.
        template: The sentence, with `{name}` in place of the data.
        data: What it is about.
        offset: First character concerned, in the text that holds the expression.
        length: Characters concerned.
        hint: What to do, a template.
    """

    code: str
    template: str
    data: Mapping[str, Any]
    offset: int
    length: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """An expression in a text.

    Attributes:
        source: What stands between the marks.
        start: Offset of `${{`.
        end: Offset after `}}`; the end of the text where it is not closed.
        closed: Whether there is a `}}`.
    """

    source: str
    start: int
    end: int
    closed: bool = True

    @property
    def offset(self) -> int:
        """Where the source begins."""
        return self.start + len(OPENING)


def marked(text: str) -> Iterator[Marked]:
    """The expressions of a text, in order; a `}}` inside quotes or brackets of the expression does not end it."""
    start = text.find(OPENING)
    while start >= 0:
        begin = start + len(OPENING)
        close = _closing(text, begin)
        if close is None:
            yield Marked(text[begin:], start, len(text), closed=False)
            return
        yield Marked(text[begin:close], start, close + len(CLOSING))
        start = text.find(OPENING, close + len(CLOSING))


def _closing(text: str, at: int) -> int | None:
    quote = ""
    depth = 0
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        elif text.startswith(CLOSING, at):
            return at
        at += 1
    return None
