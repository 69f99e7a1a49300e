"""Faults that the practice system shows on request: what they are, and when they strike.

Whether a fault strikes depends on the seed and on how many requests there were since the faults were set, never on the
time of day or on chance: the same run meets the same faults.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from yakin.errors import ConfigError

AnswerLost = Literal["", "drop", "hang", "resend"]
Struck = Literal["down", "error"]


@dataclass(frozen=True)
class Faults:
    """What goes wrong, and when; nothing does as it stands.

    Requests are counted from the moment the faults are set. Style sheets, scripts and the page of the faults themselves
    are neither counted nor disturbed.

    Attributes:
        seed: Picks the requests that a rate strikes, and the order of reordered fields.
        latency_ms: Added to every answer, in milliseconds.
        error_rate: Share (0 to 1) of the requests answered by status 500, before anything was done for them.
        session_lost_at: The n-th request of a signed-in user finds its session gone, once; 0 never.
        dialog_rate: Share (0 to 1) of the pages that open with an alert.
        dialog_at: The n-th page opens with an alert, once; 0 never.
        renamed_labels: Pairs of a field's or button's name and its new name, such as ("氏名", "お名前").
        reordered: True puts the fields of the form in another order.
        answer_lost: What happens instead of the answer to a registration that was done: `drop` closes the connection,
            `hang` closes it after `hang_seconds`; `resend` closes it so that Chromium believes in a stale connection and
            sends the request again by itself, which is then refused as a duplicate. Empty: the answer is given.
        answer_lost_at: The n-th registration done loses its answer; 0 none.
        answer_lost_rate: Share (0 to 1) of the registrations that lose their answer.
        answer_lost_for: 受付番号 whose registration loses its answer.
        hang_seconds: How long a hanging answer hangs, in seconds.
        down_at: The n-th request finds the system down; with 0 it is down from the start.
        down_seconds: How long all requests are answered by status 503, in seconds; 0 never.
    """

    seed: int = 0
    latency_ms: int = 0
    error_rate: float = 0.0
    session_lost_at: int = 0
    dialog_rate: float = 0.0
    dialog_at: int = 0
    renamed_labels: tuple[tuple[str, str], ...] = ()
    reordered: bool = False
    answer_lost: AnswerLost = ""
    answer_lost_at: int = 0
    answer_lost_rate: float = 0.0
    answer_lost_for: tuple[str, ...] = ()
    hang_seconds: float = 60.0
    down_at: int = 0
    down_seconds: float = 0.0

    def __post_init__(self) -> None:
        for name in ("error_rate", "dialog_rate", "answer_lost_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(
                    "{fault} is {value}, not a share between 0 and 1", fault=name, value=getattr(self, name)
                )
        counted = (
            "latency_ms",
            "session_lost_at",
            "dialog_at",
            "answer_lost_at",
            "hang_seconds",
            "down_at",
            "down_seconds",
        )
        for name in counted:
            if getattr(self, name) < 0:
                raise ConfigError("{fault} is {value}, less than nothing", fault=name, value=getattr(self, name))
        if self.answer_lost not in get_args(AnswerLost):
            raise ConfigError("answer_lost is {value!r}, not drop, hang or resend", value=self.answer_lost)

    def to_json(self) -> dict[str, Any]:
        """The plain form; `renamed_labels` is an object, old name to new."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return plain | {"renamed_labels": dict(self.renamed_labels), "answer_lost_for": list(self.answer_lost_for)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Faults:
        """Read what `to_json` wrote; what is left out does not happen.

        Raises:
            ConfigError: A fault of that name does not exist, or its value is not of its kind.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in plain.items():
            if name not in kinds:
                known = ", ".join(kinds)
                raise ConfigError(
                    "There is no fault named {fault}", hint="Faults are: {known}", fault=name, known=known
                )
            values[name] = _read(name, value, kinds[name])
        return cls(**values)


def _read(name: str, value: Any, kind: type) -> Any:
    """One value of the plain form in its own type."""
    fits = {
        bool: lambda: isinstance(value, bool),
        int: lambda: isinstance(value, int) and not isinstance(value, bool),
        float: lambda: isinstance(value, int | float) and not isinstance(value, bool),
        str: lambda: isinstance(value, str),
        tuple: lambda: isinstance(value, Mapping if name == "renamed_labels" else list | tuple),
    }
    if not fits[kind]():
        raise ConfigError("{fault} is {value!r}, which is not a value of its kind", fault=name, value=value)
    if name == "renamed_labels":
        return tuple((str(old), str(new)) for old, new in value.items())
    return tuple(str(part) for part in value) if kind is tuple else kind(value)


class Disturbance:
    """The faults at work: counts requests and says which of them are struck.

    Args:
        faults: What goes wrong; may be replaced at any time, which begins the count anew.
        clock: Seconds that only go forward.
    """

    def __init__(self, faults: Faults, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._set(faults)

    @property
    def faults(self) -> Faults:
        """What goes wrong at present."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._set(faults)

    def _set(self, faults: Faults) -> None:
        self._faults = faults
        self._counts: Counter[str] = Counter()
        self._down_since: float | None = None

    def strikes_request(self) -> Struck | None:
        """Count a request; say whether the system is down for it or fails on it."""
        number = self._count("request")
        if self._is_down(number):
            return "down"
        return "error" if self._drawn("error", number, self._faults.error_rate) else None

    def _is_down(self, number: int) -> bool:
        if not self._faults.down_seconds:
            return False
        if self._down_since is None and number >= self._faults.down_at:
            self._down_since = self._clock()
        return self._down_since is not None and self._clock() - self._down_since < self._faults.down_seconds

    def loses_session(self) -> bool:
        """Count a request of a signed-in user; say whether its session is gone now."""
        return self._count("signed in") == self._faults.session_lost_at

    def opens_dialog(self) -> bool:
        """Count a page; say whether it opens with an alert."""
        number = self._count("page")
        return number == self._faults.dialog_at or self._drawn("dialog", number, self._faults.dialog_rate)

    def loses_answer(self, uketsuke_no: str) -> bool:
        """Count a registration that was done; say whether its answer never arrives."""
        number, faults = self._count("registration"), self._faults
        if not faults.answer_lost:
            return False
        chosen = number == faults.answer_lost_at or uketsuke_no in faults.answer_lost_for
        return chosen or self._drawn("answer", uketsuke_no, faults.answer_lost_rate)

    def _count(self, what: str) -> int:
        self._counts[what] += 1
        return self._counts[what]

    def _drawn(self, what: str, which: object, rate: float) -> bool:
        return rate > 0 and random.Random(f"{self._faults.seed}:{what}:{which}").random() < rate  # noqa: S311 - repeatable
