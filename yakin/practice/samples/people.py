"""The people of the town, household by household. Nobody of them lives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Literal

from yakin.japan import bank_kana
from yakin.practice.samples.places import Place, place
from yakin.practice.samples.seeds import seeded

Sex = Literal["男", "女"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the town.

    Attributes:
        number: 宛名番号, ten digits, unique.
        household: 世帯番号, eight digits.
        family: 氏, as the register has it, such as 髙橋.
        given: 名.
        family_kana: フリガナ of the family name, full width.
        given_kana: フリガナ of the given name.
        born: Date of birth.
        sex: 男 or 女.
        place: Where they live.
        phone: Number of the telephone, with hyphens.
    """

    number: str
    household: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    born: date
    sex: Sex
    place: Place
    phone: str

    @property
    def name(self) -> str:
        """Family and given name with a full-width space between."""
        return f"{self.family}　{self.given}"

    @property
    def kana(self) -> str:
        """フリガナ with a full-width space between."""
        return f"{self.family_kana}　{self.given_kana}"

    @property
    def bank_kana(self) -> str:
        """The name as a bank writes it: half-width kana, small ones enlarged."""
        return bank_kana(self.kana)

    def age(self, day: date) -> int:
        """Full years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together.

    Attributes:
        head: 世帯主.
        others: The spouse first, when there is one, then children from the eldest on.
    """

    head: Person
    others: tuple[Person, ...]

    def children(self, day: date, under: int = 18) -> list[Person]:
        """Those who are under an age on a day, the eldest first."""
        return [person for person in self.others if person.age(day) < under]


def households(seed: str, count: int) -> list[Household]:
    """So many households; the same seed gives the same ones, and a greater count begins with those of a smaller."""
    return list(islice(_all_households(seed), count))


def people(seed: str, count: int) -> list[Person]:
    """So many grown-up people, each the head of another household."""
    return [household.head for household in households(seed, count)]


def other_writing(name: str) -> str:
    """A name with the everyday characters in place of the register's, such as 高橋 for 髙橋; itself when there are none."""
    return name.translate(_EVERYDAY)


_EVERYDAY = str.maketrans(
    {"髙": "高", "﨑": "崎", "邉": "辺", "邊": "辺", "濵": "浜", "澤": "沢", "德": "徳", "廣": "広"}
)
_TODAY = date(2025, 4, 1)
"""The day on which ages are what the generator meant them to be."""


