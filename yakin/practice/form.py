"""The declaration form: its fields, in the order of the paper, and how they are laid out."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "radio", "select", "checkbox", "number", "date", "textarea"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the declaration.

    Attributes:
        name: Name of the control and of the database column.
        label: What the clerk reads beside it.
        kind: Kind of control.
        required: True when an empty field is refused.
        associated: True when the label is tied to its control (`<label for>`); False for the old way, where the label
            is only text in the cell to the left.
        wide: True when the field takes a whole line of the form.
        options: What can be chosen in a select or among radio buttons.
        note: Help shown beside the control.
        width: Width of a text control, in characters.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    associated: bool = False
    wide: bool = False
    options: tuple[str, ...] = ()
    note: str = ""
    width: int = 20


SEXES = ("男", "女", "その他")
KINDS_OF_INCOME = ("給与", "年金", "事業", "その他")
DISTRICTS = ("中央", "本町", "港町", "旧港町", "東浜", "西浜", "大谷", "小坂", "北野", "南原")

CLOSED_DISTRICTS = {"旧港町": "令和7年3月31日"}
"""Districts merged into others, with their last day; the list still offers them, as such lists do for years."""

FIELDS: tuple[FormField, ...] = (
    FormField("uketsuke_no", "受付番号", required=True, associated=True, note="数字8桁", width=12),
    FormField("shinkokubi", "申告日", "date", required=True, associated=True),
    FormField("shimei", "氏名", required=True, associated=True, note="姓と名の間は全角空白"),
    FormField("furigana", "フリガナ", required=True, note="全角カタカナ"),
    FormField("seinengappi", "生年月日", required=True, associated=True, note="例：昭和60年1月8日、S60.1.8", width=18),
    FormField("seibetsu", "性別", "radio", options=SEXES, required=True),
    FormField("yubin", "郵便番号", note="例：009-8101", width=10),
    FormField("denwa", "電話番号", note="半角数字とハイフン", width=16),
    FormField("jusho", "住所", required=True, associated=True, wide=True, width=60),
    FormField("chiku", "地区", "select", options=DISTRICTS, required=True),
    FormField("kubun", "申告区分", "select", options=KINDS_OF_INCOME, required=True, associated=True),
    FormField("shunyu", "収入金額", required=True, associated=True, note="円", width=14),
    FormField("shakai_hoken", "社会保険料控除", note="円", width=14),
    FormField("fuyo", "扶養人数", "number", note="人"),
    FormField("shogaisha", "障害者控除", "checkbox", associated=True),
    FormField("koza_kana", "還付口座名義カナ", wide=True, note="半角カナ30文字以内", width=34),
    FormField("biko", "備考", "textarea", wide=True),
)

BY_NAME = {field.name: field for field in FIELDS}
BY_LABEL = {field.label: field for field in FIELDS}

AMOUNTS = ("shunyu", "shakai_hoken")
DATES = ("seinengappi", "shinkokubi")


def reordered(fields: Sequence[FormField], seed: int) -> tuple[FormField, ...]:
    """The same fields in another order, the same one for the same seed."""
    order = list(fields)
    random.Random(f"{seed}:order").shuffle(order)  # noqa: S311 - repeatable, not secret
    return tuple(order)


def laid_out(fields: Iterable[FormField]) -> list[tuple[FormField, ...]]:
    """Fields as lines of the form's table: two narrow ones, or one wide one."""
    lines: list[tuple[FormField, ...]] = []
    for field in fields:
        if not field.wide and lines and len(lines[-1]) == 1 and not lines[-1][0].wide:
            lines[-1] = (lines[-1][0], field)
        else:
            lines.append((field,))
    return lines
