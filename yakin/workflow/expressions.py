"""Expressions in workflow values: `${{ … }}` in Jinja2's sandboxed expression language.

An expression that stands alone keeps the type of its value; inside a text it is written into the text. A text with a secret
in it is a secret. To write `${{` itself: `${{ '${{' }}`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from yakin.errors import ActionError, BusinessError
from yakin.phrases import Phrase, mark
from yakin.workflow.markers import OPENING, Flaw, Reference, marked

if TYPE_CHECKING:
    from yakin.workflow.sandbox import Absent, Analysis

__all__ = ["ExpressionError", "Flaw", "Reference", "evaluate", "flaws", "has_expression", "is_lone", "references"]


class ExpressionError(ActionError):
    """An expression cannot be evaluated; tells the expression, never a value."""

    code = "expression"


def has_expression(value: Any) -> bool:
    """Whether there is a `${{` anywhere in a value made of dicts, lists and texts."""
    return any(OPENING in text for text in _texts(value))


def is_lone(text: str) -> bool:
    """Whether a text is one expression and nothing else, so that its value keeps its type."""
    found = list(marked(text))
    return len(found) == 1 and found[0].closed and not (text[: found[0].start] + text[found[0].end :]).strip()


def references(value: Any) -> list[Reference]:
    """Every name that the expressions in a value use; offsets count from the beginning of their text."""
    return [
        replace(reference, offset=reference.offset + part.offset)
        for text in _texts(value)
        for part in marked(text)
        if part.closed
        for reference in _analysis(part.source).references
    ]


def flaws(text: str) -> list[Flaw]:
    """Everything that is wrong with the expressions of a text, without evaluating them."""
    found: list[Flaw] = []
    for part in marked(text):
        if part.closed:
            found += [replace(flaw, offset=flaw.offset + part.offset) for flaw in _analysis(part.source).flaws]
        else:
            hint = mark("Close it with {closing}; are all quotes and brackets in it closed?")
            data = {"opening": OPENING, "closing": "}}"}
            found.append(Flaw("expression", "{opening} is not closed", data, part.start, len(OPENING), hint))
    return found


def evaluate(value: Any, names: Mapping[str, Any]) -> Any:
    """A value with all its expressions evaluated, in dicts and lists too; keys of dicts stay as they are.

    Args:
        value: Plain data as a workflow holds it.
        names: Name → value, such as `item` and `steps`.

    Raises:
        ExpressionError: A name or column is not there, or an operation fails.
        BusinessError: A filter refuses the data, such as a date that does not exist.
    """
    if isinstance(value, str):
        return _rendered(value, names) if OPENING in value else value
    if isinstance(value, Mapping):
        return {key: evaluate(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [evaluate(item, names) for item in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _rendered(text: str, names: Mapping[str, Any]) -> Any:
    parts = _parts(text)
    values = [part if isinstance(part, str) else part.value(names) for part in parts]
    if len(values) == 1:
        return values[0]
    from yakin.workflow.filters import joined

    try:
        return joined(values)
    except TypeError:
        raise ExpressionError(
            "{expression} puts a list, a table or a record into a text",
            expression=_short(text),
            hint="Name the column that is meant, or make one text of a list with the filter join",
        ) from None


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str | _Expression, ...]:
    """A text as the plain pieces and the expressions it is made of; a lone expression is the only part."""
    found = list(marked(text))
    wrong = flaws(text)
    if wrong:
        flaw = wrong[0]
        said = Phrase(flaw.template, **flaw.data)
        raise ExpressionError(
            "{expression}: {flaw}", hint=flaw.hint, **(dict(flaw.data) | {"expression": _short(text), "flaw": said})
        )
    if is_lone(text):
        return (_Expression(found[0].source),)
    parts: list[str | _Expression] = []
    at = 0
    for part in found:
        parts += [text[at : part.start], _Expression(part.source)]
        at = part.end
    return tuple(part for part in [*parts, text[at:]] if part != "")


@lru_cache(maxsize=4096)
def _analysis(source: str) -> Analysis:
    from yakin.workflow.sandbox import analyse

    return analyse(source)


class _Expression:
    """One expression, compiled."""

    __slots__ = ("_run", "_source", "_template")

    def __init__(self, source: str) -> None:
        from yakin.workflow.sandbox import compiled, run

        tree = _analysis(source).tree
        assert tree is not None
        self._source = source
        self._template = compiled(tree)
        self._run = run

    def value(self, names: Mapping[str, Any]) -> Any:
        """Evaluate it.

        Raises:
            ExpressionError: A name is not there, or an operation fails.
            BusinessError: A filter refuses the data.
        """
        from jinja2 import TemplateError

        from yakin.workflow.sandbox import Absent

        try:
            return self._run(self._template, names)
        except BusinessError:
            raise
        except Absent as absent:
            raise self._absent(absent, names) from None
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, TemplateError) as error:
            # The text of these errors may hold values, so only their kind is told.
            raise ExpressionError(
                "{expression} cannot be computed: {reason}",
                expression=_short(self._source),
                reason=_REASONS.get(type(error).__name__, Phrase("the values do not fit the operation")),
            ) from None

    def _absent(self, absent: Absent, names: Mapping[str, Any]) -> ExpressionError:
        if absent.name is None:
            return ExpressionError(
                "{expression} takes the first or last of an empty list", expression=_short(self._source)
            )
        owner = names if absent.owner is None else absent.owner
        known = [str(key) for key in owner] if isinstance(owner, Mapping) else []
        similar = next(iter(difflib.get_close_matches(str(absent.name), known, n=1, cutoff=0.6)), None)
        hint = None
        if similar:
            hint = mark("Did you mean {similar}?")
        elif known:
            hint = mark("There are: {known}")
        return ExpressionError(
            "{expression}: there is no {name}",
            expression=_short(self._source),
            name=absent.name,
            similar=similar,
            known=", ".join(known[:20]),
            hint=hint,
        )


_REASONS: Mapping[str, Phrase] = {
    "ZeroDivisionError": Phrase("it divides by zero"),
    "OverflowError": Phrase("the result is too large"),
    "SecurityError": Phrase("it is not allowed here"),
}
_LONGEST_SHOWN = 120


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
