"""Sentences for files that cannot be read at all: the wrong encoding, or YAML that does not hold together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from yakin.phrases import mark
from yakin.workflow.problems import Problem

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = mark("Save it as UTF-8 (in Notepad: 名前を付けて保存, 文字コード UTF-8)")


def not_utf8(name: str, raw: bytes, error: UnicodeDecodeError) -> Problem:
    """The problem of a file whose bytes are not UTF-8, at the first place that shows it."""
    if raw.startswith(_UTF16_MARKS):
        return Problem(
            "encoding", "The file is saved as {encoding}", {"encoding": "UTF-16"}, name, 1, 1, None, "", _SAVE_AS_UTF8
        )
    begin = raw.rfind(b"\n", 0, error.start) + 1
    end = raw.find(b"\n", error.start)
    line = raw[begin:] if end < 0 else raw[begin:end]
    number = raw.count(b"\n", 0, error.start) + 1
    try:
        raw.decode("cp932")
    except UnicodeDecodeError:
        before = line[: error.start - begin].decode("utf-8", "replace")
        shown = line.decode("utf-8", "replace")
        template = mark("The file is not a text in UTF-8: byte {byte} is none")
        data = {"byte": f"0x{raw[error.start]:02X}"}
    else:
        before = line[: error.start - begin].decode("cp932", "replace")
        shown = line.decode("cp932")
        template, data = mark("The file is saved as {encoding}"), {"encoding": "Shift_JIS (CP932)"}
    column = len(before) + 1
    return Problem("encoding", template, data, name, number, column, None, shown.rstrip("\r"), _SAVE_AS_UTF8)


_EXPRESSION = "${{"
_QUOTED_EXPRESSION = {"example": '"${{ … }}"'}


class _Sentence(NamedTuple):
    """Our words for what the YAML reader says."""

    found: str
    template: str
    hint: str


_SENTENCES: tuple[_Sentence, ...] = (
    _Sentence(
        "mapping values are not allowed",
        "There is a second : where a value was expected",
        'Put the text in quotes ("…"), or look at the indentation of this line and the one above',
    ),
    _Sentence(
        "sequence entries are not allowed",
        "A list cannot begin here",
        "Begin the list on a line of its own, or put the text in quotes",
    ),
    _Sentence(
        "unexpected end of stream",
        "The text in quotes that begins in line {line} is not closed",
        "Close it with the same quote",
    ),
    _Sentence(
        "unknown escape character",
        "In double quotes \\ begins a special character, and there is none of this name",
        "Use single quotes ('C:\\data'), or / in paths",
    ),
    _Sentence(
        "could not find expected ':'",
        "A key without its : and a space",
        "Write key: value, with a half-width : and a space after it",
    ),
    _Sentence(
        "expected ',' or", "The list or mapping that begins in line {line} lacks a comma or its closing bracket", ""
    ),
    _Sentence("expected the node content", "A value is missing here", "Is a bracket or a quote not closed above?"),
    _Sentence(
        "expected <block end>",
        "This line does not fit to the ones above it",
        "Lines of the same list or mapping begin in the same column",
    ),
    _Sentence(
        "nested too deeply", "Lists and mappings are nested too deeply", "No workflow needs more than a few levels"
    ),
    _Sentence(
        "special characters are not allowed",
        "There is a control character here that no text file may hold",
        "Delete it",
    ),
)
_CANNOT_BEGIN = re.compile(r"found character '(.)' that cannot start any token")


def syntax_sentence(problem: str, line: str, context_line: int | None) -> tuple[str, str | None, Mapping[str, object]]:
    """Our sentence for what the YAML reader stumbled over.

    Args:
        problem: What the reader says.
        line: The line of the file.
        context_line: Where the list, mapping or text began that it was reading, if it says so.

    Returns:
        Template, hint template and data.
    """
    if "：" in line and ("could not find" in problem or "mapping values" in problem):
        return mark("There is a full-width ： in this line"), mark("Write a half-width : and a space"), {}
    if _EXPRESSION in line and ("expected ',' or" in problem or "mapping values" in problem):
        return mark("The expression in this line needs quotes"), mark("Write {example}"), _QUOTED_EXPRESSION
    if match := _CANNOT_BEGIN.search(problem):
        data = {"character": match[1]}
        return mark("A text cannot begin with {character}"), mark('Put it in quotes: "{character}…"'), data
    for known in _SENTENCES:
        if known.found in problem:
            data = {"line": context_line} if "{line}" in known.template else {}
            return known.template, known.hint or None, data
    return mark("This is not YAML"), mark("Look at the indentation, the quotes and the brackets of this line"), {}
