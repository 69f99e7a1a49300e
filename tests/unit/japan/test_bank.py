from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakin.japan import BankKanaRefused, bank_kana


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("やまだ たろう", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
        ("リョウジ", "ﾘﾖｳｼﾞ"),
        ("キャッツ", "ｷﾔﾂﾂ"),
        ("ヴァイス", "ｳﾞｱｲｽ"),
        ("カスミヶセキ", "ｶｽﾐｹｾｷ"),
        ("ミヵサ", "ﾐｶｻ"),
        ("センター", "ｾﾝﾀ-"),
        ("ヱビス カヲル", "ｴﾋﾞｽ ｶｵﾙ"),
        ("Ａｂｃ１２３", "ABC123"),
        ("A/B.C", "A/B.C"),
        ("株式会社ヤマダショウジ", "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"),
        ("㈱ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("（株） ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("ヤマダ㈱", "ﾔﾏﾀﾞ(ｶ"),
        ("ヤマダ株式会社チバ営業所", "ﾔﾏﾀﾞ(ｶ)ﾁﾊﾞ(ｴｲ"),
        ("ヤマダ ㈲ チバ出張所", "ﾔﾏﾀﾞ(ﾕ)ﾁﾊﾞ(ｼﾕﾂ"),
        ("合同会社アオバ", "ﾄﾞ)ｱｵﾊﾞ"),
        ("医療法人社団アオバカイ", "ｲ)ｱｵﾊﾞｶｲ"),
        ("カブシキガイシャ ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("ヤマダゆうげんがいしゃ", "ﾔﾏﾀﾞ(ﾕ"),
        ("カ）ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("カ) ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("(カ)ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
        ("ヤマダ(カ)", "ﾔﾏﾀﾞ(ｶ"),
        ("ヤマダ(カ)チバ", "ﾔﾏﾀﾞ(ｶ)ﾁﾊﾞ"),
        ("トクヒ)アオバ", "ﾄｸﾋ)ｱｵﾊﾞ"),
        ("社会福祉法人アオバ", "ﾌｸ)ｱｵﾊﾞ"),
    ],
)
def test_a_name_is_written_as_banks_keep_it(name: str, written: str) -> None:
    assert bank_kana(name) == written


@pytest.mark.parametrize(
    ("name", "characters", "advice"),
    [
        ("山田タロウ", "山 田", "reading"),
        ("𠮷ダ", "𠮷", "reading"),
        ("キャッツ・アイ", "・", "full stop"),
        ("Ａ＆Ｂ", "&", "passbook"),
        ("ヤマダ①", "①", "passbook"),
        ("ヤマダ、タロウ", "、", "passbook"),
    ],
)
def test_what_cannot_be_written_is_named(name: str, characters: str, advice: str) -> None:
    with pytest.raises(BankKanaRefused) as caught:
        bank_kana(name)
    assert caught.value.data["characters"] == characters
    assert advice in str(caught.value.hint)


def test_a_name_longer_than_its_field_is_refused_and_never_cut() -> None:
    assert len(bank_kana("ガ" * 15)) == 30
    with pytest.raises(BankKanaRefused, match="31 characters"):
        bank_kana("ガ" * 15 + "ア")
    assert len(bank_kana("ガ" * 15 + "ア", limit=None)) == 31
    with pytest.raises(BankKanaRefused, match="15 are allowed"):
        bank_kana("ア" * 16, limit=15)


@pytest.mark.parametrize("name", ["", " 　"])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(BankKanaRefused, match="empty"):
        bank_kana(name)


@given(name=st.text(alphabet="アイカガパヴャッーヲぁんｶﾞｰ 　(株)㈱㈲カ)Ａb9・山", max_size=40))
def test_a_written_name_holds_allowed_characters_only_and_stays_as_it_is(name: str) -> None:
    try:
        written = bank_kana(name)
    except BankKanaRefused:
        return
    assert re.fullmatch(r"[ｱ-ﾟA-Z0-9 ()./-]{1,30}", written)
    assert bank_kana(written) == written
