"""Reading a workflow file: plain data, the place of everything in it, and every reason why it cannot be read.

YAML 1.2, less what surprises: no anchors, aliases, tags, directives or second documents, no key twice, no tabs. Text
without quotes is `null`, `true` or `false`, a whole number (`12`), a decimal number (`4.5`), or else text that stays as it
looks: `no`, `0123`, `12:30`, `1_000`, `2024-04-01` are texts. What other YAML programs read as a number written unusually
(`0x1F`, `1e3`, `.inf`) has to be quoted. Keys are always text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from yakin.workflow.positions import Path, Place, Positions, Span
from yakin.workflow.problems import Problem
from yakin.workflow.unreadable import not_utf8, syntax_sentence


@dataclass(frozen=True)
class Loaded:
    """A file as it was read.

    Attributes:
        name: The file, as it was given.
        text: Its text, with `\\n` as the end of every line.
        sha256: Hash of the text in UTF-8, hexadecimal.
        data: Plain dicts, lists, texts, numbers, booleans and None; None when the file cannot be read.
        positions: Where everything stands.
        unread: Paths whose value could not be read as it was meant; nothing further is to be said about them.
        problems: Why it cannot be read; empty when it can.
    """

    name: str
    text: str
    sha256: str
    data: Any
    positions: Positions
    problems: tuple[Problem, ...] = field(default=())
    unread: frozenset[Path] = field(default=frozenset())


def load(path: FilePath) -> Loaded:
    """Read a workflow file.

    Raises:
        OSError: The file cannot be opened.
    """
    raw = path.read_bytes()
    name = path.as_posix()
    try:
        return load_text(raw.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        return _empty(name, not_utf8(name, raw, error))


@lru_cache(maxsize=4)  # a file is checked in several ways, one right after the other
def load_text(text: str, name: str) -> Loaded:
    """Read the text of a workflow file; what it returns is shared, and not to be changed.

    Args:
        text: The text; a byte order mark and any line ends are accepted.
        name: What the file is called in problems.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reading = _Reading(name, text)
    data = reading.read()
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    problems = tuple(sorted(reading.problems, key=lambda problem: problem.order))
    return Loaded(name, text, digest, data, Positions(text, reading.spans), problems, frozenset(reading.unread))


def _empty(name: str, problem: Problem) -> Loaded:
    return Loaded(name, "", "", None, Positions("", {}), (problem,))


_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_CONSTANTS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_UNUSUAL_NUMBER = re.compile(
    r"0x[0-9a-fA-F]+|0o[0-7]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|\+[0-9]+(\.[0-9]*)?"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|[-+]?\.[0-9]+|[-+]?[0-9]+\."
)


_DEEPEST = 50


