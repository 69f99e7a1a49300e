"""Postal codes: seven digits since 1998-02-02 (郵便番号7桁化), written 929-0123."""

from __future__ import annotations

import re

from yakin.japan.refusals import WrongNumber
from yakin.japan.widths import normal_text, strip_spaces, unify_dashes

_WRITTEN = re.compile(r"〒?([0-9]{3})-?([0-9]{4})")
_OLD = re.compile(r"〒?[0-9]{3}(?:-?[0-9]{2})?")
_SHORT = re.compile(r"[0-9]{6}")


def postal_code(value: str | int) -> str:
    """A postal code as it is written: 〒９２９−０１２３ and 9290123 → "929-0123".

    Whether there is such a code is not looked at.

    Raises:
        WrongNumber: It has not seven digits: one of before 1998, or a leading zero was lost.
    """
    plain = strip_spaces(unify_dashes(normal_text(str(value))))
    if match := _WRITTEN.fullmatch(plain):
        return f"{match[1]}-{match[2]}"
    raise WrongNumber(
        "{value} is not a postal code",
        hint="Leading zeros may have been lost: keep the column as text"
        if _SHORT.fullmatch(plain)
        else "Codes of three or five digits ended in 1998: look up the one of today"
        if _OLD.fullmatch(plain)
        else "Write its seven digits, such as 929-0123",
        value=value,
    )
