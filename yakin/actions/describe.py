"""An action described for people, from its signature and docstring."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from yakin.actions.declare import ActionSpec, Parameter

Named = Sequence[tuple[Any, str]]
"""Types and what a person calls them."""

_WORDS: Named = (
    (str, "text"),
    (int, "whole number"),
    (float, "number"),
    (bool, "true or false"),
    (Path, "path"),
    (Any, "any value"),
)


def describe(spec: ActionSpec) -> str:
    """An action as Markdown: what it does, its arguments, what it hands on, what it raises, an example."""
    parts = [f"### `{spec.name}`", spec.summary]
    if spec.details:
        parts.append(spec.details)
    if spec.parameters:
        parts.append("\n".join(_argument(parameter) for parameter in spec.parameters))
    if spec.returns:
        parts.append(f"Hands on: {spec.returns}")
    if spec.raises:
        parts.append("Fails with:")
        parts.append("\n".join(f"- `{name}`: {when}" for name, when in spec.raises.items()))
    if spec.example:
        parts.append(f"```yaml\n{spec.example}\n```")
    return "\n\n".join(parts)


def _argument(parameter: Parameter) -> str:
    if parameter.required:
        when = "required"
    elif parameter.default in (None, ()):
        when = "optional"
    else:
        when = f"default `{_shown(parameter.default)}`"
    return f"- **{parameter.name}** ({type_name(parameter.annotation)}; {when}): {parameter.description}"


def type_name(annotation: Any, also: Named = ()) -> str:
    """A type in the words of somebody who writes workflows; that a value may be left out is not part of it.

    Args:
        annotation: The type.
        also: Names of further types.
    """
    for known, words in (*also, *_WORDS):
        if annotation == known:
            return words
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_name(inner[0], also)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(type_name(kind, also) for kind in inner if kind is not type(None)))
    if origin is typing.Literal:
        return " or ".join(f"`{_shown(choice)}`" for choice in inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"mapping of {type_name(inner[0], also)} to {type_name(inner[1], also)}"
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return f"list of {type_name(inner[0], also)}"
    return str(getattr(annotation, "__name__", annotation))


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
