"""Names as bank transfers carry them (全銀協 "全銀協規定フォーマット", 総合振込: 受取人名 of 30 characters).

Allowed in a name: half-width katakana without ｦ and small kana, ﾞ and ﾟ as characters of their own, capital letters, digits, space
and ( ) - . / . Legal forms and branch offices are written by the abbreviations of 全銀協 (法人略語, 営業所略語) with a bracket
towards the name: ｶ)ﾔﾏﾀﾞ, ﾔﾏﾀﾞ(ｶ, ﾔﾏﾀﾞ(ｶ)ﾁﾊﾞ(ｴｲ.
"""

from __future__ import annotations

import re
import unicodedata

from yakin.japan.company import FORM_OF_SPELLING
from yakin.japan.kana import enlarge_small_kana, katakana
from yakin.japan.refusals import BankKanaRefused
from yakin.japan.widths import fullwidth, halfwidth, normal_text, unify_dashes

BANK_NAME_LENGTH = 30
"""Characters of 受取人名 in a 総合振込 record; ﾞ and ﾟ count."""

_CODES = {
    "株式会社": "カ",
    "有限会社": "ユ",
    "合名会社": "メ",
    "合資会社": "シ",
    "合同会社": "ド",
    "相互会社": "ソ",
    "医療法人": "イ",
    "医療法人社団": "イ",
    "医療法人財団": "イ",
    "社会医療法人": "イ",
    "財団法人": "ザイ",
    "一般財団法人": "ザイ",
    "公益財団法人": "ザイ",
    "社団法人": "シヤ",
    "一般社団法人": "シヤ",
    "公益社団法人": "シヤ",
    "宗教法人": "シユウ",
    "学校法人": "ガク",
    "社会福祉法人": "フク",
    "更生保護法人": "ホゴ",
    "特定非営利活動法人": "トクヒ",
    "独立行政法人": "ドク",
    "地方独立行政法人": "チドク",
    "弁護士法人": "ベン",
    "行政書士法人": "ギヨ",
    "司法書士法人": "シホウ",
    "税理士法人": "ゼイ",
    "国立大学法人": "ダイ",
    "公立大学法人": "ダイ",
    "農事組合法人": "ノウ",
    "管理組合法人": "カンリ",
    "社会保険労務士法人": "ロウム",
}
_OFFICES = {"営業所": "エイ", "出張所": "シユツ"}
_READINGS = {
    "カブシキガイシヤ": "カ",
    "カブシキカイシヤ": "カ",
    "ユウゲンガイシヤ": "ユ",
    "ユウゲンカイシヤ": "ユ",
    "ゴウドウガイシヤ": "ド",
    "ゴウドウカイシヤ": "ド",
    "ゴウシガイシヤ": "シ",
    "ゴウシカイシヤ": "シ",
    "ゴウメイガイシヤ": "メ",
    "ゴウメイカイシヤ": "メ",
}
_CODE_OF_SPELLING = {
    **{spelling: _CODES[form] for spelling, form in FORM_OF_SPELLING.items() if form in _CODES},
    **{f"({code})": code for code in (*_CODES.values(), *_OFFICES.values())},
    **_OFFICES,
    **_READINGS,
}
_SPELLING = re.compile(f" ?({'|'.join(map(re.escape, sorted(_CODE_OF_SPELLING, key=len, reverse=True)))}) ?")
_SPACED_BRACKET = re.compile(r"\s*([()])\s*")
_TO_BANK = str.maketrans("ヲヰヱー", "オイエ-")
_NOT_ALLOWED = re.compile("[^ｱ-ﾟA-Z0-9 ()./-]")


def bank_kana(text: str, *, limit: int | None = BANK_NAME_LENGTH) -> str:
    """Write a name, given in kana, as a bank transfer wants it: "ヤマダ ショウジ㈱" → "ﾔﾏﾀﾞ ｼﾖｳｼﾞ(ｶ".

    Hiragana and either width are understood; small kana become large, small letters capital, ー and every dash -,
    ヲヰヱ become ｵｲｴ as banks keep them. A legal form (in full, ㈱, (株), カブシキガイシャ or (カ)) becomes its abbreviation with the
    brackets its place asks for. 事業略語 (such as ｹﾝﾎﾟ) are not applied: whether an account bears them is the bank's to say.

    Args:
        text: The name; its kanji other than legal forms have to be read (フリガナ) first.
        limit: The most characters there may be; None for any number.

    Raises:
        BankKanaRefused: A character cannot be expressed (the error names it), or the name is empty or too long.
    """
    plain = enlarge_small_kana(katakana(" ".join(normal_text(text).split())))
    plain = _SPACED_BRACKET.sub(r"\1", _abbreviated(plain))
    written = halfwidth(unify_dashes(plain.translate(_TO_BANK)).upper())
    if strange := _NOT_ALLOWED.findall(written):
        raise BankKanaRefused(
            "{value} cannot be written for a bank transfer: {characters} is not allowed there",
            hint=_hint(strange),
            value=text,
            characters=" ".join(dict.fromkeys(fullwidth(char, letters=False) for char in strange)),
        )
    if not written:
        raise BankKanaRefused("The account holder's name is empty", hint="Enter the name in kana")
    if limit is not None and len(written) > limit:
        raise BankKanaRefused(
            "{value} is {length} characters long in bank kana; {limit} are allowed",
            hint="ﾞ and ﾟ count. Shorten it the way the bank has it in its passbook",
            value=written,
            length=len(written),
            limit=limit,
        )
    return written


def _abbreviated(text: str) -> str:
    def abbreviate(match: re.Match[str]) -> str:
        code = _CODE_OF_SPELLING[match[1]]
        if match.start() == 0:
            return f"{code})"
        return f"({code}" if match.end() == len(text) else f"({code})"

    return _SPELLING.sub(abbreviate, text)


def _hint(strange: list[str]) -> str:
    if "･" in strange:
        return "Banks write a space or a full stop for ・: take what stands in the passbook"
    if any(unicodedata.name(char, "").startswith("CJK") for char in strange):
        return "Enter the reading in kana"
    return "Write the name as it stands in the passbook"
