"""Letters as plain text, and as HTML that every mail client can show: no script, no picture, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from yakin.news.letter import Entry, Letter, Section

_FONT = "font-family:'BIZ UDPGothic','Yu Gothic UI','Noto Sans CJK JP',sans-serif;font-size:15px;line-height:1.6"


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    return "\n".join([letter.headline, letter.period, *_text_of_sections(letter), "", "-- ", letter.footer]) + "\n"


def as_html(letter: Letter) -> str:
    """The letter as an HTML page; styles are written into the elements, since mail clients drop style sheets."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{letter.language}"><head><meta charset="utf-8"><title>{escape(letter.subject)}</title></head>',
            f'<body style="{_FONT};color:#1a1a1a;background:#ffffff">',
            f'<h1 style="font-size:20px;margin:0 0 4px">{escape(letter.headline)}</h1>',
            f'<p style="margin:0 0 16px;color:#555555">{escape(letter.period)}</p>',
            *(line for section in letter.sections for line in _html_of(section)),
            f'<p style="margin:24px 0 0;color:#555555;font-size:13px">{_with_breaks(letter.footer)}</p>',
            "</body></html>",
            "",
        ]
    )


def _text_of_sections(letter: Letter) -> Iterator[str]:
    for section in letter.sections:
        yield from ("", f"■ {section.title}")
        for entry in section.entries:
            yield f"・{entry.text}"
            yield from (f"    {detail}" for detail in entry.details)
        if section.advice:
            yield f"→ {section.advice}"


def _html_of(section: Section) -> Iterator[str]:
    yield f'<h2 style="font-size:16px;margin:16px 0 4px">■ {escape(section.title)}</h2>'
    yield '<ul style="margin:0;padding-left:20px">'
    yield from (f"<li>{_item(entry)}</li>" for entry in section.entries)
    yield "</ul>"
    if section.advice:
        yield f'<p style="margin:4px 0 0;color:#555555">→ {escape(section.advice)}</p>'


def _item(entry: Entry) -> str:
    details = "".join(f'<br><span style="color:#555555">{escape(detail)}</span>' for detail in entry.details)
    return escape(entry.text) + details


def _with_breaks(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
