"""What the checks came to, as lines for a person and as JSON for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yakin.actions import Diagnosis
from yakin.actions.diagnosis import Severity
from yakin.doctor.examination import Examined
from yakin.i18n import Translator

WIDTH = 80
"""Columns of a line; full-width characters take two."""

SIGNS: Mapping[Severity, str] = {"well": "✓", "warning": "!", "wrong": "✗"}
"""What a line begins with."""


def lines(examined: Examined, t: Translator, *, names: int) -> Iterator[tuple[Severity, str]]:
    """The lines of one check, each with how bad it is: what was found and where, then what to do.

    What is well takes one line and is cut where that is full; the rest is told to its end.

    Args:
        examined: The check.
        t: Says it in the person's language.
        names: Columns for the names of checks.
    """
    name = examined.name
    for diagnosis in examined.found:
        message, hint = _said(diagnosis, t)
        sign, place = SIGNS[diagnosis.severity], " " * (names + 4)
        told = _cut(message, WIDTH - names - 4) if diagnosis.severity == "well" else _wrapped(message, len(place))
        for number, line in enumerate(told):
            yield diagnosis.severity, f"{sign} {name:<{names}}  {line}" if number == 0 else f"{place}{line}"
        for number, line in enumerate(_wrapped(hint, len(place) + 2) if hint else ()):
            yield diagnosis.severity, f"{place}{'→ ' if number == 0 else '  '}{line}"
        name = ""


def summary(all_examined: Sequence[Examined], t: Translator) -> str:
    """The last line: how much is wrong."""
    found = [diagnosis.severity for examined in all_examined for diagnosis in examined.found]
    wrong, warnings = found.count("wrong"), found.count("warning")
    checks = len(all_examined)
    if wrong:
        return t.text(
            "Wrong: {wrong}, to know about: {warnings}, checks: {checks}", wrong=wrong, warnings=warnings, checks=checks
        )
    if warnings:
        return t.text("Nothing is wrong. To know about: {warnings}, checks: {checks}", warnings=warnings, checks=checks)
    return t.text("All is well. Checks: {checks}", checks=checks)


def as_json(all_examined: Sequence[Examined], t: Translator) -> dict[str, Any]:
    """Plain data: `well`, and for each check its name, severity and what was found."""
    return {
        "well": all(examined.severity != "wrong" for examined in all_examined),
        "checks": [
            {
                "name": examined.name,
                "severity": examined.severity,
                "found": [
                    {"severity": diagnosis.severity, "message": message, "hint": hint}
                    for diagnosis in examined.found
                    for message, hint in [_said(diagnosis, t)]
                ],
            }
            for examined in all_examined
        ],
    }


def _said(diagnosis: Diagnosis, t: Translator) -> tuple[str, str | None]:
    data = {name: _value(value, t) for name, value in diagnosis.data.items()}
    return t.text(diagnosis.template, **data), t.text(diagnosis.hint, **data) if diagnosis.hint else None


def _value(value: object, t: Translator) -> object:
    """Data; what is a sentence itself, such as an error or a problem of a file, in the person's language."""
    template, data = getattr(value, "template", None), getattr(value, "data", None)
    if isinstance(template, str) and isinstance(data, Mapping):
        return t.text(template, **data)
    return value


def _cut(text: str, width: int) -> list[str]:
    from rich.cells import cell_len, set_cell_size

    line = " ".join(text.split())
    return [line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"]


def _wrapped(text: str, indent: int) -> list[str]:
    """Lines that fit beside the indent: broken at spaces where there are some, anywhere else in Japanese."""
    from rich.cells import cell_len, chop_cells

    width = max(20, WIDTH - indent)
    wrapped: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if cell_len(longer) <= width:
                line = longer
            elif cell_len(word) <= width:
                wrapped.append(line)
                line = word
            else:
                *full, line = chop_cells(longer, width)
                wrapped += full
        wrapped.append(line)
    return [line for line in wrapped if line]
