"""The actions for what is special about Japanese lists: characters that other systems lack, and normal forms as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from bots.excel import Sheet, put, workbook_bytes
from bots.table.forms import Form, normal, plain_text
from yakin.actions import Context, action
from yakin.errors import BusinessError
from yakin.japan import SUBSTITUTES, Towns, private_use, substituted, unencodable
from yakin.values import Origin, Scalar, Table

_SHOWN = 5


class FoundCharacters(TypedDict):
    """What `check_characters` hands on.

    Attributes:
        characters: One row for each character found.
        count: How many were found.
        rows: Number of rows that hold one.
    """

    characters: Table
    count: int
    rows: int


class Home(BaseModel):
    """One's own municipality, by which its addresses are read whole.

    Attributes:
        city: Its name, such as 青葉町.
        prefecture: 都道府県.
        towns: Its 町・大字・字, such as those of the 町字マスター of アドレス・ベース・レジストリ.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    city: str
    prefecture: str = ""
    towns: list[str] = []


@action(idempotent=True)
def check_characters(
    table: Table,
    columns: list[str] | None = None,
    encoding: Literal["cp932", "utf-8"] = "cp932",
    on_found: Literal["tell", "stop"] = "tell",
    report: Path | None = None,
    *,
    ctx: Context,
) -> FoundCharacters:
    """Look for characters that another system will not have: 外字 of one system's own, and what CP932 cannot hold.

    Args:
        table: List to look at; column names are looked at too.
        columns: Columns to look at; all when left out.
        encoding: What the other system reads: `cp932` finds what it lacks and 外字, `utf-8` finds 外字 only.
        on_found: `stop` fails when any is found.
        report: Workbook (.xlsx) to write them into, relative to the project.

    Returns:
        `characters` (a table with ファイル, シート, 行, 列, 文字, コード, 種類 and 代わり, what may stand for it), `count` and `rows`.

    Raises:
        BusinessError: A column is missing, or a character was found and `on_found` is `stop`.

    Example:
        - id: characters
          uses: table.check_characters
          with: {table: "${{ steps.read }}", columns: [氏名, 住所], report: out/文字.xlsx}
    """
    wanted = _known(table, table.columns if columns is None else columns)
    found = [line for column in wanted for line in _strange(table, column, encoding)]
    found.sort(key=lambda line: line[0])
    titles = ("ファイル", "シート", "行", "列", "文字", "コード", "種類", "代わり")
    characters = Table({title: [line[1][place] for line in found] for place, title in enumerate(titles)})
    if report is not None:
        put(ctx.path(report), workbook_bytes([Sheet.of("文字の確認", characters)], file=report.name))
    ctx.log.bind(rows=table.count, characters=len(found)).info("characters checked")
    if found and on_found == "stop":
        shown = ", ".join(f"{line[1][2]}/{line[1][3]}: {line[1][4]} ({line[1][5]})" for line in found[:_SHOWN])
        raise BusinessError(
            "{count} characters will not be known to another system (row/column): {characters}",
            count=len(found),
            characters=shown + (f" (+{len(found) - _SHOWN})" if len(found) > _SHOWN else ""),
            hint="Replace the characters in the list, or write in UTF-8 what can be read in it",
        )
    return {"characters": characters, "count": len(found), "rows": len({line[0] for line in found})}


@action(idempotent=True)
def normalise(
    table: Table,
    columns: dict[str, Form],
    home: Home | None = None,
    suffix: str = "（正規形）",
    *,
    ctx: Context,
) -> Table:
    """Put the normal form of columns into columns of their own, so that lists can be joined, grouped and compared by it.

    The columns themselves are never changed: a normal form is for comparing.

    Args:
        table: The list.
        columns: Column → its normal form: text, digits, amount, date, kana, bank_kana, name, company, address.
        home: One's own municipality, whose addresses are then read without prefecture and municipality too, and with
            numbers in kanji behind its names: `{city, prefecture, towns}`.
        suffix: What stands behind a column's name in the name of its normal form.

    Returns:
        The list with a column more for each; an empty cell stays empty.

    Raises:
        BusinessError: A column is missing, or a cell is not what its form is for; all of them are told.

    Example:
        - id: comparable
          uses: table.normalise
          with:
            table: ${{ steps.read }}
            columns: {住所: address, 氏名: name}
            home: {city: 青葉町, prefecture: 石川県, towns: "${{ steps.towns.rows | map(attribute='町字') | list }}"}
    """
    _known(table, columns)
    towns = None if home is None else Towns(home.city, home.towns, home.prefecture)
    made: dict[str, list[Scalar]] = {}
    wrong: list[str] = []
    for column, form in columns.items():
        cells = made[f"{column}{suffix}"] = []
        for index, cell in enumerate(table.column(column)):
            try:
                cells.append(normal(cell, form, towns=towns))
            except BusinessError as error:
                cells.append(None)
                wrong.append(f"{_row(table.row(index).origin, index)}/{column}: {error}")
    if wrong:
        raise BusinessError(
            "{count} cells have no normal form (row/column): {cells}",
            count=len(wrong),
            cells="; ".join(wrong[:_SHOWN]) + (f" (+{len(wrong) - _SHOWN})" if len(wrong) > _SHOWN else ""),
            hint="Correct the list, or check it first with table.check",
        )
    ctx.log.bind(rows=table.count, columns=len(columns)).info("list normalised")
    origins = [row.origin for row in table.rows if row.origin is not None]
    whole: dict[str, Sequence[Scalar]] = {name: table.column(name) for name in table.columns}
    return Table({**whole, **made}, origins if len(origins) == table.count else None)


def _known(table: Table, columns: Sequence[str] | dict[str, Form]) -> list[str]:
    for column in columns:
        if column not in table.columns:
            raise BusinessError(
                "There is no column {key}", key=column, hint="There are: {columns}", columns=", ".join(table.columns)
            )
    return list(columns)


def _strange(table: Table, column: str, encoding: str) -> Iterator[tuple[int, tuple[Scalar, ...]]]:
    for index, cell in enumerate((column, *table.column(column)), -1):
        text = plain_text(cell)
        if text.isascii():
            continue
        own = {found.position for found in private_use(text)}
        for found in sorted({*private_use(text), *unencodable(text, encoding)}):
            kind = "外字" if found.position in own else f"{encoding} にない文字"
            instead = substituted(found.char, encoding) if found.char in SUBSTITUTES else None
            origin = table.row(index).origin if index >= 0 else None
            place = (origin.file if origin else None, origin.sheet if origin else None, _row(origin, index))
            yield index, (*place, column, found.char, found.name, kind, instead)


def _row(origin: Origin | None, index: int) -> int | None:
    return origin.row if origin else index + 1 if index >= 0 else None
