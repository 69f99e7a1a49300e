"""What is wrong with payments, as sentences for the clerk who has to correct them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yakin.phrases import fill
from yakin.values import Origin, Scalar, Table

SENTENCES: Mapping[str, str] = {
    "missing_column": "列「{column}」がありません(ある列: {columns})",
    "empty": "「{column}」が空です",
    "not_digits": "「{column}」の {value} は{width}桁以内の数字ではありません",
    "account_type": "「{column}」の {value} は預金種目({types})ではありません",
    "name": "「{column}」の {value} は全銀カナで書けません: {reason}",
    "amount": "「{column}」の {value} は 1 円から 9,999,999,999 円までの金額ではありません",
    "reference": "「{column}」の {value} はこの項目({width}文字)に書けません",
    "unknown_bank": "「{column}」の {value} という金融機関はありません",
    "unknown_branch": "「{column}」の {value} という支店は {bank} にありません",
    "twice": "同じ相手({what})が同じファイルに2回あります({rows}行)",
    "already_sent": "この相手({what})には「{purpose}」として {day} 付で作成済みです",
    "same_day": "同じ口座・同じ金額を {day} 付の「{purpose}」で作成済みです",
    "count": "件数が合いません: 一覧 {found} 件、控え {expected} 件",
    "total": "合計金額が合いません: 一覧 {found} 円、控え {expected} 円",
}
"""Code → sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: Stable slug, a key of `SENTENCES`.
        index: Row in the table, counted from 0; None when it is about the whole list.
        column: Column it is about.
        value: The cell.
        origin: Where the row stood.
        data: What else the sentence is about.
    """

    code: str
    index: int | None = None
    column: str | None = None
    value: str = ""
    origin: Origin | None = None
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_allowable(self) -> bool:
        """Whether it says that a payment was made before, which an approver may allow; never twice in one list."""
        return self.code in ("already_sent", "same_day")

    def sentence(self) -> str:
        """The sentence with its data filled in."""
        return fill(SENTENCES[self.code], {"column": self.column, "value": self.value, **self.data})

    def __str__(self) -> str:
        return self.sentence() if self.origin is None else f"{self.origin.row}行目: {self.sentence()}"


def findings_table(findings: Sequence[Finding]) -> Table:
    """Findings as a table: ファイル, シート, 行, 列, 値, 種類 (the code) and 内容 (the sentence)."""
    columns: dict[str, list[Scalar]] = {name: [] for name in ("ファイル", "シート", "行", "列", "値", "種類", "内容")}
    for found in findings:
        place = (
            (None, None, None) if found.origin is None else (found.origin.file, found.origin.sheet, found.origin.row)
        )
        row: tuple[Scalar, ...] = (*place, found.column, found.value or None, found.code, found.sentence())
        for cells, cell in zip(columns.values(), row, strict=True):
            cells.append(cell)
    return Table(columns)
