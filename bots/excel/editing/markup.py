"""XML as the bytes it is: elements are found by scanning and changed by splicing, so that all the rest stays as it was.

A tree would have to be built of a whole sheet to change two cells of it, and be written anew: slower by far, and no
longer the same bytes. Scanning is exact because `<` stands in well-formed XML for nothing but markup, once comments,
CDATA sections and processing instructions are hidden (XML 1.0, 2.4: in text and attributes it is escaped).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self
from xml.parsers import expat

from bots.excel.package import Package, WorkbookUnreadable

Edit = tuple[int, int, bytes]
"""From where to where, and what shall stand there instead."""

_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""")
_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
_ATTRIBUTE = re.compile(rb"""([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")
_ENDS_NAME = (b" ", b">", b"/", b"\t", b"\r", b"\n")
_TAG_REST = rb"""(?=[\s/>])(?:[^>"']++|"[^"]*+"|'[^']*+')*+>"""


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element stands in the content of its part.

    Attributes:
        start: Its first byte.
        inner: First byte behind its start tag.
        inner_end: First byte of its end tag; the same as `inner` when it is one tag only.
        end: First byte behind it.
    """

    start: int
    inner: int
    inner_end: int
    end: int

    @property
    def is_one_tag(self) -> bool:
        """Whether it is written as one tag: `<row/>`."""
        return self.inner == self.end


class Markup:
    """The XML of one part.

    Args:
        content: Its bytes, in any encoding; UTF-8 is kept as it is, others become UTF-8.
    """

    def __init__(self, content: bytes) -> None:
        self.content = _as_utf8(content)

    @classmethod
    def of(cls, package: Package, part: str) -> Self:
        """The XML of a part of a workbook; empty when there is no such part.

        Raises:
            WorkbookUnreadable: Its encoding is none, or not the one that it says.
        """
        try:
            return cls(package.part(part))
        except (UnicodeError, LookupError) as error:
            raise damaged(package, part) from error

    @cached_property
    def seen(self) -> bytes:
        """The same, with blanks where comments, CDATA sections and processing instructions stand."""
        if b"<!" in self.content or self.content.find(b"<?", 1) >= 0:
            return _HIDDEN.sub(lambda found: b" " * len(found[0]), self.content)
        return self.content

    @cached_property
    def prefix(self) -> bytes:
        """Prefix of the root element with its colon, such as `x:`; empty when there is none."""
        found = re.search(rb"<([^\s/>:?!]+:)?[^\s/>?!]+", self.seen)
        return (found[1] or b"") if found else b""

    def element(self, name: str, within: Element | None = None) -> Element | None:
        """The first element of that name in the root's prefix; None when there is none."""
        return next(self.elements(name, within), None)

    def elements(self, name: str, within: Element | None = None) -> Iterator[Element]:
        """All elements of that name, which must not hold others of the same name."""
        begin, end = (within.inner, within.inner_end) if within else (0, len(self.seen))
        for start, inner in self.tags(name, begin, end):
            yield self.whole(name, start, inner)

    def has(self, name: str) -> bool:
        """Whether there is any element of that name: quicker than looking for it."""
        sign = b"<" + self.prefix + name.encode()
        at = self.seen.find(sign)
        while at >= 0 and self.seen[at + len(sign) : at + len(sign) + 1] not in _ENDS_NAME:
            at = self.seen.find(sign, at + 1)
        return at >= 0

    def tags(self, name: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the start tags of that name begin and end."""
        return (found.span() for found in _start_tag(self.prefix + name.encode()).finditer(self.seen, begin, end))

    def whole(self, name: str, start: int, inner: int) -> Element:
        """The element with this start tag."""
        if self.seen[inner - 2 : inner] == b"/>":
            return Element(start, inner, inner, inner)
        found = _end_tag(self.prefix + name.encode()).search(self.seen, inner)
        if found is None:
            return Element(start, inner, len(self.seen), len(self.seen))
        return Element(start, inner, found.start(), found.end())

    def tag(self, element: Element) -> bytes:
        """The start tag of an element."""
        return self.content[element.start : element.inner]

    def attribute(self, element: Element, name: str) -> str | None:
        """An attribute of an element."""
        return attribute(self.content[element.start : element.inner], name)

    def inside(self, element: Element) -> bytes:
        """What stands between the tags of an element."""
        return self.content[element.inner : element.inner_end]

    def number(self, element: Element, name: str) -> int:
        """An attribute that is a whole number; 0 when it is not there or none."""
        said = attribute(self.content[element.start : element.inner], name) or ""
        return int(said) if said.isdecimal() else 0

    def text(self, element: Element) -> str:
        """The text of an element that holds nothing else."""
        return plain_text(self.inside(element))

    def spliced(self, edits: Iterable[Edit]) -> bytes:
        """The content with these edits, which must not overlap; those at the same place stay in their order."""
        parts: list[bytes] = []
        at = 0
        for start, end, new in sorted(edits, key=lambda edit: edit[0]):
            parts += (self.content[at:start], new)
            at = end
        return b"".join((*parts, self.content[at:]))

    def appended(self, element: Element, name: str, new: bytes) -> Edit:
        """The edit that puts something behind all that an element holds, opening it when it is one tag."""
        if not element.is_one_tag:
            return (element.inner_end, element.inner_end, new)
        opened = self.tag(element)[:-2].rstrip() + b">"
        return (element.start, element.end, opened + new + b"</" + self.prefix + name.encode() + b">")


def damaged(package: Package, part: str) -> WorkbookUnreadable:
    """The error that says that a part cannot be read."""
    return WorkbookUnreadable(
        "{file} is damaged: {part} cannot be read",
        file=package.name,
        part=part,
        hint="Open it in Excel and repair it",
    )


def refuse_damaged(package: Package, parts: Mapping[str, bytes]) -> None:
    """Refuse to hand on parts that are not well-formed XML: nobody could open the workbook.

    Raises:
        WorkbookUnreadable: One is not; it was not before either.
    """
    for part, content in parts.items():
        try:
            expat.ParserCreate().Parse(content, True)
        except expat.ExpatError as error:
            raise damaged(package, part) from error


def attribute(tag: bytes, name: str) -> str | None:
    """An attribute in a start tag; None when it is not there."""
    key = name.encode()
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == key:
            return html.unescape(found[2][1:-1].decode("utf-8", "replace"))
    return None


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with an attribute set, or taken away for None; all other attributes stay as they are written."""
    key = name.encode()
    new = b"" if value is None else b'%s="%s"' % (key, escaped(value).replace(b'"', b"&quot;"))
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == key:
            before = tag[: found.start()] if new else tag[: found.start()].rstrip()
            return before + new + tag[found.end() :]
    if value is None:
        return tag
    closing = b"/>" if tag.endswith(b"/>") else b">"
    return tag[: -len(closing)].rstrip() + b" " + new + closing


def escaped(text: str) -> bytes:
    """A text as XML."""
    return html.escape(text, quote=False).encode("utf-8")


def plain_text(content: bytes) -> str:
    """The text of an element's content: without comments, with CDATA and references resolved."""
    if b"<" not in content:
        text = content.decode("utf-8", "replace")
        return html.unescape(text) if "&" in text else text
    parts = re.split(rb"<!\[CDATA\[(.*?)\]\]>", content, flags=re.DOTALL)
    for index in range(0, len(parts), 2):
        parts[index] = html.unescape(_HIDDEN.sub(b"", parts[index]).decode("utf-8", "replace")).encode("utf-8")
    return b"".join(parts).decode("utf-8", "replace")


def _as_utf8(content: bytes) -> bytes:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        declared = _DECLARED.match(content)
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if encoding in ("utf-8", "utf8", "us-ascii", "ascii"):
        return content
    return _ENCODING.sub(r"\1", content.decode(encoding), count=1).encode("utf-8")


@lru_cache(maxsize=256)
def _start_tag(name: bytes) -> re.Pattern[bytes]:
    return re.compile(b"<" + re.escape(name) + _TAG_REST)


@lru_cache(maxsize=256)
def _end_tag(name: bytes) -> re.Pattern[bytes]:
    return re.compile(b"</" + re.escape(name) + rb"\s*>")