def _all_households(seed: str) -> Iterator[Household]:
    rng = seeded(seed, "people")
    number = 10_000
    for order in range(1, 1_000_000):
        family = rng.choice(_FAMILIES)
        where, phone = place(rng), f"0999-{rng.randrange(20, 30)}-{rng.randrange(10_000):04d}"
        members: list[Person] = []
        for sex, age in _members(rng):
            number += rng.randrange(1, 9)
            taken = {member.given for member in members}
            given, given_kana = rng.choice([names for names in _GIVEN[sex] if names[0] not in taken])
            born = _TODAY - timedelta(days=age * 365 + age // 4 + rng.randrange(365))
            members.append(
                Person(
                    f"{number:010d}", f"{order:08d}", family[0], given, family[1], given_kana, born, sex, where, phone
                )
            )
        yield Household(members[0], tuple(members[1:]))


def _members(rng: Random) -> list[tuple[Sex, int]]:
    """Sex and age of everybody in a household, the head first."""
    age = rng.randrange(22, 92)
    head: Sex = "男" if rng.random() < 0.7 else "女"
    members: list[tuple[Sex, int]] = [(head, age)]
    if rng.random() < 0.6:
        members.append(("女" if head == "男" else "男", max(20, age + rng.randrange(-6, 6))))
    if age < 55 and rng.random() < 0.7:
        eldest = rng.randrange(0, max(1, min(age - 20, 20)))
        children = sorted({eldest, *(rng.randrange(0, eldest + 1) for _ in range(rng.randrange(0, 3)))}, reverse=True)
        members += [(rng.choice(_SEXES), years) for years in children]
    return members


_SEXES: tuple[Sex, Sex] = ("男", "女")

# fmt: off
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("高橋", "タカハシ"), ("髙橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"), ("渡邉", "ワタナベ"), ("渡邊", "ワタナベ"), ("山本", "ヤマモト"), ("中村", "ナカムラ"), ("小林", "コバヤシ"),
    ("加藤", "カトウ"), ("吉田", "ヨシダ"), ("山田", "ヤマダ"), ("佐々木", "ササキ"), ("山口", "ヤマグチ"), ("松本", "マツモト"),
    ("井上", "イノウエ"), ("木村", "キムラ"), ("林", "ハヤシ"), ("斎藤", "サイトウ"), ("齋藤", "サイトウ"), ("清水", "シミズ"),
    ("山崎", "ヤマザキ"), ("山﨑", "ヤマザキ"), ("森", "モリ"), ("池田", "イケダ"), ("橋本", "ハシモト"), ("阿部", "アベ"),
    ("石川", "イシカワ"), ("高木", "タカギ"), ("髙木", "タカギ"), ("前田", "マエダ"), ("藤田", "フジタ"), ("小川", "オガワ"),
    ("後藤", "ゴトウ"), ("岡田", "オカダ"), ("長谷川", "ハセガワ"), ("村上", "ムラカミ"), ("近藤", "コンドウ"), ("石井", "イシイ"),
    ("坂本", "サカモト"), ("遠藤", "エンドウ"), ("青木", "アオキ"), ("藤井", "フジイ"), ("西村", "ニシムラ"), ("福田", "フクダ"),
    ("太田", "オオタ"), ("三浦", "ミウラ"), ("藤原", "フジワラ"), ("松田", "マツダ"), ("中島", "ナカジマ"), ("濵田", "ハマダ"),
    ("浜田", "ハマダ"), ("宮﨑", "ミヤザキ"), ("宮崎", "ミヤザキ"), ("黒澤", "クロサワ"), ("德永", "トクナガ"), ("廣瀬", "ヒロセ"),
    ("大久保", "オオクボ"), ("五十嵐", "イガラシ"), ("小野寺", "オノデラ"), ("久保田", "クボタ"), ("岩本", "イワモト"), ("内田", "ウチダ"),
)
_GIVEN: dict[Sex, tuple[tuple[str, str], ...]] = {
    "男": (
        ("正", "タダシ"), ("一郎", "イチロウ"), ("博", "ヒロシ"), ("誠", "マコト"), ("隆", "タカシ"), ("健一", "ケンイチ"),
        ("翔太", "ショウタ"), ("修", "オサム"), ("亮", "リョウ"), ("達也", "タツヤ"), ("拓也", "タクヤ"), ("浩二", "コウジ"),
        ("大輔", "ダイスケ"), ("清", "キヨシ"), ("実", "ミノル"), ("勝", "マサル"), ("哲也", "テツヤ"), ("勇", "イサム"),
        ("茂", "シゲル"), ("進", "ススム"), ("武", "タケシ"), ("純", "ジュン"), ("悠真", "ユウマ"), ("蓮", "レン"),
        ("陽翔", "ハルト"), ("直樹", "ナオキ"), ("和也", "カズヤ"), ("裕介", "ユウスケ"), ("昭", "アキラ"), ("俊介", "シュンスケ"),
    ),
    "女": (
        ("和子", "カズコ"), ("幸子", "サチコ"), ("京子", "キョウコ"), ("節子", "セツコ"), ("由美子", "ユミコ"), ("恵子", "ケイコ"),
        ("直美", "ナオミ"), ("久美子", "クミコ"), ("洋子", "ヨウコ"), ("陽子", "ヨウコ"), ("順子", "ジュンコ"), ("美穂", "ミホ"),
        ("真由美", "マユミ"), ("千代子", "チヨコ"), ("愛", "アイ"), ("裕子", "ユウコ"), ("智子", "トモコ"), ("明美", "アケミ"),
        ("文子", "フミコ"), ("さくら", "サクラ"), ("陽菜", "ヒナ"), ("結衣", "ユイ"), ("葵", "アオイ"), ("美咲", "ミサキ"),
        ("玲奈", "レイナ"), ("彩花", "アヤカ"), ("早紀", "サキ"), ("百合子", "ユリコ"), ("しのぶ", "シノブ"), ("京香", "キョウカ"),
    ),
}
# fmt: on
