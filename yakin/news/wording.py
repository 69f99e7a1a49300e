"""What went wrong, in words that hold nobody's data.

A sentence of an error is shown when it is one of the program's own, with `…` in place of what it was about: only of those
it is known that data and words are kept apart. The name of a web system is shown in them. Of any other error no more is
told than its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from yakin.i18n import Translator, translator
from yakin.phrases import mark

BLANK = "…"
"""What stands in place of data."""

_KINDS: Mapping[str, str] = {
    "application": mark("The other system, or what lies between, failed"),
    "argument": mark("A step was given what it does not take"),
    "business": mark("The data break a rule"),
    "internal": mark("A program has a mistake"),
    "refused": mark("The other system refused the data"),
    "session-lost": mark("The session was lost"),
    "storage": mark("Something could not be kept"),
    "target-not-found": mark("Something was not found on the page"),
    "timed-out": mark("A step did not finish in time"),
}


class _Blank:
    """Stands in place of any data, whatever the sentence does with them."""

    def __format__(self, _spec: str) -> str:
        return BLANK

    def __str__(self) -> str:
        return BLANK

    def __getattr__(self, _name: str) -> _Blank:
        return self

    def __getitem__(self, _key: object) -> _Blank:
        return self


def error_words(code: str, template: str, names: Iterable[str], t: Translator, *, system: str | None = None) -> str:
    """What kind of thing went wrong, without what it was about.

    Args:
        code: Kind of error.
        template: Its sentence.
        names: Names of the data of the sentence.
        t: Says it.
        system: The web system it is about.
    """
    # English sentences are their own translation: whether one is ours is seen by its Japanese one.
    if translator("ja").knows(template):
        blanks: dict[str, object] = dict.fromkeys(names, _Blank())
        words = t.text(template, **blanks | ({} if system is None else {"system": system}))
        if re.search(r"\w", words):
            return words
    return t.text(_KINDS[code]) if code in _KINDS else t.text("An error of the kind {code}", code=code)
