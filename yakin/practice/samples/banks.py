"""Accounts of the town's people: the banks are real by their codes, the accounts are made up."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from yakin.practice.samples.people import Person


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a bank.

    Attributes:
        bank: Code of the bank, four digits.
        bank_name: Its name.
        branch: Code of the branch, three digits.
        branch_name: Its name.
        kind: 普通 or 当座.
        number: Seven digits.
        holder: Who holds it, as the bank writes it.
    """

    bank: str
    bank_name: str
    branch: str
    branch_name: str
    kind: str
    number: str
    holder: str


BRANCHES: tuple[tuple[str, str, str, str], ...] = (
    ("0001", "みずほ", "001", "東京営業部"),
    ("0005", "三菱ＵＦＪ", "001", "本店"),
    ("0009", "三井住友", "200", "本店営業部"),
    ("9900", "ゆうちょ", "018", "〇一八"),
    ("9900", "ゆうちょ", "019", "〇一九"),
)
"""Code and name of the bank, code and name of the branch."""


def account(person: Person, rng: Random) -> Account:
    """An account of a person."""
    bank, bank_name, branch, branch_name = rng.choice(BRANCHES)
    kind = "当座" if rng.random() < 0.02 else "普通"
    return Account(bank, bank_name, branch, branch_name, kind, f"{rng.randrange(1, 10_000_000):07d}", person.bank_kana)
