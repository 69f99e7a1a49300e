"""An action described for people, from its signature and docstring."""

from __future__ import annotations

import re
from typing import Any

from yakin.actions.declare import ActionSpec, Parameter


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
        parts.append("\n".join(f"- raises `{name}`: {when}" for name, when in spec.raises.items()))
    if spec.example:
        parts.append(f"```yaml\n{spec.example}\n```")
    return "\n\n".join(parts)


def _argument(parameter: Parameter) -> str:
    default = "" if parameter.required else f", default `{_shown(parameter.default)}`"
    return f"- **{parameter.name}** (`{type_name(parameter.annotation)}`{default}): {parameter.description}"


def type_name(annotation: Any) -> str:
    """A type as a person would write it, without the modules it comes from."""
    inner = getattr(annotation, "__metadata__", None)
    if inner is not None:
        return type_name(annotation.__origin__)
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return annotation.__name__
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", str(annotation))


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
