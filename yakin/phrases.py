"""Sentences as the code keeps them: in English, their data apart, marked for translation.

Who shows a sentence says it in the reader's language (`yakin.i18n`); everything else only hands it on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any


def mark(sentence: str) -> str:
    """Mark a sentence for translation where it is only stored; whoever shows it translates it."""
    return sentence


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence for one and for many things for translation where it is only stored."""
    return one, many


def fill(template: str, data: Mapping[str, object]) -> str:
    """Put data into a template; a template without data may hold braces of its own."""
    return template.format_map(data) if data else template


class Phrase(str):
    """A part of a sentence in words of the code, such as "a whole number": an English text that can be translated.

    It is what other data of a sentence are not: said in the reader's language together with the sentence it stands in.

    Attributes:
        template: The words, with `{name}` in place of the data.
        data: What they are about; phrases again, or what nobody translates.
    """

    template: str
    data: Mapping[str, object]

    def __new__(cls, template: str, /, **data: object) -> Phrase:
        """The words with their data filled in."""
        self = super().__new__(cls, fill(template, data))
        self.template = template
        self.data = data
        return self

    def to_json(self) -> dict[str, Any]:
        """The plain form, which keeps what can be translated."""
        return {"template": self.template, "data": {name: to_json(value) for name, value in self.data.items()}}


def to_json(value: object) -> str | dict[str, Any]:
    """What a sentence is about in its plain form: a text, or a phrase as its template and data."""
    return value.to_json() if isinstance(value, Phrase) else str(value)


def from_json(plain: str | Mapping[str, Any]) -> str:
    """Read what `to_json` wrote."""
    if isinstance(plain, str):
        return plain
    return Phrase(plain["template"], **{name: from_json(value) for name, value in plain["data"].items()})


def either(words: Sequence[str]) -> str:
    """The words as a choice: `A or B or C`.

    Args:
        words: At least one.
    """
    return reduce(lambda one, other: Phrase("{one} or {other}", one=one, other=other), words)
