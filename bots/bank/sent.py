"""The ledger of bank files that were made: no payment goes out twice because nobody remembered the first time.

The ledger is a file of JSON lines that only grows; each line holds the hash of the one before it, so that a line that was
changed or taken out of the middle is seen. Of the payments it keeps keyed fingerprints only (HMAC-SHA-256, cut to 96 bits), with a key of its own in its
first line: it shows nobody's account at a glance, but who holds the file can try out accounts, so it is to be kept like the bank files themselves.

A batch counts as sent from the moment its file is made. What was never handed to the bank is withdrawn, and may then be
made again. Two payments are one and the same when they have the same purpose and the same key (the account, where there is no key),
or the same account, amount and day under any purpose. Purposes and keys are the same in any width and with any dash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bots.bank.findings import Finding
from bots.bank.payments import Payment
from yakin.errors import ApplicationError, BusinessError
from yakin.japan import normal_text, unify_dashes
from yakin.values import Table

_BYTES = 12
_LOCK_SECONDS = 60
_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


class LedgerBroken(ApplicationError):
    """The ledger of sent bank files is not what was written into it; nothing is made until a person has looked."""

    code = "ledger-broken"


@dataclass(frozen=True, slots=True)
class Made:
    """One bank file that was made, and not withdrawn.

    Attributes:
        file: SHA-256 of its content, hexadecimal.
        run: Run that made it.
        step: Step that made it, and for which item.
        purpose: What it was for.
        day: 取組日.
        keys: Fingerprints of what must not be paid twice under this purpose.
        payments: Fingerprints of account, amount and day.
    """

    file: str
    run: str
    step: str
    purpose: str
    day: str
    keys: frozenset[str]
    payments: frozenset[str]


class Ledger:
    """The ledger in one file; made when the first batch is written into it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else reads or writes the ledger meanwhile.

        Raises:
            ApplicationError: Another run has held it for a minute.
        """
        from filelock import FileLock, Timeout

        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._path.with_name(f"{self._path.name}.lock"), timeout=_LOCK_SECONDS):
                yield
        except Timeout as error:
            raise ApplicationError("{file} is held by another run", file=self._path) from error

    def repeats(
        self, table: Table, payments: Mapping[int, Payment], purpose: str, day: date, run: tuple[str, str] | None = None
    ) -> list[Finding]:
        """The payments that were made before, and those that stand twice in this list.

        Args:
            table: The list, for the places of its rows.
            payments: Row, counted from 0 → payment.
            purpose: What they are for.
            day: 取組日.
            run: Run and step (and item) whose own batches do not count.

        Raises:
            LedgerBroken: It was changed.
        """
        lines = self._lines()
        salt = _salt(lines)
        before = [made for made in _standing(lines) if (made.run, made.step) != run]
        found = list(_twice(table, payments))
        meant = _written(purpose)
        for index, payment in payments.items():
            key, whole = _fingerprints(payment, purpose, day, salt)
            for made in before:
                if _written(made.purpose) == meant and key in made.keys:
                    code = "already_sent"
                elif whole in made.payments:
                    code = "same_day"
                else:
                    continue
                data = {"what": payment.key or payment.place, "purpose": made.purpose, "day": made.day}
                found.append(Finding(code, index, origin=table.row(index).origin, data=data))
                break
        return sorted(found, key=lambda finding: finding.index or 0)

    def record(
        self,
        payments: Sequence[Payment],
        *,
        purpose: str,
        day: date,
        file: str,
        run: tuple[str, str],
        at: datetime,
        reason: str | None,
    ) -> bool:
        """Write down that a bank file is made; the same file of the same step is written down once.

        Args:
            payments: What it holds.
            purpose: What they are for.
            day: 取組日.
            file: SHA-256 of its content, hexadecimal.
            run: Run and step (and item) that makes it.
            at: The time.
            reason: Why payments that were made before may be made again.

        Returns:
            Whether it was written down now.
        """
        lines = self._lines()
        if any((made.run, made.step, made.file) == (*run, file) for made in _standing(lines)):
            return False
        added: list[dict[str, Any]] = []
        if not lines:
            added.append({"ledger": 1, "salt": secrets.token_hex(16)})
        salt = _salt([*lines, *added])
        prints = [_fingerprints(payment, purpose, day, salt) for payment in payments]
        added.append(
            {
                "made": file,
                "run": run[0],
                "step": run[1],
                "at": at.isoformat(),
                "purpose": purpose,
                "day": day.isoformat(),
                "count": len(payments),
                "amount": sum(payment.amount for payment in payments),
                "reason": reason,
                "keys": [key for key, _ in prints],
                "payments": [whole for _, whole in prints],
            }
        )
        self._append(added)
        return True

    def withdraw(self, file: str, *, run: str, at: datetime, reason: str) -> str:
        """Write down that a bank file was not and will not be handed to the bank: of several with one content, the latest.

        Returns:
            What it was for.

        Raises:
            BusinessError: The ledger has no such file, or it is withdrawn already.
        """
        lines = self._lines()
        made = next((made for made in reversed(_standing(lines)) if made.file == file), None)
        if made is None:
            raise BusinessError(
                "The ledger {ledger} has no bank file with this content that is not withdrawn",
                ledger=self._path,
                hint="Is it the file that was made, unchanged?",
            )
        self._append([{"withdrawn": file, "run": run, "at": at.isoformat(), "reason": reason}])
        return made.purpose

    def _lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        before = b""
        for number, line in enumerate(self._whole_lines(), 1):
            try:
                read = json.loads(line)
            except ValueError as error:
                raise self._broken(number) from error
            if not isinstance(read, dict) or read.pop("prev", None) != _hash(before):
                raise self._broken(number)
            lines.append(read)
            before = line
        return lines

    def _whole_lines(self) -> list[bytes]:
        """The lines; what stands behind the last line end was cut off while it was written, before its bank file was made."""
        return self._path.read_bytes().split(b"\n")[:-1] if self._path.exists() else []

    def _append(self, added: Sequence[Mapping[str, Any]]) -> None:
        kept = self._whole_lines()
        before = kept[-1] if kept else b""
        written = b""
        for entry in added:
            before = json.dumps({**entry, "prev": _hash(before)}, ensure_ascii=False, separators=(",", ":")).encode()
            written += before + b"\n"
        try:
            with os.fdopen(os.open(self._path, _OPEN, 0o600), "r+b") as stream:
                stream.truncate(sum(len(line) + 1 for line in kept))
                stream.seek(0, os.SEEK_END)
                stream.write(written)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise ApplicationError(
                "The ledger {ledger} cannot be written: {reason}",
                ledger=self._path,
                reason=error.strerror or type(error).__name__,
                hint="Nothing was made. Is the disk full, or are rights missing?",
            ) from error

    def _broken(self, number: int) -> LedgerBroken:
        return LedgerBroken(
            "Line {number} of the ledger {ledger} is not what was written there",
            number=number,
            ledger=self._path,
            hint="Put back the copy of the last night, and compare it with the bank files that were made since",
        )


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:32]


def _salt(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return bytes.fromhex(lines[0]["salt"]) if lines else b""


def _standing(lines: Sequence[Mapping[str, Any]]) -> list[Made]:
    """The batches that were made and not withdrawn."""
    made: list[Made] = []
    for line in lines:
        if "made" in line:
            known = (line["made"], line["run"], line["step"], line["purpose"], line["day"])
            made.append(Made(*known, frozenset(line["keys"]), frozenset(line["payments"])))
        elif "withdrawn" in line:
            del made[max(index for index, found in enumerate(made) if found.file == line["withdrawn"])]
    return made


def _fingerprints(payment: Payment, purpose: str, day: date, salt: bytes) -> tuple[str, str]:
    """What must be unique under the purpose, and what must be unique on the day."""

    def fingerprint(*parts: str) -> str:
        digest = hmac.digest(salt, "\x1f".join(parts).encode(), "sha256")
        return base64.b64encode(digest[:_BYTES]).decode()

    return (
        fingerprint("key", _written(purpose), _written(payment.key or payment.place)),
        fingerprint("payment", day.isoformat(), payment.place, str(payment.amount)),
    )


def _written(text: str) -> str:
    """A purpose or key in the form in which it is compared."""
    return " ".join(unify_dashes(normal_text(text)).split()).casefold()


def _twice(table: Table, payments: Mapping[int, Payment]) -> Iterator[Finding]:
    places: dict[str, list[int]] = {}
    for index, payment in payments.items():
        places.setdefault(_written(payment.key or payment.place), []).append(index)
    for indexes in places.values():
        if len(indexes) > 1:
            first = payments[indexes[0]]
            what = first.key or first.place
            origins = [table.row(index).origin for index in indexes]
            rows = ", ".join(
                str(origin.row if origin else index + 1) for origin, index in zip(origins, indexes, strict=True)
            )
            for index, origin in zip(indexes, origins, strict=True):
                yield Finding("twice", index, origin=origin, data={"what": what, "rows": rows})
