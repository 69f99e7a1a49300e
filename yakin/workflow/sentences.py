"""Our sentences for what pydantic finds: what was expected, what was found instead, and what to write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from yakin.errors import YakinError
from yakin.expected import DURATION, LIST, NUMBER, PATH, TEXT, TRUTH, WHOLE, expected, options
from yakin.phrases import Phrase, mark
from yakin.workflow.positions import Path

DURATIONS = frozenset(("absent_after", "delay", "every", "grace", "jitter", "remind", "start_within", "timeout"))
"""Keys of a workflow whose value is a length of time."""


@dataclass(frozen=True)
class Mismatch:
    """One thing that pydantic refused.

    Attributes:
        path: Of the value; of the key that is missing; of the key that should not be there.
        kind: Pydantic's type of error.
        context: Its details.
        found: The value.
        of_key: It is the last key of the path that was refused, not the value under it.
    """

    path: Path
    kind: str
    context: Mapping[str, Any]
    found: Any
    of_key: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """The values that are allowed, for a choice."""
        return options(self.context)

    @property
    def expected(self) -> str:
        """What is expected, in words that follow "has to be"."""
        if self.kind == "string_type" and self.path and self.path[-1] in DURATIONS:
            return DURATION
        return expected(self.kind, self.context)


STEP_LISTS = frozenset(("steps", "probe", "parallel", "sign_in", "on_failure"))


def mismatches(errors: Iterable[Mapping[str, Any]], data: Any, *, at: Path, tags: Iterable[str] = ()) -> list[Mismatch]:
    """Pydantic's errors with paths into the data, without what only says which branch of a union was tried.

    Args:
        errors: As `ValidationError.errors()` gives them.
        data: What was validated.
        at: Path of `data` in the file.
        tags: Tags of the union of steps, which follow a position in a list of steps.
    """
    known = frozenset(tags)
    found = [_mismatch(error, data, at, known) for error in errors]
    paths = {mismatch.path for mismatch in found}
    return [
        mismatch
        for mismatch in found
        if not any(len(path) > len(mismatch.path) and path[: len(mismatch.path)] == mismatch.path for path in paths)
    ]


def _mismatch(error: Mapping[str, Any], data: Any, at: Path, tags: frozenset[str]) -> Mismatch:
    path: list[str | int] = []
    here = data
    tagged = True
    for part in error["loc"]:
        in_steps = len(path) >= 2 and isinstance(path[-1], int) and path[-2] in STEP_LISTS
        if in_steps and part in tags and not tagged:
            tagged = True
        elif isinstance(here, Mapping) and isinstance(part, str) and part in here:
            here = here[part]
            path.append(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
            path.append(part)
            tagged = False
    if error["type"] == "missing":
        path.append(str(error["loc"][-1]))
    of_key = error["loc"][-1:] == ("[key]",)
    found = path[-1] if of_key else here
    return Mismatch((*at, *path), error["type"], error.get("ctx") or {}, found, of_key)


def grouped(found: Sequence[Mismatch]) -> Iterable[list[Mismatch]]:
    """Mismatches of the same value together: the branches of a union, none of which fits."""
    groups: dict[Path, list[Mismatch]] = {}
    for mismatch in found:
        groups.setdefault(mismatch.path, []).append(mismatch)
    return groups.values()


def expectation(group: Sequence[Mismatch]) -> str:
    """What all branches of a union expect, in words."""
    words = list(dict.fromkeys(mismatch.expected for mismatch in group))
    if NUMBER in words and WHOLE in words:
        words.remove(WHOLE)
    return reduce(lambda one, other: Phrase("{one}, or {other}", one=one, other=other), words)


def raised(group: Sequence[Mismatch]) -> YakinError | None:
    """The error of ours that a validator raised, if one did."""
    errors = (mismatch.context.get("error") for mismatch in group)
    return next((error for error in errors if isinstance(error, YakinError)), None)


def described(value: Any, source: str) -> str:
    """What was found, in words."""
    match value:
        case None:
            return Phrase("nothing")
        case bool():
            return "true" if value else "false"
        case int() | float():
            return Phrase("the number {source}", source=source)
        case str() if source and "\n" not in source and len(source) <= 60:
            return Phrase("the text {source}", source=source)
        case str():
            return TEXT
        case []:
            return Phrase("an empty list")
        case list():
            return LIST
        case _:
            return Phrase("a mapping")


def advice(group: Sequence[Mismatch], source: str) -> str | None:
    """A hint for the usual mistakes: quotes that lack, quotes too many, yes and no."""
    found = group[0].found
    wanted = {mismatch.expected for mismatch in group}
    if isinstance(found, int | float) and DURATION in wanted:
        return mark("Write {source}s for seconds or {source}m for minutes")
    if isinstance(found, int | float) and wanted & {TEXT, PATH}:
        return mark('Put it in quotes: "{source}"')
    if isinstance(found, str):
        if TRUTH in wanted and found.casefold() in ("yes", "on", "y", "はい"):
            return mark("Write true")
        if TRUTH in wanted and found.casefold() in ("no", "off", "n", "いいえ"):
            return mark("Write false")
        if source[:1] in ("'", '"') and wanted & {WHOLE, NUMBER, TRUTH}:
            return mark("Write it without quotes")
        if LIST in wanted:
            return mark("Write [{source}], or one - line for each")
    return None
