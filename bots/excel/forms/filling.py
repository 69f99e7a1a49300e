"""Which cells of a form get which values, so that its fields hold what they shall."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from types import NoneType
from typing import Any

from bots.excel.addresses import Place, address
from bots.excel.forms.mapfile import EraCells, FieldMap, FormMap, Kind
from bots.excel.forms.places import anchor_of, boxes_in, cell_of
from bots.excel.forms.reading import as_kind
from bots.excel.forms.ticks import can_be_ticked, ticked
from bots.excel.layout import Layout
from bots.excel.reading.records import as_text
from yakin.errors import BusinessError
from yakin.japan.eras import era_of, parse_date
from yakin.japan.refusals import JapaneseDataError
from yakin.values import Scalar

_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""Variation selectors: they choose the form of the kanji before them and have no box of their own."""


_KNOWN = (str, int, float, Decimal, date, time, NoneType)


class FieldRefused(BusinessError):
    """A value does not go into its field."""

    code = "field-refused"


def cells_for(layout: Layout, form: FormMap, values: Mapping[str, Scalar]) -> dict[Place, Scalar]:
    """The values of cells that put these values into the fields of a form.

    Args:
        layout: The form.
        form: Its map.
        values: Field → value; None empties it. Fields that are not named stay as they are.

    Raises:
        FieldNotFound: A label is not there, or more than once.
        FieldRefused: There is no such field, a value is not what the field holds, or has more characters than boxes.
    """
    if unknown := [name for name in values if name not in form.fields]:
        raise FieldRefused(
            "The map has no field {fields}",
            fields=", ".join(unknown),
            hint="It has: {known}",
            known=", ".join(form.fields),
        )
    cells: dict[Place, Scalar] = {}
    taken: dict[Place, str] = {}
    for name, value in values.items():
        for place, content in _Filling(layout, name, form.fields[name]).cells(value).items():
            if place in taken:
                raise FieldRefused(
                    "The fields {field} and {other} are both in {cell}",
                    field=name,
                    other=taken[place],
                    cell=address(place),
                    hint="Correct the map",
                )
            taken[place] = name
            cells[place] = content
    return cells


class _Filling:
    """One field that gets a value."""

    def __init__(self, layout: Layout, name: str, field: FieldMap) -> None:
        self._layout = layout
        self._name = name
        self._field = field

    def cells(self, value: Scalar) -> dict[Place, Scalar]:
        field = self._field
        if not isinstance(value, _KNOWN):
            raise self._refusal("{field}: {value} is neither text nor number nor date", value)
        if field.check is not None:
            return self._ticks(field.check, as_text(value), several=field.several)
        if field.era is not None:
            return self._day(field.era, value)
        kind_of_value = self._understood(value, field.kind)
        if field.boxes is not None:
            return self._boxes(
                boxes_in(self._layout, field.boxes), kind_of_value, from_right=field.fill_from == "right"
            )
        return {cell_of(self._layout, self._name, field): kind_of_value}

    def _understood(self, value: Scalar, kind: Kind) -> Scalar:
        if kind == "text" and isinstance(value, date):
            return value
        try:
            return as_kind(value, kind)
        except JapaneseDataError as error:
            raise self._refusal("{field}: {reason}", value, reason=error.message) from error
        except ValueError as error:
            raise self._refusal("{field}: {value} is not made of digits alone", value) from error

    def _boxes(self, boxes: list[Place], value: Scalar, *, from_right: bool) -> dict[Place, Scalar]:
        text = value.isoformat() if isinstance(value, date) else as_text(value)
        characters = _characters(text)
        if len(characters) > len(boxes):
            raise self._refusal(
                "{field}: {value} has {count} characters, but there are {boxes} boxes",
                text,
                count=len(characters),
                boxes=len(boxes),
            )
        is_number = isinstance(value, int | Decimal)
        filled: list[Scalar] = [int(each) if is_number and each.isdecimal() else each or None for each in characters]
        empty: list[Scalar] = [None] * (len(boxes) - len(characters))
        return dict(zip(boxes, [*empty, *filled] if from_right else [*filled, *empty], strict=True))

    def _ticks(self, choices: Mapping[str, str], value: str, *, several: bool) -> dict[Place, Scalar]:
        wanted = [part.strip() for part in value.split("、")] if several else [value]
        if unknown := [choice for choice in wanted if choice and choice not in choices]:
            raise self._refusal(
                "{field}: {value} is none of {choices}", "、".join(unknown), choices=" / ".join(choices)
            )
        cells: dict[Place, Scalar] = {}
        for choice, written in choices.items():
            place = anchor_of(self._layout, written)
            before = self._layout.value(place)
            if not can_be_ticked(before):
                raise self._refusal(
                    "{field}: {value} stands in {cell}, where a tick would have to be", before, cell=address(place)
                )
            cells[place] = ticked(before, on=choice in wanted, mark=self._field.mark)
        return cells

    def _day(self, into: EraCells, value: Scalar) -> dict[Place, Scalar]:
        day = self._understood(value, "date")
        parts: tuple[Scalar, Scalar, Scalar] = (None, None, None)
        era = ""
        if isinstance(day, date):
            found = era_of(parse_date(day))
            era, parts = found.name, (found.year_of(day), day.month, day.day)
        cells = self._era(into.era, era, day)
        for written, number in zip((into.year, into.month, into.day), parts, strict=True):
            boxes = boxes_in(self._layout, written)
            cells |= {boxes[0]: number} if len(boxes) == 1 else self._boxes(boxes, number, from_right=True)
        return cells

    def _era(self, into: str | Mapping[str, str], era: str, day: Scalar) -> dict[Place, Scalar]:
        if isinstance(into, Mapping):
            return self._ticks(into, era, several=False)
        if into[-1:].isdigit():
            return {anchor_of(self._layout, into): era or None}
        if era and era != into:
            raise self._refusal(
                "{field}: {value} is in {era}, but the form has {printed} in print", day, era=era, printed=into
            )
        return {}

    def _refusal(self, template: str, value: Scalar, **data: Any) -> FieldRefused:
        return FieldRefused(template, field=self._name, value=value, **data)


def _characters(text: str) -> list[str]:
    """The characters that have a box each: a mark that belongs to the one before it shares its box."""
    found: list[str] = []
    for char in text:
        shares = unicodedata.combining(char) or any(ord(char) in selectors for selectors in _SELECTORS)
        if shares and found:
            found[-1] += char
        else:
            found.append(char)
    return ["" if char.isspace() else char for char in found]
