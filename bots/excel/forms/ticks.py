"""Boxes that are ticked: what is a tick in a cell, and how one is set and taken away."""

from __future__ import annotations

import re

from yakin.values import Scalar

_TICKED = "☑☒✓✔✅■●◉🗹"
_EMPTY = "□☐"
_ALONE = frozenset((*_TICKED, *"○◯〇レﾚ✓vV", "済"))
_BOX = re.compile(f"[{_TICKED}{_EMPTY}]")
_SPACES = " \u3000"


def has_box(value: Scalar) -> bool:
    """Whether a box is printed in the cell, ticked or not, or the cell is a box itself."""
    return isinstance(value, bool) or (isinstance(value, str) and _BOX.search(value) is not None)


def is_empty_box(value: Scalar) -> bool:
    """Whether the cell begins with a box that is not ticked: `□ 男`."""
    return isinstance(value, str) and value.strip(_SPACES)[:1] in tuple(_EMPTY)


def is_ticked(value: Scalar) -> bool:
    """Whether a cell is ticked: `☑ 男`, `■`, ○ or レ alone, or true."""
    if not isinstance(value, str):
        return value is True
    text = value.strip(_SPACES)
    box = _BOX.search(text)
    return text in _ALONE or (box is not None and box[0] in _TICKED)


def can_be_ticked(value: Scalar) -> bool:
    """Whether a tick has room: the cell has a box, is empty, or holds a mark alone."""
    return has_box(value) or value is None or (isinstance(value, str) and value.strip(_SPACES) in ("", *_ALONE))


def ticked(value: Scalar, *, on: bool, mark: str) -> Scalar:
    """What a cell holds when it is ticked, or is not.

    Args:
        value: What it holds now.
        on: Whether it shall be ticked.
        mark: What a cell without a box gets.
    """
    if on == is_ticked(value):
        return value
    if isinstance(value, bool):
        return on
    if isinstance(value, str) and has_box(value):
        return _BOX.sub("☑" if on else "□", value, count=1)
    return mark if on else None


def choice_of(value: str) -> str:
    """What is printed beside the box of a cell: `□ 男` → 男."""
    return _BOX.sub("", value, count=1).strip(_SPACES)
