"""Where rows came from: file, sheet and row number, kept by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, overload

from yakin.values.columns import Column

if TYPE_CHECKING:
    import polars as pl

Source = tuple[str, str | None]
"""File, and sheet where there are several."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row came from.

    Attributes:
        file: File name or address, as a person would say it.
        sheet: Sheet or part of the file; None where there is only one.
        row: Row number counted from 1, as the program that shows the file counts.
    """

    file: str
    sheet: str | None
    row: int

    def __str__(self) -> str:
        return f"{place_name(self.file, self.sheet)}:{self.row}"


def place_name(file: str, sheet: str | None) -> str:
    """A file and its sheet as a person would say it."""
    return f"{file} [{sheet}]" if sheet else file


class Origins(Sequence[Origin]):
    """The origins of the rows of a table: a sequence of `Origin`, stored as sources and row numbers.

    Attributes:
        sources: The files and sheets that rows come from, each once.
        rows: The row numbers.
    """

    __slots__ = ("_which", "rows", "sources")

    def __init__(self, sources: Sequence[Source], which: Column | None, rows: Column) -> None:
        """Use `of` or `at`; `which` is the place in `sources` for each row, None when there is but one."""
        self.sources = tuple(sources)
        self._which = which
        self.rows = rows

    @classmethod
    def of(cls, origins: Iterable[Origin]) -> Origins:
        """Origins one by one."""
        if isinstance(origins, Origins):
            return origins
        known: dict[Source, int] = {}
        which: list[int] = []
        rows: list[int] = []
        for origin in origins:
            which.append(known.setdefault((origin.file, origin.sheet), len(known)))
            rows.append(origin.row)
        return cls(list(known), Column(which) if len(known) > 1 else None, Column(rows))

    @classmethod
    def at(cls, file: str, sheet: str | None, rows: Iterable[int] | Column) -> Origins:
        """Rows of one file or sheet, by their numbers."""
        return cls([(file, sheet)], None, Column.of(rows))

    @property
    def which(self) -> Sequence[int]:
        """For each row its place in `sources`."""
        return cast(Sequence[int], self._which.cells) if self._which else [0] * len(self)

    @property
    def names(self) -> Column:
        """For each row its file and sheet, as a person would say it."""
        said = [place_name(*source) for source in self.sources]
        if self._which is None:
            return Column(said * len(self))
        return Column([said[place] for place in self.which])

    def take(self, places: Sequence[int] | pl.Series) -> Origins:
        """The origins at these places, counted from 0, in this order."""
        return Origins(self.sources, self._which and self._which.take(places), self.rows.take(places))

    @overload
    def __getitem__(self, place: int) -> Origin: ...
    @overload
    def __getitem__(self, place: slice) -> Origins: ...
    def __getitem__(self, place: int | slice) -> Origin | Origins:
        if isinstance(place, slice):
            return self.take(range(len(self))[place])
        source = self._which.cells[place] if self._which else 0
        return Origin(*self.sources[cast(int, source)], cast(int, self.rows.cells[place]))

    def __iter__(self) -> Iterator[Origin]:
        rows = cast(Sequence[int], self.rows.cells)
        for source, row in zip(self.which, rows, strict=True):
            yield Origin(*self.sources[source], row)

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Origins):
            return NotImplemented
        if self.sources == other.sources:
            return self.rows == other.rows and list(self.which) == list(other.which)
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Origins of {len(self)} rows in {len(self.sources)} sources>"
