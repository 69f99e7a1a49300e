"""Addresses, made comparable: 大字, 丁目 and 番地 in kanji, full width or hyphens, with or without the building's name.

A normal form is for comparing only: what is registered is the address as it is written. How blocks and numbers are written
follows 住居表示に関する法律 (昭和37年法律第119号) article 2 (街区符号, 住居番号) and, elsewhere, 地番 of 不動産登記法. Numbers in kanji are read where a
unit (丁目, 番地, 条) or a dash stands beside them; where a town's name ends and a number in kanji begins without one,
only the list of the town's own names can tell (`Towns`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from yakin.japan.kana import katakana
from yakin.japan.numerals import parse_kanji_number
from yakin.japan.refusals import JapaneseDataError
from yakin.japan.variants import fold_variants
from yakin.japan.widths import normal_text, unify_dashes


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts, each in its normal form.

    Attributes:
        prefecture: 都道府県; empty when it is not written.
        place: Municipality, town and 字 up to the number, without 郡, 大字 and 字.
        numbers: 丁目, 番 and 号, or 地番 and its branches, in digits; a letter may follow (12甲).
        building: What follows the numbers, as it is written.
        room: The room that the building's name or a fourth number gives; empty without one.
    """

    prefecture: str
    place: str
    numbers: tuple[str, ...]
    building: str = ""
    room: str = ""

    def key(self) -> str:
        """What two ways of writing one address have in common.

        The prefecture and the building's name are often left out and are no part of it; the room is. Two addresses may
        share a key (府中市 is in Tokyo and in 広島県): it finds candidates, it proves nothing.
        """
        numbers = "-".join((*self.numbers, *((self.room,) if self.room else ())))
        return f"{self.place} {numbers}".strip().casefold()


class Towns:
    """The 町字 of one's own municipality, by which its addresses are read whole.

    Args:
        city: The municipality, such as 青葉町 or 中能登郡青葉町.
        names: Its 町・大字・字, such as 二本木, 大字中野字三日市 or 本町一丁目 (丁目 are left out); as in the 町字マスター of アドレス・ベース・レジストリ.
        prefecture: 都道府県; where another is written it is another place, and its key says so.
    """

    def __init__(self, city: str, names: Iterable[str] = (), prefecture: str = "") -> None:
        self.city = _place(city)
        self.prefecture = prefecture
        known = {_NUMBERED_BLOCK.sub("", _place(name)).removeprefix(self.city) for name in names}
        longest_first = sorted(known - {""}, key=lambda name: (-len(name), name))
        self._town = re.compile("|".join(map(re.escape, longest_first)))

    def split(self, prefecture: str, text: str) -> tuple[str, str]:
        """An address's city and town, and what follows them; of other municipalities nothing and the whole.

        A municipality of the same name in another prefecture keeps its prefecture.
        """
        rest = text.removeprefix(self.city)
        if self.prefecture and prefecture not in ("", self.prefecture):
            return "", text if rest == text else prefecture + text
        match = self._town.match(rest)
        town = match[0] if match else ""
        if rest == text and not town:
            return "", text
        return self.city + town, rest[len(town) :]


_NUMERAL = "〇一二三四五六七八九十百千"
_HAN = "一-鿿㐀-䶿々"
_POSTAL_CODE = re.compile(r"^〒?\s*[0-9]{3}-?[0-9]{4}\s*(?![0-9-])")
_PREFECTURE = re.compile(
    "北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|"
    "滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_COUNTY = re.compile(
    "^(?:[^市区町村0-9]{1,5}郡(?=[^市区]{1,6}[町村])|(?:余市|高市|田村|[東西北]村山)郡(?=[^0-9]{1,6}[町村]))"
)
_AZA = re.compile(f"大字|(?<=[{_HAN}ァ-ヺ])(?<!文)字(?=[{_HAN}ァ-ヺ])|^字")
_GA = re.compile(f"(?<=[{_HAN}])[ヶケがガヵ箇](?=[{_HAN}])")
_NO = re.compile(f"(?<=[{_HAN}])[ノの之乃](?=[{_HAN}])")
_TSU = re.compile(f"(?<=[{_HAN}])[ツッつっ](?=[{_HAN}])")
_WITH_UNIT = re.compile(f"[{_NUMERAL}]+(?=丁目|番地|番|号|条|線|地割|区(?![{_HAN}]*[市町村])|階)")
_BY_DASH = re.compile(
    f"[{_NUMERAL}]+(?=(?:-|[のノ](?=[{_NUMERAL}0-9])))|(?:(?<=[0-9]-)|(?<=[0-9][のノ])|(?<=番地)|(?<=番地[のノ]))[{_NUMERAL}]+"
    f"|(?:(?<=[0-9]番)|(?<=[0-9]番[のノ]))[{_NUMERAL}]+(?![{_HAN}])"
)
_LEADING = re.compile(f"^[{_NUMERAL}]+(?![{_HAN}])")
_UNITS = (
    (re.compile("(?<=[0-9])番地?の?(?=[甲乙丙戊](?![一-鿿])|丁(?![一-鿿0-9]))"), ""),
    (re.compile("(?<=[0-9])丁目"), "-"),
    (re.compile("(?<=[0-9])番地?(?![町丁館堀街瀬])(?:[のノ]|(?=[0-9]))?"), "-"),
    (re.compile("(?<=[0-9])号(?!室|館|棟|線)"), " "),
    (re.compile("(?<=[0-9])[のノ](?=[0-9])"), "-"),
    (re.compile("(?<=[0-9]-)[のノ](?=[0-9])"), ""),
    (re.compile(" *-+ *(?=[0-9])"), "-"),
    (re.compile("-+(?![0-9])"), " "),
)
_NUMBERED_BLOCK = re.compile("[0-9]+丁目$")
_NUMBER = r"[0-9]+(?:[甲乙丙丁戊](?![一-鿿])|[イロハニホ](?=-|\s|$))?"
_CHAIN = re.compile(rf"(?<!第)(?<![0-9])({_NUMBER}(?:-{_NUMBER})*)(?![0-9条線区町番]|地割)")
_ROOM = re.compile(
    r"(?:(?P<wing>[A-Z](?=棟|号館|-)|[0-9]{1,2}(?=棟|号館))(?:棟|号館|-)\s*)?(?P<room>[A-Z]?[0-9]{1,5}[A-Z]?)\s*(?:号室|号|室|F|階)?$"
)
_CARE_OF = re.compile(r"\s*[^\s0-9]*?様?方$")
_MOST_NUMBERS = 3


