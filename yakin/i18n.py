"""The reader's language: sentences are written in English in the code and translated where people read them.

Catalogues are gettext's, in `yakin/locale`; `python -m tests.catalogues` brings them up to date with the code.
"""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from yakin.phrases import Phrase, fill

if TYPE_CHECKING:
    from yakin.errors import ErrorInfo

LANGUAGES: Mapping[str, str] = {"ja": "日本語", "en": "English"}
"""Code of each language there is a catalogue for → its name in itself."""

CATALOGUES = Path(__file__).parent / "locale"
"""Where the catalogues are."""

_WINDOWS_JAPANESE = 0x11
_WINDOWS_PRIMARY_LANGUAGE = 0x3FF


class Translator:
    """Says the sentences of the code in one language.

    Attributes:
        language: `ja` or `en`.
    """

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def text(self, sentence: str, /, **data: object) -> str:
        """A sentence in this language with its data filled in; one without a translation stays as it is."""
        return _filled(self._catalogue.gettext(sentence) if sentence else "", sentence, self._said(data))

    def plural(self, one: str, many: str, n: int, /, **data: object) -> str:
        """The sentence for `n` things, which `{n}` stands for, in this language."""
        return _filled(
            self._catalogue.ngettext(one, many, n), one if n == 1 else many, {"n": f"{n:,}", **self._said(data)}
        )

    def error(self, error: ErrorInfo) -> tuple[str, str | None]:
        """What went wrong and what to do about it, in this language."""
        hint = error.hint_template
        return self.text(error.template, **error.data), self.text(hint, **error.data) if hint else None

    def _said(self, data: Mapping[str, object]) -> Mapping[str, object]:
        """The data of a sentence, with what is words of the code in this language."""
        return {
            name: self.text(value.template, **value.data) if isinstance(value, Phrase) else value
            for name, value in data.items()
        }

    def knows(self, sentence: str) -> bool:
        """Whether a sentence is one of the code's: then nobody's data is in it, only names of data."""
        return bool(sentence) and self._catalogue.gettext(sentence) != sentence


@cache
def translator(language: str) -> Translator:
    """Who translates into a language.

    Args:
        language: `ja` or `en`; anything else gives English.
    """
    known = language if language in LANGUAGES else "en"
    return Translator(known, gettext.translation("yakin", CATALOGUES, languages=[known]))


def preferred_language(setting: str = "auto") -> str:
    """The language to speak: the setting, or with `auto` the one of the person's system.

    Args:
        setting: `ja`, `en` or `auto`.

    Returns:
        `ja` or `en`.
    """
    if setting in LANGUAGES:
        return setting
    if sys.platform == "win32":
        return "ja" if _windows_speaks_japanese() else "en"
    chosen = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ja" if chosen.casefold().startswith("ja") else "en"


def _windows_speaks_japanese() -> bool:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows only
    return bool(kernel.GetUserDefaultUILanguage() & _WINDOWS_PRIMARY_LANGUAGE == _WINDOWS_JAPANESE)


def _filled(translated: str, original: str, data: Mapping[str, object]) -> str:
    """Fill in the data; a sentence that does not fit its data is shown unfilled rather than not at all."""
    for template in (translated, original):
        try:
            return fill(template, data)
        except (KeyError, IndexError, ValueError, AttributeError):
            continue
    return original
