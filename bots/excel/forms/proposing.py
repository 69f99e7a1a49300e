"""A first map of a form, from its labels and its empty boxes; a person reads it and corrects it.

A label is a short text that has an empty cell with a frame to its right, or else below it. Frames of one narrow column each
are boxes for single characters, □ begins something to be ticked, and empty cells before 年, 月 and 日 are a day.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.excel.addresses import Place, address
from bots.excel.forms.places import as_label
from bots.excel.forms.ticks import choice_of, is_empty_box
from bots.excel.layout import Layout, is_filled
from yakin.japan.eras import ERAS

_LONGEST_LABEL = 20
_FEWEST_BOXES = 3
_PARTS = {"年": "year", "月": "month", "日": "day"}
_ERA_NAMES = frozenset(era.name for era in ERAS)
_PLAIN_TEXT = re.compile(r"[^\W\d_][\w・]*")
_READ_AS_OTHER = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
_KINDS = ((re.compile("日付?$"), "date"), (re.compile("金額|収入額|所得額|税額"), "number"))


@dataclass
class Proposal:
    """One field that was found.

    Attributes:
        name: Its name.
        at: The first of its cells.
        where: What the map says of it.
    """

    name: str
    at: Place
    where: dict[str, Any] = field(default_factory=dict)


def proposed_map(layout: Layout) -> str:
    """The text of a map file for a form; each line names the cell that it means.

    Args:
        layout: The form, empty.
    """
    found = _named_apart(sorted(_Proposing(layout).fields(), key=lambda each: each.at))
    lines = [f"form: {_written(layout.file.rpartition('.')[0])}", f"sheet: {_written(layout.sheet or '')}", "fields:"]
    width = max((_width(_entry(each)) for each in found), default=0)
    for each in found:
        entry = _entry(each)
        lines.append(f"  {entry}{' ' * (width - _width(entry))}  # {address(each.at)}")
    if not found:
        lines[-1] = "fields: {}  # no label with an empty frame beside it was found"
    return "\n".join(lines) + "\n"


class _Proposing:
    """One look over a form; cells that belong to a field are not taken for another."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._used: set[Place] = set()
        self._labels = {
            place: as_label(value)
            for place, value in layout.filled.items()
            if isinstance(value, str) and not is_empty_box(value) and _is_label(as_label(value))
        }
        self._count = Counter(self._labels.values())

    def fields(self) -> Iterator[Proposal]:
        yield from self._days()
        yield from self._choices()
        for place in self._labels:
            yield from self._beside(place)

    def _days(self) -> Iterator[Proposal]:
        for row, marks in self._marks().items():
            cells = {part: self._layout.anchor((row, column - 1)) for part, column in marks.items()}
            if any(is_filled(self._layout.value(place)) for place in cells.values()):
                continue
            first = cells["year"]
            before = self._layout.anchor((row, first[1] - 1)) if first[1] > 1 else first
            era = self._era_at(before, first)
            label = self._label_left_of(before if era is not None else first)
            if label is None:
                continue
            self._used |= {*cells.values(), before, label}
            addresses = {part: address(place) for part, place in cells.items()}
            yield Proposal(self._labels[label], first, {"era": {"era": era or ERAS[-1].name, **addresses}})

    def _marks(self) -> Mapping[int, Mapping[str, int]]:
        """Row → the columns of 年, 月 and 日, where a row has each of them once, in this order."""
        rows: dict[int, dict[str, int]] = {}
        for (row, column), value in self._layout.filled.items():
            part = _PARTS.get(as_label(value)) if isinstance(value, str) else None
            if part is not None and column > 1:
                rows.setdefault(row, {}).setdefault(part, column)
        return {
            row: marks
            for row, marks in rows.items()
            if marks.keys() == set(_PARTS.values()) and marks["year"] < marks["month"] < marks["day"]
        }

    def _era_at(self, place: Place, year: Place) -> str | None:
        """The era that is printed, or the cell for it; None when the cell before the year is neither."""
        value = self._layout.value(place)
        if place == year:
            return None
        if isinstance(value, str) and as_label(value) in _ERA_NAMES:
            return as_label(value)
        return None if is_filled(value) or not self._is_frame(place) else address(place)

    def _choices(self) -> Iterator[Proposal]:
        groups: dict[Place, dict[str, Place]] = {}
        for place, value in self._layout.filled.items():
            if isinstance(value, str) and is_empty_box(value) and (label := self._label_left_of(place)) is not None:
                right = self._layout.area_at(place)[1][1] + 1
                beside = self._layout.value(self._layout.anchor((place[0], right)))
                choice = choice_of(value) or as_label(str(beside or address(place)))
                groups.setdefault(label, {})[choice] = place
        for label, places in groups.items():
            self._used |= {label, *places.values()}
            check = {choice: address(place) for choice, place in places.items()}
            yield Proposal(self._labels[label], min(places.values()), {"check": check})

    def _label_left_of(self, place: Place) -> Place | None:
        """The nearest label in the same row, to the left; a label merged over several rows counts in each."""
        for column in range(place[1] - 1, 0, -1):
            anchor = self._layout.anchor((place[0], column))
            if anchor in self._labels:
                return anchor
        return None

    def _beside(self, label: Place) -> Iterator[Proposal]:
        if label in self._used:
            return
        (top, left), (bottom, right) = self._layout.area_at(label)
        for way, place in (("right_of", (top, right + 1)), ("below", (bottom + 1, left))):
            target = self._layout.anchor(place)
            if target in self._used or is_filled(self._layout.value(target)) or not self._is_frame(target):
                continue
            boxes = self._boxes_from(target)
            self._used |= {label, target, *boxes}
            name = self._labels[label]
            if len(boxes) >= _FEWEST_BOXES:
                where = {"boxes": f"{address(boxes[0])}:{address(boxes[-1])}"}
            else:
                where = {way: name} if self._count[name] == 1 else {"cell": address(target)}
            kind = next((kind for pattern, kind in _KINDS if pattern.search(name)), None)
            yield Proposal(name, target, where | ({"as": kind} if kind else {}))
            return

    def _boxes_from(self, place: Place) -> list[Place]:
        boxes = []
        row, column = place
        while self._is_box((row, column)):
            boxes.append((row, column))
            column += 1
        return boxes

    def _is_box(self, place: Place) -> bool:
        alone = self._layout.area_at(place) == (place, place)
        empty = not is_filled(self._layout.value(place)) and place not in self._used
        return alone and empty and place[1] in self._layout.narrow and self._is_frame(place)

    def _is_frame(self, place: Place) -> bool:
        """Whether a cell, or the merged area it begins, has lines around it."""
        area = self._layout.area_at(place)
        corners = (place, area[1])
        styles = (self._layout.cells[corner].style for corner in corners if corner in self._layout.cells)
        return area[0] != area[1] or any(style in self._layout.looks.boxes for style in styles)


def _is_label(text: str) -> bool:
    """Whether a text is short and no date and no number: those are answers, not labels."""
    return 1 < len(text) <= _LONGEST_LABEL and not re.search(r"[0-9]{2}|[0-9][.,/年]", text)


def _named_apart(found: list[Proposal]) -> list[Proposal]:
    count: Counter[str] = Counter()
    for each in found:
        count[each.name] += 1
        if count[each.name] > 1:
            each.name = f"{each.name}_{count[each.name]}"
    return found


def _entry(proposal: Proposal) -> str:
    return f"{_written(proposal.name)}: {_flow(proposal.where)}"


def _flow(where: Mapping[str, Any]) -> str:
    pairs = (
        f"{_written(key)}: {_flow(value) if isinstance(value, Mapping) else _written(value)}"
        for key, value in where.items()
    )
    return "{" + ", ".join(pairs) + "}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _written(text: str) -> str:
    """A text as YAML: in quotes when it could be read as something else."""
    address_or_word = _PLAIN_TEXT.fullmatch(text) or re.fullmatch(r"[A-Z]+[0-9]+:[A-Z]+[0-9]+", text)
    return text if address_or_word and text.lower() not in _READ_AS_OTHER else json.dumps(text, ensure_ascii=False)
