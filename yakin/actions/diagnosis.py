"""What looking at one thing of a machine came to: what bots and the doctor tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from yakin.errors import YakinError

Severity = Literal["well", "warning", "wrong"]
"""`wrong` keeps something from working; with a `warning` it works, but a person should know."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A sentence about one thing that was looked at.

    Attributes:
        template: What was found and where, with `{name}` in place of the data; never a secret, never a person's data.
        severity: How bad it is.
        hint: What a person does about it, a template too; None when there is nothing to advise.
        data: What the sentences are about; something with a template and data of its own stands for its sentence.
    """

    template: str
    severity: Severity
    hint: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)


def well(template: str, **data: object) -> Diagnosis:
    """Something is as it should be."""
    return Diagnosis(template, "well", None, data)


def warn(template: str, *, hint: str | None = None, **data: object) -> Diagnosis:
    """Something works, but a person should know about it."""
    return Diagnosis(template, "warning", hint, data)


def wrong(template: str, *, hint: str | None = None, **data: object) -> Diagnosis:
    """Something does not work, or will not."""
    return Diagnosis(template, "wrong", hint, data)


def diagnosed(error: YakinError) -> Diagnosis:
    """An error as what is wrong."""
    return Diagnosis(error.template, "wrong", error.hint_template, error.data)
