"""What a value has to be, in words for people, by pydantic's kinds of errors; the words follow "has to be"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yakin.phrases import Phrase, either, mark

TEXT = Phrase("a text")
WHOLE = Phrase("a whole number")
NUMBER = Phrase("a number")
MAPPING = Phrase("a mapping (key: value)")
LIST = Phrase("a list")
TRUTH = Phrase("true or false")
PATH = Phrase("a path")
DATE = Phrase("a date such as 2024-04-01")
MOMENT = Phrase("a date and time such as 2024-04-01 08:30")
TIME_OF_DAY = Phrase("a time of day such as 08:30")
DURATION = Phrase("a length of time with its unit, such as 500ms, 30s, 5m or 3h")
_ADDRESS = Phrase("an address")
_OUTPUT = Phrase("what another step hands on, as an expression")
_NOTHING = Phrase("nothing")

_KINDS: Mapping[str, Phrase] = {
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode", "bytes_type"), TEXT),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number", "decimal_type", "decimal_parsing"), NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), TRUTH),
    **dict.fromkeys(
        ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type", "dataclass_exact_type"),
        MAPPING,
    ),
    **dict.fromkeys(
        ("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type", "iteration_error"), LIST
    ),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), DATE),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"), MOMENT
    ),
    **dict.fromkeys(("time_type", "time_parsing"), TIME_OF_DAY),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), Phrase("a length of time")),
    **dict.fromkeys(("is_instance_of", "is_subclass_of", "callable_type"), _OUTPUT),
    **dict.fromkeys(("url_type", "url_parsing"), _ADDRESS),
    **dict.fromkeys(("none_required", "missing_sentinel_error"), _NOTHING),
    "path_type": PATH,
}
_LIMITS: Mapping[str, str] = {
    "greater_than": mark("more than {gt}"),
    "greater_than_equal": mark("at least {ge}"),
    "less_than": mark("less than {lt}"),
    "less_than_equal": mark("at most {le}"),
    "multiple_of": mark("a multiple of {multiple_of}"),
    "too_short": mark("a list of at least {min_length}"),
    "too_long": mark("a list of at most {max_length}"),
    "string_too_short": mark("a text of at least {min_length} characters"),
    "string_too_long": mark("a text of at most {max_length} characters"),
    "decimal_max_digits": mark("a number of at most {max_digits} digits"),
    "decimal_max_places": mark("a number of at most {decimal_places} decimal places"),
    "decimal_whole_digits": mark("a number of at most {whole_digits} digits before the point"),
}
_PATTERNS: Mapping[str, Phrase] = {
    r"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$": DURATION,
    r"^\s*\$\{\{[\s\S]*\}\}\s*$": Phrase("one expression"),
    r"^[0-9]{2}:[0-9]{2}$": TIME_OF_DAY,
    r"^[^\W\d]\w*$": Phrase("a name of letters, digits and _ that does not begin with a digit"),
}


def options(context: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that are allowed, for a choice.

    Args:
        context: Details of pydantic's error.
    """
    return tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))


def expected(kind: str, context: Mapping[str, Any]) -> str:
    """What is expected, in words that follow "has to be".

    Args:
        kind: Pydantic's type of error.
        context: Its details.
    """
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _LIMITS:
        return Phrase(_LIMITS[kind], **context)
    if kind in ("literal_error", "enum"):
        choices = options(context)
        return either(choices) if choices else str(context.get("expected"))
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern"))
        return _PATTERNS.get(pattern) or Phrase("a text that matches {pattern}", pattern=pattern)
    return Phrase("something else")
