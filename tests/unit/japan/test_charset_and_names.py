from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yakin.japan
from yakin.japan import SUBSTITUTES, StrangeCharacter, person_name_key, private_use, substituted, unencodable
from yakin.japan.variants import NAME_VARIANTS


def test_what_cp932_cannot_hold_is_told_with_its_place_and_name() -> None:
    assert unencodable("髙﨑①さん") == []
    assert unencodable("𠮷田𠮷") == [
        StrangeCharacter(0, "𠮷", "U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7"),
        StrangeCharacter(2, "𠮷", "U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7"),
    ]
    assert [strange.char for strange in unencodable("髙山", "iso2022_jp")] == ["髙"]


def test_a_character_only_one_system_knows_is_told_though_cp932_carries_it() -> None:
    assert unencodable("山\ue000") == []
    assert private_use("山\ue000\U000f0000") == [
        StrangeCharacter(1, "\ue000", "U+E000 private use, 外字"),
        StrangeCharacter(2, "\U000f0000", "U+F0000 private use, 外字"),
    ]


@given(text=st.text(alphabet="山田髙﨑𠮷①¥\ue000—～〜aア\U000e0100", max_size=20))
def test_a_text_can_be_written_without_exactly_what_was_told(text: str) -> None:
    strange = unencodable(text)
    assert all(text[found.position] == found.char for found in strange)
    places = {found.position for found in strange}
    "".join(char for place, char in enumerate(text) if place not in places).encode("cp932")
    for found in strange:
        with pytest.raises(UnicodeEncodeError):
            found.char.encode("cp932")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　一郎", "高橋一郎"),
        ("山﨑 花子", "山崎花子"),
        ("渡邉", "渡邊"),
        ("渡邉", "渡辺"),
        ("𠮷田", "吉田"),
        ("濵田", "浜田"),
        ("齋藤", "斉藤"),
        ("斎藤", "齊藤"),
        ("葛\U000e0100城", "葛城"),
        ("\ufa19山", "神山"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
        ("Smith John", "ＳＭＩＴＨＪＯＨＮ"),
    ],
)
def test_two_ways_to_write_a_name_share_a_key(one: str, other: str) -> None:
    assert person_name_key(one) == person_name_key(other)


@pytest.mark.parametrize(("one", "other"), [("山田", "山口"), ("高橋", "高梁"), ("ヤマダ", "やまだ"), ("太郎", "大郎")])
def test_two_names_do_not(one: str, other: str) -> None:
    assert person_name_key(one) != person_name_key(other)


def test_each_variant_is_one_kanji_that_leads_to_one_that_is_no_variant_itself() -> None:
    for variant, common in NAME_VARIANTS.items():
        assert (len(variant), len(common)) == (1, 1)
        assert common not in NAME_VARIANTS
        assert variant != common
        assert unicodedata.normalize("NFC", variant) == variant


@given(name=st.text(alphabet="".join(NAME_VARIANTS) + "\ufa19\U000e0100 　ﾔﾀﾞaＡ", max_size=12))
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    assert person_name_key(person_name_key(name)) == person_name_key(name)


def test_the_package_names_what_it_offers_and_imports_no_library_for_it() -> None:
    assert all(hasattr(yakin.japan, name) for name in yakin.japan.__all__)
    assert yakin.japan.__all__ == sorted(
        yakin.japan.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name)
    )
    program = "import sys, yakin.japan; print(*sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in loaded if not name.startswith("__")] == ["yakin"]


def test_a_substitute_can_be_written_and_stands_only_for_what_cannot() -> None:
    for strange, substitute in SUBSTITUTES.items():
        assert unencodable(substitute) == []
        assert [found.char for found in unencodable(strange)] == [strange]


def test_what_cannot_be_written_is_substituted_and_the_rest_stays() -> None:
    assert substituted("𠮷田 髙﨑①") == "吉田 髙﨑①"
    assert substituted("葛\U000e0100城 1—2 ㉑ Café") == "葛城 1―2 (21) Cafe"
    assert [found.char for found in unencodable(substituted("𩸽の𠮷"))] == ["𩸽"]
    assert substituted("\ue000") == "\ue000"
