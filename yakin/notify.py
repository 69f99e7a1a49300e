"""`[notify]` of the settings: how people are told, who they are, and which news they get when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from yakin.phrases import Phrase
from yakin.post import FOLDER, MailSettings

AlertKind: TypeAlias = Literal["failed", "in_doubt", "late", "missed", "rejected", "approval"]
"""What can be told at once: a run that failed, items in doubt, a run that is late, something due that was not started, a
workflow file that is wrong now, a decision that is waited for."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(rf"{_TIME.pattern}\s*[-–~〜～]\s*{_TIME.pattern}")


def _is_a_time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(Phrase("be a time such as 07:30"))
    return text


def _is_a_span(text: str) -> str:
    found = _SPAN.fullmatch(text)
    if found is None or found.group(1, 2) == found.group(3, 4):
        raise ValueError(Phrase("be two times such as 22:00-06:30"))
    return text


class _Part(BaseModel):
    """A part of the settings: unknown names are refused, nothing is converted, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class NewsRule(_Part):
    """Who gets which news, and when: a digest, alerts, or both."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """What the journal and `news --send` call the rule; its number in the file when left out. A rule with a name goes on
    where it was when rules before it come or go."""
    to: Annotated[list[str], Field(min_length=1)]
    """Receivers: names under `[notify.receivers]`, mail addresses, or addresses as receivers have them."""
    section: str | None = None
    """Only what workflows of this section do, as their `owner` says it; everything when left out."""
    digest: Annotated[str, AfterValidator(_is_a_time)] | None = None
    """Time of day, such as `07:30`: everything since the last digest is told then, on days on which the hall is open."""
    alert: Annotated[list[AlertKind], Field(min_length=1)] | None = None
    """What is told at once."""
    quiet: Annotated[str, AfterValidator(_is_a_span)] | None = None
    """From when to when alerts wait, such as `22:00-06:30`."""
    attach_report: bool = False
    """Send the reports of runs in trouble along, to mail receivers only. Reports hold personal data."""

    @model_validator(mode="after")
    def _tells_something(self) -> NewsRule:
        if self.digest is None and self.alert is None:
            raise ValueError(Phrase("say when: digest, alert or both"))
        if self.quiet is not None and self.alert is None:
            raise ValueError(Phrase("have alert where it has quiet: a digest comes at its own time"))
        return self

    @property
    def digest_at(self) -> time | None:
        """Time of day of the digest."""
        found = None if self.digest is None else _TIME.fullmatch(self.digest)
        return None if found is None else time(int(found[1]), int(found[2]))

    @property
    def quiet_hours(self) -> tuple[time, time] | None:
        """From when to when alerts wait; the second may be on the next day."""
        found = None if self.quiet is None else _SPAN.fullmatch(self.quiet)
        return None if found is None else (time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))


class NotifySection(_Part):
    """How people are told, who they are, and which news they get when."""

    mail: MailSettings | None = None
    """The mail server."""
    receivers: Mapping[str, str | list[str]] = {}
    """Name → one or more addresses: of mail, of a service as Apprise writes it (`json://host/path`), or a folder into which
    messages are put as files (`file:FOLDER`, relative to the project)."""
    rules: list[NewsRule] = []
    """Who gets which news."""

    @field_validator("rules")
    @classmethod
    def _are_clear(cls, rules: list[NewsRule], info: ValidationInfo) -> list[NewsRule]:
        receivers = info.data.get("receivers", {})
        problems = [*_unknown_receivers(rules, receivers), *_names_twice(rules)]
        if problems:
            # Raised like this, each problem keeps its place; a ValueError would be about all of the rules.
            raise ValidationError.from_exception_data("rules", problems)
        return rules

    @property
    def named_rules(self) -> Mapping[str, NewsRule]:
        """Name of each rule, or its number in the file, → the rule."""
        return {_name(rule, number): rule for number, rule in enumerate(self.rules, 1)}


def _name(rule: NewsRule, number: int) -> str:
    return rule.name or str(number)


def _unknown_receivers(rules: list[NewsRule], receivers: Mapping[str, Any]) -> list[InitErrorDetails]:
    wrong = [
        (place, receiver)
        for place, rule in enumerate(rules)
        for receiver in rule.to
        if receiver not in receivers and "@" not in receiver and "://" not in receiver
        if not receiver.startswith(FOLDER)
    ]
    known = ", ".join(receivers) or "-"
    return [
        _problem(
            (place, "to"),
            Phrase(
                "name receivers that there are; {receiver} is neither among {known} nor an address",
                receiver=receiver,
                known=known,
            ),
            receiver,
        )
        for place, receiver in wrong
    ]


def _names_twice(rules: list[NewsRule]) -> list[InitErrorDetails]:
    names = [_name(rule, number) for number, rule in enumerate(rules, 1)]
    return [
        _problem(
            (place, "name"),
            Phrase("not be the name of an earlier rule: {name}", name=name),
            name,
        )
        for place, name in enumerate(names)
        if name in names[:place]
    ]


def _problem(place: tuple[int | str, ...], wanted: Phrase, value: str) -> InitErrorDetails:
    return {
        "type": PydanticCustomError("value_error", "{error}", {"error": ValueError(wanted)}),
        "loc": place,
        "input": value,
    }
