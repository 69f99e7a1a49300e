"""Our sentences for what pydantic finds: what was expected, what was found instead, and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakin.errors import YakinError
from yakin.workflow.positions import Path

_TEXT, _WHOLE, _NUMBER = "a text", "a whole number", "a number"
_MAPPING, _LIST, _TRUTH = "a mapping (key: value)", "a list", "true or false"
_DATE, _MOMENT, _CLOCK = "a date such as 2024-04-01", "a date and time such as 2024-04-01 08:30", "a time such as 08:30"
_SPAN = "a length of time"
_TIME = "a length of time with its unit, such as 500ms, 30s, 5m or 3h"
_OUTPUT = "what another step hands on, as an expression"

_EXPECTED: Mapping[str, str] = {
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode", "bytes_type"), _TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "dataclass_exact_type"),
        _MAPPING,
    ),
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type", "iteration_error"), _LIST
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"), _MOMENT
    ),
    **dict.fromkeys(("time_type", "time_parsing"), _CLOCK),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), _SPAN),
    **dict.fromkeys(("is_instance_of", "is_subclass_of", "callable_type"), _OUTPUT),
    "path_type": "a path",
    "none_required": "nothing",
    "url_type": "an address",
    "url_parsing": "an address",
    "missing_sentinel_error": "nothing",
}
DURATIONS = frozenset(("absent_after", "delay", "every", "grace", "jitter", "remind", "start_within", "timeout"))
"""Keys of a workflow whose value is a length of time."""

_LIMITS: Mapping[str, str] = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "too_short": "a list of at least {min_length}",
    "too_long": "a list of at most {max_length}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "decimal_max_digits": "a number of at most {max_digits} digits",
    "decimal_max_places": "a number of at most {decimal_places} decimal places",
    "decimal_whole_digits": "a number of at most {whole_digits} digits before the point",
}
_PATTERNS: Mapping[str, str] = {
    r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$": _TIME,
    r"^\s*\$\{\{[\s\S]*\}\}\s*$": "one expression",
    r"^[0-9]{2}:[0-9]{2}$": "a time of day such as 08:30",
    r"^[^\W\d]\w*$": "a name of letters, digits and _ that does not begin with a digit",
}


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
        return tuple(re.findall(r"'([^']*)'", str(self.context.get("expected", ""))))

    @property
    def expected(self) -> str:
        """What is expected, in words that follow "has to be"."""
        if self.kind == "string_type" and self.path and self.path[-1] in DURATIONS:
            return _TIME
        if self.kind in _EXPECTED:
            return _EXPECTED[self.kind]
        if self.kind in _LIMITS:
            return _LIMITS[self.kind].format_map(self.context)
        if self.kind in ("literal_error", "enum"):
            return " or ".join(self.options) or str(self.context.get("expected"))
        if self.kind == "string_pattern_mismatch":
            pattern = str(self.context.get("pattern"))
            return _PATTERNS.get(pattern, f"a text that matches {pattern}")
        return "something else"


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
    if _NUMBER in words and _WHOLE in words:
        words.remove(_WHOLE)
    return ", or ".join(words)


def raised(group: Sequence[Mismatch]) -> YakinError | None:
    """The error of ours that a validator raised, if one did."""
    errors = (mismatch.context.get("error") for mismatch in group)
    return next((error for error in errors if isinstance(error, YakinError)), None)


def described(value: Any, source: str) -> str:
    """What was found, in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {source}"
        case str():
            return f"the text {source}" if source and "\n" not in source and len(source) <= 60 else "a text"
        case list():
            return "an empty list" if not value else "a list"
        case _:
            return "a mapping"


def advice(group: Sequence[Mismatch], source: str) -> str | None:
    """A hint for the usual mistakes: quotes that lack, quotes too many, yes and no."""
    found = group[0].found
    expected = {mismatch.expected for mismatch in group}
    if isinstance(found, int | float) and _TIME in expected:
        return "Write {source}s for seconds or {source}m for minutes"
    if isinstance(found, int | float) and expected & {_TEXT, "a path"}:
        return 'Put it in quotes: "{source}"'
    if isinstance(found, str):
        if _TRUTH in expected and found.casefold() in ("yes", "on", "y", "はい"):
            return "Write true"
        if _TRUTH in expected and found.casefold() in ("no", "off", "n", "いいえ"):
            return "Write false"
        if source[:1] in ("'", '"') and expected & {_WHOLE, _NUMBER, _TRUTH}:
            return "Write it without quotes"
        if _LIST in expected:
            return "Write [{source}], or one - line for each"
    return None
