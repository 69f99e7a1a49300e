"""One list out into many files, and many files into one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.table.forms import is_blank, plain_text
from bots.table.lists.columns import Keyed, keys_of, place, rows_by_key
from bots.table.lists.filenames import file_name
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Table, files_in

VALUE = "{value}"
_SHOWN = 5


@dataclass(frozen=True)
class Part:
    """The rows of a list that go into one file.

    Attributes:
        value: What they have in common, as the first of them writes it.
        file: Name of the file.
        rows: The rows, with their origins.
    """

    value: str
    file: str
    rows: Table


def parts_of(table: Table, by: Keyed, name: str) -> list[Part]:
    """A list in parts, one for each value of a column, in the order in which the values begin.

    Args:
        table: The list.
        by: The column.
        name: Name of the files, with `{value}` where the value belongs.

    Raises:
        BusinessError: The list lacks the column, a cell of it is empty, or two values would make the same file name.
    """
    if VALUE not in name:
        raise BusinessError("The name {name} has no {value} in it", name=name, value=VALUE)
    groups = rows_by_key(keys_of(table, [by]))
    cells = table.column(by.name)
    if blank := [row for row, cell in enumerate(cells) if is_blank(cell)]:
        raise BusinessError(
            "{count} rows have nothing in {column}, so that no file is theirs: {places}",
            count=len(blank),
            column=by.name,
            places=", ".join(place(table, row) for row in blank[:_SHOWN]),
            hint="Complete the list first",
        )
    parts: dict[str, Part] = {}
    for rows in groups.values():
        value = plain_text(cells[rows[0]]).strip()
        part = Part(value, name.replace(VALUE, file_name(value)), table.take(rows))
        # Windows and macOS do not tell small letters from capital ones.
        other = parts.setdefault(part.file.casefold(), part)
        if other is not part or not file_name(value):
            raise BusinessError(
                "{one} and {other} would both be the file {file}", one=other.value, other=value, file=part.file
            )
    return list(parts.values())


def files_to_merge(folder: Path, pattern: str) -> Sequence[Path]:
    """The files of a folder that fit a pattern, by their names, without those that programs keep for themselves.

    Raises:
        ApplicationError: There is none.
    """
    found = sorted(files_in(folder, pattern), key=lambda file: file.relative_to(folder).parts)
    if not found:
        raise ApplicationError("No file in {folder} fits {pattern}", folder=folder.name, pattern=pattern)
    return found
