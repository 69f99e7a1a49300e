from __future__ import annotations

import pytest

from yakin.japan import CompanyName, company, parse_company


@pytest.mark.parametrize(
    "written", ["㈱山田商店", "(株)山田商店", "（株）　山田商店", "株式会社 山田商店", "㍿山田商店", "株式会社山田商店"]
)
def test_every_spelling_of_a_form_before_the_name_is_one_company(written: str) -> None:
    assert parse_company(written) == CompanyName("山田商店", "株式会社", "before")
    assert company(written) == "株式会社山田商店"


@pytest.mark.parametrize("written", ["山田商店㈱", "山田商店 (株)", "山田商店株式会社"])
def test_a_form_after_the_name_is_another_company(written: str) -> None:
    found = parse_company(written)
    before = parse_company("㈱山田商店")
    assert found == CompanyName("山田商店", "株式会社", "after")
    assert found.key() != before.key()
    assert found.key(positioned=False) == before.key(positioned=False)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("山田商店（株）東京支店", "山田商店株式会社 東京支店"),
        ("山田商店株式会社　東京支店", "山田商店株式会社 東京支店"),
        ("医療法人社団 青葉会", "医療法人社団青葉会"),
        ("(公財)青葉財団", "公益財団法人青葉財団"),
        ("ＮＰＯ法人あおば", "特定非営利活動法人あおば"),
        ("(有)ＡＢＣ Works", "有限会社ABC Works"),
        ("山田 太郎", "山田 太郎"),
        ("株式会社", "株式会社"),
        ("", ""),
    ],
)
def test_a_company_has_one_normal_form(written: str, normal: str) -> None:
    assert company(written) == normal
    assert company(normal) == normal


def test_a_key_overlooks_spaces_dashes_width_and_capitals_only() -> None:
    assert parse_company("㈱ＡＢＣ－Works").key() == parse_company("株式会社 Abc‐works").key()
    assert parse_company("㈱山田").key() != parse_company("㈲山田").key()
    assert parse_company("㈱山田").key(positioned=False) != parse_company("山田").key(positioned=False)
