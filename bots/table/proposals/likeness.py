"""How alike two normal forms of one kind are: the same, close, similar, or different.

Four steps instead of a number, because a step can be said in a word and be counted; see `weighing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import IntEnum

from bots.table.forms import Form, Normal


class Likeness(IntEnum):
    """How alike the cells of two rows are in one column; `EMPTY` when one of them holds nothing."""

    SAME = 0
    CLOSE = 1
    SIMILAR = 2
    DIFFERENT = 3
    EMPTY = 4


IN_WORDS: Mapping[Likeness, str] = {
    Likeness.SAME: "一致",
    Likeness.CLOSE: "ほぼ一致",
    Likeness.SIMILAR: "似ている",
    Likeness.DIFFERENT: "不一致",
    Likeness.EMPTY: "空欄",
}
"""What a clerk reads."""

_SAME, _CLOSE, _SIMILAR, _DIFFERENT = (
    Likeness.SAME,
    Likeness.CLOSE,
    Likeness.SIMILAR,
    Likeness.DIFFERENT,
)

Compare = Callable[[Normal, Normal], Likeness]

_CLOSE_FROM = 0.92
_SIMILAR_FROM = 0.80
_NEAR_AMOUNT = Decimal("0.01")
_SHORT = 4


def comparison(form: Form) -> Compare:
    """What compares two different values of a form; of values that are not of the form their texts are compared."""
    compare = _BY_FORM.get(form)
    return _words() if compare is None else compare()


def _words() -> Compare:
    """Texts: by Jaro-Winkler, whose steps at .92 and .80 are those that record linkage uses since Winkler 1990."""
    from rapidfuzz.distance import JaroWinkler

    similarity = JaroWinkler.similarity

    def compare(one: Normal, other: Normal) -> Likeness:
        alike = similarity(str(one), str(other))
        return _CLOSE if alike >= _CLOSE_FROM else _SIMILAR if alike >= _SIMILAR_FROM else _DIFFERENT

    return compare


def _several_words() -> Compare:
    """Texts of several words, whose order may differ."""
    words = _words()

    def compare(one: Normal, other: Normal) -> Likeness:
        found = words(one, other)
        if found is _CLOSE or " " not in (text := str(one)) or " " not in (other_text := str(other)):
            return found
        in_order = _in_order(words, text, other_text)
        return min(found, in_order)

    return compare


def _in_order(words: Compare, one: str, other: str) -> Likeness:
    ours, theirs = sorted(one.split()), sorted(other.split())
    return _CLOSE if ours == theirs else words(" ".join(ours), " ".join(theirs))


def _numbers() -> Compare:
    """Numbers that only name something: by the digits that were mistyped, left out, put in or exchanged."""
    from rapidfuzz.distance import OSA

    distance = OSA.distance

    def compare(one: Normal, other: Normal) -> Likeness:
        text, other_text = str(one), str(other)
        apart = distance(text, other_text, score_cutoff=2)
        if apart <= 1:
            return _CLOSE
        return _SIMILAR if apart == 2 and len(text) > _SHORT else _DIFFERENT

    return compare


def _days() -> Compare:
    """Days: close with one digit mistyped or month and day exchanged, similar when two of year, month and day agree."""
    numbers = _numbers()

    def compare(one: Normal, other: Normal) -> Likeness:
        if not isinstance(one, date) or not isinstance(other, date):
            return numbers(one, other)
        if (one.year, one.month, one.day) == (other.year, other.day, other.month):
            return _CLOSE
        if numbers(f"{one:%Y%m%d}", f"{other:%Y%m%d}") is _CLOSE:
            return _CLOSE
        agree = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
        return _SIMILAR if agree == 2 else _DIFFERENT

    return compare


def _amounts() -> Compare:
    """Amounts: close with one digit mistyped, similar within one in a hundred."""
    numbers = _numbers()

    def compare(one: Normal, other: Normal) -> Likeness:
        if numbers(one, other) is _CLOSE:
            return _CLOSE
        if not isinstance(one, int | Decimal) or not isinstance(other, int | Decimal):
            return _DIFFERENT
        near = abs(Decimal(one) - Decimal(other)) <= max(abs(Decimal(one)), abs(Decimal(other))) * _NEAR_AMOUNT
        return _SIMILAR if near else _DIFFERENT

    return compare


def _addresses() -> Compare:
    """Addresses by their parts: the place's name, and the numbers, of which the last ones may be left out."""
    words = _words()

    def compare(one: Normal, other: Normal) -> Likeness:
        place, _, numbers = str(one).rpartition(" ")
        other_place, _, other_numbers = str(other).rpartition(" ")
        places: Likeness = _SAME if _ends_alike(place, other_place) else words(place, other_place)
        if numbers == other_numbers:
            return max(places, _CLOSE)
        if places > _CLOSE:
            return _DIFFERENT
        chain, other_chain = numbers.split("-"), other_numbers.split("-")
        shorter = min(len(chain), len(other_chain))
        if chain[:shorter] == other_chain[:shorter]:
            return max(places, _CLOSE)
        return _SIMILAR

    return compare


def _ends_alike(place: str, other: str) -> bool:
    """Whether one place is the other with its municipality written before it."""
    return bool(place and other) and (place.endswith(other) or other.endswith(place))


_BY_FORM: Mapping[Form, Callable[[], Compare]] = {
    "text": _several_words,
    "digits": _numbers,
    "amount": _amounts,
    "date": _days,
    "address": _addresses,
}
