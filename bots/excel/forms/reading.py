"""What stands in the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.excel.addresses import Place, address
from bots.excel.forms.mapfile import EraCells, FieldMap, FormMap, Kind
from bots.excel.forms.places import anchor_of, boxes_in, cell_of
from bots.excel.forms.ticks import is_ticked
from bots.excel.layout import Layout, is_filled
from bots.excel.reading.records import as_text
from yakin.errors import BusinessError
from yakin.japan.eras import parse_date
from yakin.japan.numbers import parse_amount
from yakin.japan.refusals import JapaneseDataError
from yakin.japan.widths import digits, normal_text, strip_spaces, unify_dashes
from yakin.values import Scalar


class FieldUnreadable(BusinessError):
    """What stands in a field is not what the map says it holds."""

    code = "field-unreadable"


def read_fields(layout: Layout, form: FormMap) -> dict[str, Scalar]:
    """Field → what stands in it; None for one that is empty.

    Raises:
        FieldNotFound: A label is not there, or more than once.
        FieldUnreadable: A field holds an error, or something other than the map says.
    """
    return {name: _field(layout, name, field) for name, field in form.fields.items()}


def as_kind(value: Scalar, kind: Kind) -> Scalar:
    """A value as what a field holds; None for nothing.

    Raises:
        JapaneseDataError: It is no such thing, and why.
        ValueError: It has other characters than digits, hyphens and spaces, where only digits may be.
    """
    if not is_filled(value):
        return None
    match kind:
        case "date":
            return parse_date(value)  # type: ignore[arg-type]
        case "number":
            return parse_amount(value)  # type: ignore[arg-type]
        case "digits":
            text = unify_dashes(normal_text(as_text(value)))
            if strip_spaces(text).replace("-", "").removeprefix("〒") != digits(text):
                raise ValueError("not digits")
            return digits(text)
        case _:
            return as_text(value)


def _field(layout: Layout, name: str, field: FieldMap) -> Scalar:
    if field.check is not None:
        return _choice(layout, name, field.check, several=field.several)
    if field.era is not None:
        return _day(layout, name, field.era)
    if field.boxes is not None:
        boxes = boxes_in(layout, field.boxes)
        return _understood(layout, name, boxes[0], _joined(layout, name, boxes, field.kind), field.kind)
    place = cell_of(layout, name, field)
    return _understood(layout, name, place, _value(layout, name, place), field.kind)


def _value(layout: Layout, name: str, place: Place) -> Scalar:
    cell = layout.cells.get(place)
    if cell is None:
        return None
    if cell.is_error:
        raise _refusal("{where}: the cell holds the error {value}", layout, name, place, cell.value)
    if cell.has_formula and cell.value is None:
        raise _refusal("{where}: the result of the formula is not stored in the file", layout, name, place, None)
    return cell.value


def _understood(layout: Layout, name: str, place: Place, value: Scalar, kind: Kind) -> Scalar:
    try:
        return as_kind(value, kind)
    except JapaneseDataError as error:
        raise _refusal("{where}: {reason}", layout, name, place, value, reason=error.message) from error
    except ValueError as error:
        raise _refusal("{where}: {value} is not made of digits alone", layout, name, place, value) from error


def _joined(layout: Layout, name: str, boxes: list[Place], kind: Kind) -> str | None:
    """The characters of boxes; an empty box between two filled ones is a space, and a mistake in a number."""
    texts = [strip_spaces(as_text(_value(layout, name, place))) for place in boxes]
    filled = [index for index, text in enumerate(texts) if text]
    if not filled:
        return None
    inner = texts[filled[0] : filled[-1] + 1]
    if kind != "text" and "" in inner:
        raise _refusal("{where}: a box in the middle is empty", layout, name, boxes[texts.index("", filled[0])], None)
    return "".join(text or " " for text in inner)


def _choice(layout: Layout, name: str, choices: Mapping[str, str], *, several: bool) -> str | None:
    places = {choice: anchor_of(layout, written) for choice, written in choices.items()}
    chosen = [choice for choice, place in places.items() if is_ticked(_value(layout, name, place))]
    if len(chosen) > 1 and not several:
        raise _refusal("{where}: several boxes are ticked: {value}", layout, name, places[chosen[0]], "・".join(chosen))
    return "、".join(chosen) or None


def _day(layout: Layout, name: str, cells: EraCells) -> Scalar:
    numbers = {part: boxes_in(layout, getattr(cells, part)) for part in ("year", "month", "day")}
    texts = {part: _joined(layout, name, boxes, "digits") for part, boxes in numbers.items()}
    era = _era(layout, name, cells.era)
    if not any(texts.values()):
        return None
    first = numbers["year"][0]
    if not all(texts.values()) or era is None:
        raise _refusal("{where}: the day is not complete", layout, name, first, None)
    written = f"{era}{texts['year']}年{texts['month']}月{texts['day']}日"
    return _understood(layout, name, first, written, "date")


def _era(layout: Layout, name: str, era: str | Mapping[str, str]) -> str | None:
    if isinstance(era, Mapping):
        return _choice(layout, name, era, several=False)
    if not era[-1:].isdigit():
        return era
    value = _value(layout, name, anchor_of(layout, era))
    return strip_spaces(as_text(value)) or None


def _refusal(template: str, layout: Layout, name: str, place: Place, value: Scalar, **data: Any) -> FieldUnreadable:
    where = f"{layout.file} [{layout.sheet}] {name} ({address(place)})"
    return FieldUnreadable(
        template, where=where, value=value, hint="Correct the form, or the map when it names the wrong cell", **data
    )
