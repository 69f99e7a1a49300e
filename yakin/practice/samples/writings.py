"""Ways of writing one and the same thing, as they come in from people, forms and other systems."""

from __future__ import annotations

from datetime import date
from random import Random

from yakin.japan import format_wareki, fullwidth, halfwidth
from yakin.practice.samples.people import other_writing

Typed = str | int | date


def written_name(name: str, rng: Random) -> str:
    """A person's name with or without its space, in the register's characters or the everyday ones."""
    family, _, given = name.partition("　")
    space = rng.choice(("　", "　", " ", ""))
    found = f"{family}{space}{given}"
    return other_writing(found) if rng.random() < 0.5 else found


def written_kana(kana: str, rng: Random) -> str:
    """フリガナ in full or half width."""
    return rng.choice((kana, kana, halfwidth(kana), kana.replace("　", " ")))


def written_date(day: date, rng: Random) -> Typed:
    """A date as the date itself, 令和7年4月1日, R7.4.1, 2025/4/1, in full width or as digits."""
    year = format_wareki(day)
    short = f"{day.year}/{day.month}/{day.day}"
    return rng.choice((day, day, year, fullwidth(year), short, fullwidth(short), f"{day:%Y-%m-%d}"))


def written_amount(yen: int, rng: Random) -> Typed:
    """An amount as a number, or as text with separators, a sign or full-width digits."""
    return rng.choice((yen, yen, yen, yen, f"{yen:,}", fullwidth(f"{yen:,}"), f"￥{yen:,}", f"{yen:,}円"))


def written_number(number: str, rng: Random) -> str:
    """A number that is an id: its digits in half or full width; its leading zeros stay."""
    return fullwidth(number) if rng.random() < 0.1 else number
