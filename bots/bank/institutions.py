"""Banks and their branches by code, from the `zengin-code` package where it is installed.

The package is not needed: without it codes are only looked at for their length. Its data are as old as its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Institution:
    """A bank.

    Attributes:
        name: Its name, such as みずほ.
        branches: Code of a branch → its name.
    """

    name: str
    branches: Mapping[str, str]


@cache
def institutions() -> Mapping[str, Institution] | None:
    """Code → bank; None where the package is not installed."""
    try:
        every = import_module("zengin_code").Bank.all
    except ImportError:
        return None
    return {
        code: Institution(bank.name, {branch: found.name for branch, found in bank.branches.items()})
        for code, bank in every.items()
    }
