"""Keeping secrets out of every text that is written."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable, Iterator

MASK = "***"
"""What stands in place of a secret."""

SHORTEST = 4
"""Characters a secret needs: hiding every "12" would leave nothing readable."""

_ENCODINGS = ("utf-8", "cp932", "utf-16-le")
_ESCAPES = "%\\&+-/_"
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


class Masker:
    """Replaces the secrets it has learned in any text by `***`, in whatever form they stand there.

    Forms: plain; escaped for JSON, Python, URLs (any mixture) or HTML; hexadecimal; Base64, also in the middle of
    something longer. Safe to use from any thread.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._learning = threading.Lock()

    def learn(self, text: str) -> None:
        """Hide a text from now on; empty texts are not learned."""
        if not text or text in self._known:
            return
        with self._learning:
            self._known.add(text)
            # Longest first: a secret within another must not leave the rest of it to be seen.
            longest_first = sorted(self._known, key=len, reverse=True)
            forms = "|".join(_forms(known) for known in longest_first)
            # Most places in a text are not worth a second look: looking at the first character makes it several times as quick.
            beginnings = re.escape("".join(sorted(set(_ESCAPES).union(*map(_beginnings, longest_first)))))
            self._pattern = re.compile(f"(?=[{beginnings}])(?:{forms})")

    def mask(self, text: str) -> str:
        """The text without secrets."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def _forms(secret: str) -> str:
    """A pattern for every form in which a secret can stand in a text, the longest first."""
    hexadecimal = [f"(?i:{octets.hex()})" for octets in _encoded(secret, *_ENCODINGS)]
    in_base64 = [_either_alphabet(form) for form in _base64_forms(secret)]
    return "|".join([*hexadecimal, *in_base64, "".join(_character_forms(character) for character in secret)])


def _beginnings(secret: str) -> set[str]:
    """The characters that forms without escapes can begin with."""
    hexadecimal = [octets.hex() for octets in _encoded(secret, *_ENCODINGS)]
    return {form[0] for form in (secret, *hexadecimal, *map(str.upper, hexadecimal), *_base64_forms(secret))}


def _encoded(text: str, *encodings: str) -> Iterable[bytes]:
    """The text in each of the encodings that can hold it, without repetitions."""
    found: dict[bytes, None] = {}
    for encoding in encodings:
        try:
            found[text.encode(encoding)] = None
        except UnicodeEncodeError:
            continue
    return found


def _base64_forms(secret: str) -> Iterator[str]:
    """Base64, also of something longer around the secret: the characters then that depend on nothing else."""
    for octets in _encoded(secret, *_ENCODINGS):
        yield base64.b64encode(octets).decode("ascii")
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + octets).decode("ascii").rstrip("=")
            end = len(encoded) - (1 if (before + len(octets)) % 3 else 0)
            inner = encoded[(before * 8 + 5) // 6 : end]
            if len(inner) >= SHORTEST:
                yield inner


def _either_alphabet(encoded: str) -> str:
    standard = {"+": r"(?:[+-]|%2[bB])", "/": r"(?:[/_]|%2[fF])", "=": r"(?:=|%3[dD])"}
    return "".join(standard.get(character, character) for character in encoded)


def _character_forms(character: str) -> str:
    """One character as it is, or escaped for JSON, Python, a URL or HTML."""
    forms = {re.escape(character)}
    for octets in _encoded(character, "utf-8", "cp932"):
        forms.add("".join(_octet_forms(octet) for octet in octets))
    units = character.encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    forms.add("(?i:" + "".join(rf"\\+u{unit}" for unit in units) + ")")
    if ord(character) < 0x100:
        forms.add(rf"(?i:\\+x{ord(character):02x})")
    forms.add(rf"(?i:&#(?:0*{ord(character)}|x0*{ord(character):x});)")
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    if character in named:
        forms.add(named[character])
    if character in "\"'/":
        forms.add(rf"\\+{character}")
    if character == "\\":
        forms.add(r"\\+")
    if character in _LETTERS:
        forms.add(rf"\\+{_LETTERS[character]}")
    if character == " ":
        forms.add(r"\+")
    return f"(?:{'|'.join(sorted(forms, key=lambda form: (-len(form), form)))})"


def _octet_forms(octet: int) -> str:
    """One octet in a URL; the second one of a Shift_JIS character can stand there as the letter it looks like."""
    escaped = f"(?i:%{octet:02x})"
    letter = chr(octet)
    return f"(?:{escaped}|{re.escape(letter)})" if letter.isascii() and letter.isprintable() else escaped
