"""A text that must not be seen."""

from __future__ import annotations

from yakin.values.cells import Opaque


class Secret(Opaque):
    """A text that must not be seen: it prints as `***`, compares by content, and has to be revealed on purpose."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself; only for the last step before it is used."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))


def revealed(value: object) -> str:
    """The text of a value that may be a secret; for the moment of use."""
    return value.reveal() if isinstance(value, Secret) else str(value)
