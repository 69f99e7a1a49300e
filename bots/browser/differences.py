"""Values that are not what they should be, all told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.browser.values import masked, shown
from yakin.actions import Context
from yakin.errors import ApplicationError


class VerificationFailed(ApplicationError):
    """The page does not hold the values it should."""

    code = "verify"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the expected one.

    Attributes:
        field: Its label.
        expected: What it should be.
        found: What the page holds; None when the field is gone.
    """

    field: str
    expected: Any
    found: Any


def refuse(ctx: Context, url: str, differences: Sequence[Difference], *, hint: str) -> None:
    """Raise when there are differences.

    Raises:
        VerificationFailed: There are some; it names each field, what was expected and what was found.
    """
    if not differences:
        return
    raise VerificationFailed(
        "{count} values on {url} are not what they should be: {differences}",
        count=len(differences),
        url=url,
        differences="; ".join(_sentence(one, hidden=ctx.sensitive) for one in differences),
        fields=", ".join(one.field for one in differences),
        hint=hint,
    )


def _sentence(one: Difference, *, hidden: bool) -> str:
    if hidden:
        return one.field
    found = "nothing" if one.found is None else f"“{shown(one.found, one.expected)}”"
    return f"{one.field}: expected “{masked(one.expected)}”, found {found}"