def parse_address(text: str, towns: Towns | None = None) -> Address:
    """Take an address apart: 石川県中能登郡青葉町大字本町一丁目二番三号, 青葉町本町１−２−３ and 本町1丁目2-3 (with `towns`) are one.

    Nothing is refused: a text that is no address has no numbers.

    Args:
        text: The address, a postal code before it or not.
        towns: One's own municipality: its addresses are read without prefecture and municipality too, and numbers in kanji
            behind a name of its list are numbers.
    """
    plain = _POSTAL_CODE.sub("", " ".join(unify_dashes(normal_text(text)).split()))
    match = _PREFECTURE.match(plain)
    prefecture = match[0] if match else ""
    rest = _without_spaces_in_place(plain[len(prefecture) :])
    folded = _place(rest)
    place, numbered = ("", folded) if towns is None else towns.split(prefecture, folded)
    chain_text = _digits(numbered, at_start=place != "")
    chain = _CHAIN.search(chain_text)
    if chain is None:
        return Address(prefecture, place + chain_text.strip(" -"), ())
    numbers = tuple(chain[1].split("-"))
    building = chain_text[chain.end() :].strip()
    place += chain_text[: chain.start()].strip(" -")
    extra = numbers[_MOST_NUMBERS:]
    return Address(prefecture, place, numbers[:_MOST_NUMBERS], building, "-".join(extra) or _room(building))


def address_key(text: str, towns: Towns | None = None) -> str:
    """What two ways of writing one address have in common; see `Address.key`."""
    return parse_address(text, towns).key()


def _without_spaces_in_place(text: str) -> str:
    """Spaces are kept behind the first digit only: there they divide number and building."""
    digit = re.search("[0-9]", text)
    end = digit.start() if digit else len(text)
    return text[:end].replace(" ", "") + text[end:]


def _place(text: str) -> str:
    """Names as they are compared: one form of a kanji, ケ for ヶ and が, no 郡, 大字 and 字."""
    plain = fold_variants(normal_text(text))
    plain = _COUNTY.sub("", plain)
    for pattern, written in ((_GA, "ケ"), (_NO, "ノ"), (_TSU, "ツ"), (_AZA, "")):
        plain = pattern.sub(written, plain)
    return _numerals_with_units(plain)


def _numerals_with_units(text: str) -> str:
    return _WITH_UNIT.sub(_arabic, text)


def _digits(text: str, *, at_start: bool) -> str:
    """Every number in digits, joined by hyphens."""
    if at_start:
        text = _LEADING.sub(_arabic, text)
    before = None
    while before != text:
        before, text = text, _BY_DASH.sub(_arabic, text)
    for pattern, written in _UNITS:
        text = pattern.sub(written, text)
    return text


def _arabic(match: re.Match[str]) -> str:
    try:
        return str(parse_kanji_number(match[0]))
    except JapaneseDataError:
        return match[0]


def _room(building: str) -> str:
    """The room's number, with the wing's name before it; that of a person with whom one lives (様方) is left out."""
    match = _ROOM.search(_CARE_OF.sub("", katakana(building).upper()))
    if match is None:
        return ""
    wing: str = match["wing"] or ""
    return f"{wing}-{match['room']}" if wing.isdigit() else wing + match["room"]