class _TooDeepError(Exception):
    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Reading:
    """One pass over the events of one file."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.spans: dict[Path, Span] = {}
        self.problems: list[Problem] = []
        self.unread: set[Path] = set()
        self._plain = Positions(text, {})

    def read(self) -> Any:
        if not self._indented_with_spaces():
            return None
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            return self._document(YAML(typ="safe", pure=True).parse(self.text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "unexpected end of stream" in str(error.problem):
                mark = error.context_mark
            at = len(self.text) if mark is None else mark.index
            self._refuse_syntax(at, str(error.problem), error.context_mark and error.context_mark.line + 1)
        except YAMLError as error:
            self._refuse_syntax(int(getattr(error, "position", 0) or 0), str(error), None)
        except _TooDeepError as error:
            self._refuse_syntax(error.at, "nested too deeply", None)
        return None

    def _indented_with_spaces(self) -> bool:
        for match in re.finditer(r"^ *([\t\u3000])", self.text, re.MULTILINE):
            self._add(
                "tab" if match[1] == "\t" else "wide-space",
                "A line is indented with a tab" if match[1] == "\t" else "A line is indented with a full-width space",
                match.start(1),
                match.end(1),
                "Indent with spaces (half width)",
            )
        return not self.problems

    def _refuse_syntax(self, at: int, problem: str, context_line: int | None) -> None:
        at = min(at, max(0, len(self.text.rstrip("\n"))))
        line_start = self.text.rfind("\n", 0, at) + 1
        line_above = self.text.rfind("\n", 0, max(0, line_start - 1)) + 1
        wide_colon = self.text.find("：", line_above, at + 1)
        if wide_colon >= 0 and ("could not find" in problem or "mapping values" in problem):
            at = wide_colon
        place = self._plain.place(at, at + 1)
        line = self._plain.line(place.line)
        sentence, hint, data = syntax_sentence(problem, line, context_line)
        self._append("syntax", sentence, place, hint, data)

    def _document(self, events: Iterator[Any]) -> Any:
        from ruamel.yaml.events import DocumentStartEvent, StreamStartEvent

        data: Any = None
        count = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                count += 1
                if event.version or event.tags:
                    self._add("directive", "A % directive is not allowed here", 0, 1, "Leave it out")
                if count == 2:
                    self._add_event(
                        event,
                        "several-documents",
                        "A second document begins here",
                        "Write each workflow in a file of its own",
                    )
                node = self._node(next(events), events, (), None, keep=count == 1)
                data = node if count == 1 else data
            elif not isinstance(event, StreamStartEvent):
                continue
        return data

    def _node(self, event: Any, events: Iterator[Any], path: Path, key: tuple[int, int] | None, *, keep: bool) -> Any:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

        start, end = event.start_mark.index, event.end_mark.index
        if len(path) > _DEEPEST:
            raise _TooDeepError(start)
        if isinstance(event, AliasEvent):
            self._keep(keep, path, Span(key, start, end, None))
            self.unread.add(path)
            self._add(
                "alias",
                "*{name} refers to another place",
                start,
                end,
                "Write out what is meant here",
                name=event.anchor,
            )
            return None
        self._refuse_decoration(event)
        if isinstance(event, ScalarEvent):
            self._keep(keep, path, Span(key, start, end, event.style or ""))
            return self._scalar(event, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, events, path, key, keep=keep)
        assert isinstance(event, MappingStartEvent)
        return self._mapping(event, events, path, key, keep=keep)

    def _sequence(
        self, begin: Any, events: Iterator[Any], path: Path, key: tuple[int, int] | None, *, keep: bool
    ) -> list[Any]:
        from ruamel.yaml.events import SequenceEndEvent

        found: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                self._keep(keep, path, Span(key, begin.start_mark.index, event.end_mark.index, None))
                break
            found.append(self._node(event, events, (*path, len(found)), None, keep=keep))
        return found

    def _mapping(
        self, begin: Any, events: Iterator[Any], path: Path, key: tuple[int, int] | None, *, keep: bool
    ) -> dict[str, Any]:
        from ruamel.yaml.events import MappingEndEvent

        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                self._keep(keep, path, Span(key, begin.start_mark.index, event.end_mark.index, None))
                break
            name = self._key(event, events, path)
            again = name is None or name in found
            if name is not None and name in found:
                first = self.spans.get((*path, name))
                line = self._plain.place(first.key[0], first.key[1]).line if first and first.key else None
                self._add_event(
                    event,
                    "duplicate-key",
                    "The key {key} is there already, in line {line}",
                    "Keep one of the two",
                    key=name,
                    line=line,
                )
            stretch = (event.start_mark.index, event.end_mark.index)
            value = self._node(next(events), events, (*path, name or ""), stretch, keep=keep and not again)
            if name is not None and not again:
                found[name] = value
        return found

    def _key(self, event: Any, events: Iterator[Any], path: Path) -> str | None:
        from ruamel.yaml.events import ScalarEvent

        if not isinstance(event, ScalarEvent):
            self._add_event(
                event,
                "key",
                "A key has to be a text",
                "An expression as a value needs quotes: {example}",
                example='"${{ … }}"',
            )
            self._node(event, events, (*path, ""), None, keep=False)
            return None
        self._refuse_decoration(event)
        if event.value == "<<" and not event.style:
            self._add_event(event, "merge-key", "<< merges another place into this one", "Write out what is meant here")
            return None
        if not event.value:
            self._add_event(event, "key", "There is no key before the :", "Write {example}", example="key: value")
            return None
        return str(event.value)

    def _scalar(self, event: Any, path: Path) -> Any:
        text = str(event.value)
        if not text.isascii() and _LONE_SURROGATE.search(text):
            self._add_event(event, "character", "The text holds half of a character", "Write the character itself")
        if event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text) and text != "-0":
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if _UNUSUAL_NUMBER.fullmatch(text):
            self.unread.add(path)
            self._add_event(
                event,
                "unusual-number",
                "{text} is read differently by different programs",
                'Quote it as a text ("{text}") or write the number in plain digits',
                text=text,
            )
        return text

    def _refuse_decoration(self, event: Any) -> None:
        if event.anchor:
            self._add(
                "anchor",
                "&{name} marks this place for use elsewhere",
                event.start_mark.index,
                event.start_mark.index + 1 + len(event.anchor),
                "Leave it out, and write what is meant in each place",
                name=event.anchor,
            )
        if event.tag:
            tag = self.text[event.start_mark.index :].split(None, 1)[0]
            self._add(
                "tag",
                "{tag} gives the value a type of its own",
                event.start_mark.index,
                event.start_mark.index + len(tag),
                "Leave it out; a text is written in quotes",
                tag=tag,
            )

    def _keep(self, keep: bool, path: Path, span: Span) -> None:
        if keep:
            self.spans[path] = span

    def _add_event(self, event: Any, code: str, template: str, hint: str, **data: Any) -> None:
        self._add(code, template, event.start_mark.index, event.end_mark.index, hint, **data)

    def _add(self, code: str, template: str, start: int, end: int, hint: str, **data: Any) -> None:
        self._append(code, template, self._plain.place(start, end), hint, data)

    def _append(self, code: str, template: str, place: Place, hint: str | None, data: Mapping[str, Any]) -> None:
        line = self._plain.line(place.line)
        self.problems.append(
            Problem(code, template, data, self.name, place.line, place.column, place.end_column, line, hint)
        )
