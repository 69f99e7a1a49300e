from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakin.japan import (
    digits,
    enlarge_small_kana,
    fullwidth,
    halfwidth,
    hiragana,
    katakana,
    normal_text,
    strip_spaces,
    unify_dashes,
)

HALF = "".join(map(chr, (*range(0x20, 0x7F), *range(0xFF61, 0xFFA0)))) + "¥"
KANA = "".join(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FA), *range(0x3099, 0x309D), 0x30FC)))
CLERICAL = (
    HALF + "ﾞﾟカﾊハう" * 9 + KANA + "　、。「」・ＡＢＣ１２３％（）－−―‐～〜①Ⅲ㈱㍻²½髙﨑神𠮷東京都\u200b\ufeff´゛゜"
)
texts = st.text(alphabet=CLERICAL, max_size=24)


@pytest.mark.parametrize(
    ("full", "half"),
    [
        ("ＡＢＣ　１２３", "ABC 123"),
        ("（株）！＠＃￥", "(株)!@#¥"),
        ("ガギグ・パピプ", "ｶﾞｷﾞｸﾞ･ﾊﾟﾋﾟﾌﾟ"),
        ("ヴァイオリン", "ｳﾞｧｲｵﾘﾝ"),
        ("「センター」。", "｢ｾﾝﾀｰ｣｡"),
        ("山田太郎", "山田太郎"),
    ],
)
def test_width_goes_both_ways(full: str, half: str) -> None:
    assert halfwidth(full) == half
    assert fullwidth(half) == full


@given(text=st.text(alphabet=HALF))
def test_what_was_made_full_width_becomes_half_width_again(text: str) -> None:
    assert halfwidth(fullwidth(text)) == text


@given(text=texts)
def test_making_half_or_full_width_twice_is_making_it_once(text: str) -> None:
    assert halfwidth(halfwidth(text)) == halfwidth(text)
    assert fullwidth(fullwidth(text)) == fullwidth(text)


@given(text=texts)
def test_full_width_leaves_nothing_half_width_and_half_width_nothing_that_has_a_half(text: str) -> None:
    assert not set(fullwidth(text)) & set(HALF)
    assert not set(halfwidth(text)) & set("ＡＢＣ１２３　％（）ガパアイウエオ、。「」・")


def test_letters_and_kana_can_be_converted_alone() -> None:
    assert halfwidth("Ａガ", kana=False) == "Aガ"
    assert halfwidth("Ａガ", letters=False) == "Ａｶﾞ"
    assert fullwidth("Aｶﾞ", kana=False) == "Ａｶﾞ"
    assert fullwidth("Aｶﾞ", letters=False) == "Aガ"


def test_a_voicing_mark_joins_its_kana_or_stays_a_character() -> None:
    assert fullwidth("ｱﾞ") == "ア゛"
    assert {fullwidth(written) for written in ("カ゛", "カﾞ", "ｶﾞ", "ｶ゛", "カ\u3099")} == {"ガ"}
    assert halfwidth("か\u3099") == "が"


@pytest.mark.parametrize(
    ("written", "unified"),
    [
        ("1‐2－3―4−5–6—7─8", "1-2-3-4-5-6-7-8"),
        ("1ー2ｰ3", "1-2-3"),
        ("センター", "センター"),
        ("ｾﾝﾀｰ1ｰ2", "ｾﾝﾀｰ1-2"),
        ("ｺﾞｰﾙﾄﾞ", "ｺﾞｰﾙﾄﾞ"),
        ("コーポ3ー5", "コーポ3-5"),
        ("らーめん", "らーめん"),
        ("Aー1", "A-1"),
        ("東京ー大阪", "東京-大阪"),
        ("ーー", "--"),
        ("あーー", "あーー"),
        ("サ−ビス", "サ-ビス"),
        ("大字北一丁目", "大字北一丁目"),
        ("plain-text", "plain-text"),
    ],
)
def test_every_dash_becomes_a_hyphen_and_a_long_vowel_stays(written: str, unified: str) -> None:
    assert unify_dashes(written) == unified


@given(text=texts)
def test_unifying_dashes_keeps_the_length_and_is_done_once(text: str) -> None:
    unified = unify_dashes(text)
    assert len(unified) == len(text)
    assert unify_dashes(unified) == unified


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＡＢＣ　１２３", "ABC 123"),
        ("ｶﾞﾗｽ", "ガラス"),
        ("か゛き", "がき"),
        ("か\u3099き", "がき"),
        ("ア゛", "ア゛"),
        ("㈱山田", "(株)山田"),
        ("㍻31", "平成31"),
        ("①2", "①2"),
        ("10²㎡", "10²m2"),
        ("½", "½"),
        ("神（\ufa19）", "神(\ufa19)"),
        ("東\u200b京\ufeff", "東京"),
        ("10～20", "10~20"),
        ("10〜20", "10~20"),
        ("plain", "plain"),
    ],
)
def test_normal_text_folds_width_and_keeps_meaning(written: str, normal: str) -> None:
    assert normal_text(written) == normal


@given(text=texts)
def test_a_normal_text_is_normal(text: str) -> None:
    assert normal_text(normal_text(text)) == normal_text(text)


def test_normal_text_never_turns_one_character_into_a_space_and_a_mark() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.decomposition(char).startswith("<compat> 0020 "):
            assert normal_text(char) == char


def test_digits_are_all_that_is_left() -> None:
    assert digits("〒９２９−０１２３ 石川県①二") == "9290123"
    assert digits("なし") == ""


def test_spaces_go_wherever_they_are() -> None:
    assert strip_spaces(" 山田　太\u00a0郎\u200b\r\n") == "山田太郎"


def test_kana_change_script_in_either_width() -> None:
    assert katakana("やまだ ﾀﾛｳ・ゔゝ") == "ヤマダ タロウ・ヴヽ"
    assert hiragana("ヤマダ ﾀﾛｰヵ") == "やまだ たろーゕ"


@given(text=st.text(alphabet="ぁあぃいうかがきぎくんゔゕゖゝゞー山田A1"))
def test_hiragana_reads_back_from_katakana(text: str) -> None:
    assert hiragana(katakana(text)) == text


def test_small_kana_grow_in_every_script_and_width() -> None:
    assert enlarge_small_kana("キャッチ きゃっち ｷｬｯﾁ ヵヶヮ ㇰ") == "キヤツチ きやつち ｷﾔﾂﾁ カケワ ク"
