"""What the practice system accepts, and the sentences in which it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yakin.errors import YakinError
from yakin.japan.charset import private_use, unencodable
from yakin.japan.eras import era_of, format_wareki, parse_date
from yakin.japan.numbers import parse_amount
from yakin.practice.form import AMOUNTS, CLOSED_DISTRICTS, DATES, FIELDS, FormField

MOST_YEN = 99_999_999
MOST_DEPENDANTS = 20

_KANA = re.compile(r"[ァ-ヶー・　 ]+")
_ACCOUNT_KANA = re.compile(r"[ｱ-ﾝｦﾞﾟ0-9A-Z().\-/ ]{1,30}")
_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "uketsuke_no": (re.compile(r"[0-9]{8}"), "受付番号は半角数字8桁で入力してください"),
    "furigana": (_KANA, "フリガナは全角カタカナで入力してください"),
    "yubin": (re.compile(r"[0-9]{3}-?[0-9]{4}"), "郵便番号は半角数字7桁で入力してください"),
    "denwa": (re.compile(r"0[0-9-]{9,12}"), "電話番号は半角数字とハイフンで入力してください"),
    "koza_kana": (_ACCOUNT_KANA, "還付口座名義カナに使用できない文字があるか、30文字を超えています"),
}


@dataclass
class Checked:
    """A declaration as it was understood.

    Attributes:
        values: By name of the field, as the store keeps them: dates ISO text, numbers integers, an empty field "".
            What could not be understood is left out.
        errors: Why it is refused, sentence by sentence in the order of the form; empty when it is accepted.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def check_declaration(posted: Mapping[str, str]) -> Checked:
    """Judge a declaration as it was typed, by name of the field."""
    checked = Checked()
    for form_field in FIELDS:
        text = posted.get(form_field.name, "").replace("\r\n", "\n").strip()
        if not text and form_field.kind != "checkbox":
            checked.values[form_field.name] = 0 if form_field.name in (*AMOUNTS, "fuyo") else ""
            if form_field.required:
                verb = "選択" if form_field.options else "入力"
                checked.errors.append(f"{form_field.label}を{verb}してください")
            continue
        try:
            checked.values[form_field.name] = _reader(form_field)(form_field, text)
        except ValueError as refusal:
            checked.errors.append(str(refusal))
    checked.errors.extend(_broken_rules(checked.values))
    return checked


def _reader(form_field: FormField) -> Callable[[FormField, str], Any]:
    if form_field.name in DATES:
        return _read_date
    if form_field.name in AMOUNTS:
        return _read_yen
    by_kind = {"checkbox": _read_checkbox, "number": _read_dependants, "select": _read_choice, "radio": _read_choice}
    return by_kind.get(form_field.kind, _read_text)


def _read_date(form_field: FormField, text: str) -> str:
    try:
        day = parse_date(text)
        era_of(day)
    except YakinError:
        raise ValueError(f"{form_field.label}「{text}」は存在しない日付か、日付の形式が正しくありません") from None
    return day.isoformat()


def _read_yen(form_field: FormField, text: str) -> int:
    try:
        amount = parse_amount(text)
    except YakinError:
        raise ValueError(f"{form_field.label}は数字で入力してください") from None
    if not isinstance(amount, int):
        raise ValueError(f"{form_field.label}に小数は入力できません")
    if amount < 0:
        raise ValueError(f"{form_field.label}に負の金額は入力できません")
    if amount > MOST_YEN:
        raise ValueError(f"{form_field.label}が上限（{MOST_YEN:,}円）を超えています")
    return amount


def _read_dependants(form_field: FormField, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or int(text) > MOST_DEPENDANTS:
        raise ValueError(f"{form_field.label}は0から{MOST_DEPENDANTS}までの数字で入力してください")
    return int(text)


def _read_checkbox(_: FormField, text: str) -> int:
    return int(bool(text))


def _read_choice(form_field: FormField, text: str) -> str:
    if text not in form_field.options:
        raise ValueError(f"{form_field.label}コードが正しくありません")
    return text


def _read_text(form_field: FormField, text: str) -> str:
    unknown = "".join(dict.fromkeys(strange.char for strange in [*unencodable(text), *private_use(text)]))
    if unknown:
        raise ValueError(f"{form_field.label}に使用できない文字があります：{unknown}")
    if form_field.name in _PATTERNS:
        pattern, refusal = _PATTERNS[form_field.name]
        if not pattern.fullmatch(text):
            raise ValueError(refusal)
    return text


def _broken_rules(values: Mapping[str, Any]) -> list[str]:
    """Rules over values that are each well-formed."""
    broken = []
    if values.get("seinengappi") and values.get("shinkokubi") and values["seinengappi"] > values["shinkokubi"]:
        broken.append("生年月日が申告日より後です")
    if values.get("chiku") in CLOSED_DISTRICTS:
        broken.append(f"地区「{values['chiku']}」は{CLOSED_DISTRICTS[values['chiku']]}で廃止されています")
    if values.get("shakai_hoken", 0) > values.get("shunyu", MOST_YEN):
        broken.append("社会保険料控除が収入金額を超えています")
    return broken


def shown(name: str, value: Any) -> str:
    """A stored value as the pages show it: eras, thousands, あり or なし."""
    if value == "" or value is None:
        return ""
    if name in DATES:
        return format_wareki(date.fromisoformat(value))
    if name in AMOUNTS:
        return f"{value:,}"
    return ("なし", "あり")[value] if name == "shogaisha" else str(value)
