"""The town of 岬野町: its districts, and addresses in them as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from yakin.japan import fullwidth, kanji_number

TOWN = "岬野町"


@dataclass(frozen=True, slots=True)
class District:
    """A part of the town.

    Attributes:
        name: Such as 中央一丁目 or 大字小坂.
        postal: 郵便番号 with its hyphen.
    """

    name: str
    postal: str


DISTRICTS: tuple[District, ...] = (
    District("中央一丁目", "009-8101"),
    District("中央二丁目", "009-8102"),
    District("本町", "009-8111"),
    District("港町", "009-8121"),
    District("東浜", "009-8131"),
    District("西浜", "009-8132"),
    District("大字大谷", "009-8141"),
    District("大字小坂", "009-8142"),
    District("北野", "009-8151"),
    District("南原", "009-8152"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody lives.

    Attributes:
        district: The part of the town.
        block: 番地.
        house: 号, or None.
        building: Name of the building with the room, or None.
    """

    district: District
    block: int
    house: int | None
    building: str | None

    @property
    def postal(self) -> str:
        """郵便番号 with its hyphen."""
        return self.district.postal

    @property
    def address(self) -> str:
        """The address as the town's register has it, such as 岬野町港町3番地5."""
        return f"{TOWN}{self.district.name}{self.block}番地{self.house or ''}{self._behind}"

    def written(self, rng: Random) -> str:
        """The address in one of the ways in which people write it; all of them mean the same."""
        house = self.house or ""
        ways = [
            self.address,
            f"{TOWN}{self.district.name}{fullwidth(str(self.block))}番地{fullwidth(str(house))}{self._behind}",
            f"{TOWN}{self.district.name}{kanji_number(self.block)}番地{kanji_number(self.house) if self.house else ''}{self._behind}",
        ]
        if self.house is not None:
            ways += [
                f"{TOWN}{self.district.name}{self.block}-{house}{self._behind}",
                f"{TOWN}{self.district.name}{fullwidth(f'{self.block}－{house}')}{self._behind}",
                f"{TOWN}{self.district.name}{self.block}番{house}号{self._behind}",
            ]
        return rng.choice(ways)

    @property
    def _behind(self) -> str:
        return f"　{self.building}" if self.building else ""


_BUILDINGS = ("コーポ岬", "ハイツ港", "メゾン東浜", "町営住宅小坂団地", "第二みさきの荘")


def place(rng: Random) -> Place:
    """A place in the town."""
    building = None
    if rng.random() < 0.15:
        building = f"{rng.choice(_BUILDINGS)}{rng.randrange(1, 5)}0{rng.randrange(1, 9)}号室"
    house = rng.randrange(1, 31) if rng.random() < 0.75 else None
    return Place(rng.choice(DISTRICTS), rng.randrange(1, 400), house, building)
