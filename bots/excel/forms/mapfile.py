"""The map of a form: where each field is and what it holds. A person writes it, or corrects a proposed one.

sheet: 現況届
fields:
  氏名: {right_of: 氏名}
  郵便番号: {boxes: D7:J7, as: digits}
  性別: {check: {男: C9, 女: E9}}
  生年月日: {era: {era: B11, year: C11, month: E11, day: G11}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.excel.addresses import area_of, place_of
from bots.excel.layout import size_of
from yakin.declared import Declared, read_declared
from yakin.japan.eras import ERAS

Kind = Literal["text", "date", "number", "digits"]
"""What a field holds: a text as it stands, a day, an amount, or nothing but digits with their leading zeros."""

Side = Literal["left", "right"]

WAYS = ("cell", "right_of", "below", "boxes", "check", "era")
"""The ways to say where a field is; a field has exactly one."""

_MOST_BOXES = 1_000
_ERA_NAMES = tuple(era.name for era in ERAS)


class EraCells(BaseModel):
    """A day written with its era in several cells.

    Attributes:
        era: Cell with the era's name or letter; or era → the cell that is ticked for it; or an era that is printed.
        year: Cell, or one box for each digit.
        month: Cell, or one box for each digit.
        day: Cell, or one box for each digit.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    era: str | dict[str, str]
    year: str
    month: str
    day: str


class FieldMap(BaseModel):
    """Where one field is.

    Attributes:
        cell: Its address.
        right_of: Label; the field is the cell to the right of it.
        below: Label; the field is the cell below it.
        boxes: Area with one character in each cell.
        check: Choice → the cell that is ticked for it.
        era: The cells of a day with its era.
        kind: What it holds; written `as`.
        within: Area in which the label is looked for; the whole sheet when left out.
        several: Whether more than one choice may be ticked; they are joined by 、.
        fill_from: At which end of the boxes a short text stands.
        mark: What is written into a cell that is ticked, when nothing is printed there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cell: str | None = None
    right_of: str | None = None
    below: str | None = None
    boxes: str | None = None
    check: dict[str, str] | None = None
    era: EraCells | None = None
    kind: Kind = Field(default="text", alias="as")
    within: str | None = None
    several: bool = False
    fill_from: Side = "left"
    mark: str = "○"


class FormMap(BaseModel):
    """The map of a form.

    Attributes:
        form: What the form is called, for people.
        sheet: Sheet it is on; the first one when left out.
        fields: Name of a field → where it is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: str = ""
    sheet: str | None = None
    fields: dict[str, FieldMap] = Field(min_length=1)


def read_map(path: Path) -> FormMap:
    """Read the map of a form.

    Raises:
        DeclaredFileError: It cannot be read, or something in it is wrong; has every mistake with its line and column.
    """
    declared = read_declared(path, FormMap)
    for name, field in declared.content.fields.items():
        _look_at(declared, name, field)
    return declared.settle()


def _look_at(declared: Declared[FormMap], name: str, field: FieldMap) -> None:
    ways = [way for way in WAYS if getattr(field, way) is not None]
    if len(ways) != 1:
        declared.wrong(
            ("fields", name),
            "{field} has to say in exactly one way where it is; it says {count}",
            hint="Write one of: {ways}",
            field=name,
            count=len(ways),
            ways=", ".join(WAYS),
        )
    for path, address in _single_cells(field):
        if place_of(address) is None:
            declared.wrong(
                ("fields", name, *path), "{address} is not the address of a cell", hint="Such as C5", address=address
            )
    for path, written in _areas(field):
        area = area_of(written)
        if area is None or (path != ("within",) and size_of(area) > _MOST_BOXES):
            declared.wrong(
                ("fields", name, *path), "{area} is not an area of boxes", hint="Such as C5 or D7:J7", area=written
            )
    for path, era in _eras(field):
        if era not in _ERA_NAMES:
            declared.wrong(
                ("fields", name, *path),
                "{era} is neither a cell nor an era",
                hint="Write an address such as B4, or one of: {eras}",
                era=era,
                eras=", ".join(_ERA_NAMES),
            )


Keys = tuple[str, ...]
"""Keys of the file that lead to a value."""


def _single_cells(field: FieldMap) -> Iterator[tuple[Keys, str]]:
    if field.cell is not None:
        yield ("cell",), field.cell
    for choice, address in (field.check or {}).items():
        yield ("check", choice), address
    if field.era is not None and isinstance(field.era.era, Mapping):
        for era, address in field.era.era.items():
            yield ("era", "era", era), address


def _areas(field: FieldMap) -> Iterator[tuple[Keys, str]]:
    if field.boxes is not None:
        yield ("boxes",), field.boxes
    if field.within is not None:
        yield ("within",), field.within
    if field.era is not None:
        yield ("era", "year"), field.era.year
        yield ("era", "month"), field.era.month
        yield ("era", "day"), field.era.day


def _eras(field: FieldMap) -> Iterator[tuple[Keys, str]]:
    if field.era is None:
        return
    if isinstance(field.era.era, Mapping):
        yield from ((("era", "era", era), era) for era in field.era.era)
    elif place_of(field.era.era) is None:
        yield ("era", "era"), field.era.era
