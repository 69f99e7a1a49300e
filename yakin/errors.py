"""Every error Yakin raises on purpose.

An error is a sentence for a person: what was found, what was expected, what to do. The sentence is a *template* and its
*data* are kept apart, so that a report can show it in the reader's language, a log can keep the template constant and
the data bound, and secrets and personal data can be masked in one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from yakin.phrases import Phrase, fill, from_json, to_json


class YakinError(Exception):
    """Base of all errors of Yakin.

    Args:
        template: The sentence, with `{name}` where the data belong. A template without data is taken as it is.
        hint: What to do about it, a template too.
        data: What the sentence is about. Values are formatted with `str`.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, template: str, *, hint: str | None = None, **data: object) -> None:
        self.template = template
        self.hint_template = hint
        self.data: Mapping[str, object] = data
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence with its data filled in."""
        return fill(self.template, self.data)

    @property
    def hint(self) -> str | None:
        """What to do, with its data filled in; None when there is nothing to advise."""
        return None if self.hint_template is None else fill(self.hint_template, self.data)

    def info(self) -> ErrorInfo:
        """The error as a value: what the journal keeps of it."""
        return ErrorInfo(
            code=self.code,
            kind=type(self).__name__,
            template=self.template,
            hint_template=self.hint_template,
            data={name: value if isinstance(value, Phrase) else str(value) for name, value in self.data.items()},
            is_business=isinstance(self, BusinessError),
        )


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as it is recorded: a value, free of live objects.

    Attributes:
        code: Stable slug of the kind of error, such as `refused` or `target-not-found`.
        kind: Name of the error's class.
        template: The sentence with `{name}` in place of the data.
        hint_template: What to do, or None.
        data: What the sentence is about, as text; phrases stay phrases.
        is_business: True when the data broke a rule: a person has to look, trying again would not help.
    """

    code: str
    kind: str
    template: str
    hint_template: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    is_business: bool = False

    @property
    def message(self) -> str:
        """The sentence with its data filled in."""
        return fill(self.template, self.data)

    @property
    def hint(self) -> str | None:
        """What to do, with its data filled in."""
        return None if self.hint_template is None else fill(self.hint_template, self.data)

    def to_json(self) -> dict[str, Any]:
        """The plain form kept in the journal."""
        return {
            "code": self.code,
            "kind": self.kind,
            "template": self.template,
            "hint": self.hint_template,
            "data": {name: to_json(value) for name, value in self.data.items()},
            "business": self.is_business,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> ErrorInfo:
        """Read what `to_json` wrote."""
        return cls(
            plain["code"],
            plain["kind"],
            plain["template"],
            plain["hint"],
            {name: from_json(value) for name, value in plain["data"].items()},
            plain["business"],
        )


class ConfigError(YakinError):
    """A setting is missing or wrong."""

    code = "config"
    exit_status = 2


class WorkflowError(YakinError):
    """One or more workflow files are wrong; carries every problem found, not only the first."""

    code = "workflow"
    exit_status = 2

    def __init__(self, problems: Iterable[Any]) -> None:
        self.problems = tuple(problems)
        super().__init__("{count} problems in the workflow files", count=len(self.problems))


class BotError(YakinError):
    """A bot is declared wrongly, or a library or program it needs is missing."""

    code = "bot"
    exit_status = 2


class ActionDefinitionError(BotError):
    """An action's signature or docstring does not say what it must; raised when its module is imported."""

    code = "action-definition"


class ActionError(YakinError):
    """Raised while a step runs; bots raise one of its two kinds."""

    code = "action"


class BusinessError(ActionError):
    """The data break a rule: never retried, the item is set aside for a person."""

    code = "business"


class Refused(BusinessError):
    """The other system looked at the data and refused them; nothing was registered."""

    code = "refused"


class AlreadyThere(BusinessError):
    """The other system says the item is there already: the probe decides whether it is ours."""

    code = "already-there"


class ApplicationError(ActionError):
    """The other system failed, or did not show what was expected: retried as the policy says.

    Args:
        nothing_sent: True when the action can prove that the other system received nothing from it, so that even a
            commit that failed this way did not happen (the button was not there, the page was not reached).
    """

    code = "application"

    def __init__(self, template: str, *, hint: str | None = None, nothing_sent: bool = False, **data: object) -> None:
        super().__init__(template, hint=hint, **data)
        self.nothing_sent = nothing_sent


class TargetNotFound(ApplicationError):
    """Nothing, or more than one thing, on the page answers the description."""

    code = "target-not-found"


class SessionLost(ApplicationError):
    """The signed-in session is gone: signed out, expired, or its browser died."""

    code = "session-lost"


class TimedOut(ApplicationError):
    """The step did not finish within its time."""

    code = "timed-out"


class ItemInDoubt(YakinError):
    """A commit was begun and never confirmed; only a probe or a person may settle it."""

    code = "in-doubt"


class RunError(YakinError):
    """A run cannot be started, found or continued."""

    code = "run"


class UnknownRun(RunError):
    """No run has this id, or more than one begins with it."""

    code = "unknown-run"
    exit_status = 2


class JournalError(YakinError):
    """The journal cannot be written, read or believed; what it should have recorded is not done."""

    code = "journal"
    exit_status = 3


class BundleError(YakinError):
    """An installation bundle cannot be made."""

    code = "bundle"
    exit_status = 2


class InternalError(YakinError):
    """A mistake of ours."""

    code = "internal"
    exit_status = 3
