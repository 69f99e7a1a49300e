"""Sentences as the code keeps them: in English, their data apart, marked for translation.

Who shows a sentence says it in the reader's language (`yakin.i18n`); everything else only hands it on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce


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


def either(words: Sequence[str]) -> str:
    """The words as a choice: `A or B or C`.

    Args:
        words: At least one.
    """
    return reduce(lambda one, other: Phrase("{one} or {other}", one=one, other=other), words)
