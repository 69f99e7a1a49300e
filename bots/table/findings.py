"""What is wrong with a list, as sentences for the clerk who has to correct it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from yakin.phrases import fill
from yakin.values import Origin, Scalar, Table

Language = Literal["ja", "en"]

SENTENCES: Mapping[str, Mapping[Language, str]] = {
    "missing_column": {
        "en": "There is no column {column}; there are: {columns}",
        "ja": "列「{column}」がありません(ある列: {columns})",
    },
    "required": {"en": "{column} is empty", "ja": "「{column}」が空です"},
    "duplicate": {
        "en": "{column} {value} stands in several rows: {rows}",
        "ja": "「{column}」の {value} が複数の行にあります({rows}行)",
    },
    "pattern": {
        "en": "{column} {value} is not of the form {pattern}",
        "ja": "「{column}」の {value} が決まった形({pattern})ではありません",
    },
    "choice": {
        "en": "{column} {value} is none of {choices}",
        "ja": "「{column}」の {value} は選べる値({choices})ではありません",
    },
    "not_integer": {
        "en": "{column} {value} is not a whole number",
        "ja": "「{column}」の {value} は整数ではありません",
    },
    "not_number": {"en": "{column} {value} is not a number", "ja": "「{column}」の {value} は数として読めません"},
    "unreadable_date": {
        "en": "{column} {value} cannot be read as a date",
        "ja": "「{column}」の {value} は日付として読めません",
    },
    "impossible_date": {
        "en": "{column} {value} is a day that does not exist",
        "ja": "「{column}」の {value} は存在しない日付です",
    },
    "wrong_number": {
        "en": "{column} {value} is not a {kind} (length or check digit)",
        "ja": "「{column}」の {value} は{kind}として正しくありません(桁数または検査数字)",
    },
    "not_kana": {
        "en": "{column} {value} holds something other than {kind}",
        "ja": "「{column}」の {value} に{kind}以外の文字があります",
    },
    "too_small": {
        "en": "{column} {value} is less than {limit}",
        "ja": "「{column}」の {value} が {limit} より小さいです",
    },
    "too_large": {
        "en": "{column} {value} is more than {limit}",
        "ja": "「{column}」の {value} が {limit} より大きいです",
    },
    "total_count": {
        "en": "There are {found} rows, but the control total says {expected}",
        "ja": "件数が合いません: 一覧 {found} 件、控え {expected} 件",
    },
    "total_sum": {
        "en": "The sum of {column} is {found}, but the control total says {expected}",
        "ja": "「{column}」の合計が合いません: 一覧 {found}、控え {expected}",
    },
    "total_unreadable": {
        "en": "The sum of {column} cannot be made: {count} cells are not numbers",
        "ja": "「{column}」の合計を計算できません: 数として読めないセルが {count} 個あります",
    },
}
"""Code → sentence; English is the template that reports translate, Japanese is what stands in the workbook."""

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: Stable slug, a key of `SENTENCES`.
        column: Column it is about; None when it is about the whole list.
        value: The cell, shortened to 40 characters.
        index: Row in the table, counted from 0; None when it is about the whole list.
        origin: Where the row stood.
        data: What else the sentence is about.
    """

    code: str
    column: str | None = None
    value: str = ""
    index: int | None = None
    origin: Origin | None = None
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The sentence in English, with `{name}` where the data belong."""
        return SENTENCES[self.code]["en"]

    def sentence(self, language: Language = "ja") -> str:
        """The sentence with its data filled in."""
        return fill(SENTENCES[self.code][language], {"column": self.column, "value": self.value, **self.data})

    def __str__(self) -> str:
        if self.origin is None:
            return self.sentence()
        return f"{self.origin.row}行目: {self.sentence()}"


def shortened(text: str) -> str:
    """A value as a finding shows it: in one line, at most 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def findings_table(findings: Sequence[Finding]) -> Table:
    """Findings as a table: ファイル, シート, 行, 列, 値, 種類 (the code) and 内容 (the sentence)."""
    columns: dict[str, list[Scalar]] = {name: [] for name in ("ファイル", "シート", "行", "列", "値", "種類", "内容")}
    for finding in findings:
        origin = finding.origin
        row: tuple[Scalar, ...] = (
            origin.file if origin else None,
            origin.sheet if origin else None,
            origin.row if origin else None,
            finding.column,
            finding.value or None,
            finding.code,
            finding.sentence(),
        )
        for cells, cell in zip(columns.values(), row, strict=True):
            cells.append(cell)
    return Table(columns)
