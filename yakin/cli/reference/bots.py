"""One page for each bot: its actions, and the types that their arguments and outputs are made of."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from collections.abc import Iterator

from pydantic import BaseModel

from yakin.actions import ActionSpec, Registry
from yakin.actions.describe import describe
from yakin.cli.reference.markdown import code, page


def pages(registry: Registry) -> dict[str, str]:
    """Bot → its page."""
    bots: dict[str, list[ActionSpec]] = {}
    for name, spec in sorted(registry.actions.items()):
        bots.setdefault(name.partition(".")[0], []).append(spec)
    return {bot: _page(bot, specs) for bot, specs in bots.items()}


def _page(bot: str, specs: list[ActionSpec]) -> str:
    contents = [f"- [{code(spec.name)}](#{spec.name.replace('.', '')}) {spec.summary}" for spec in specs]
    kinds = {kind: None for spec in specs for kind in _own_kinds(spec)}
    more = [_described(kind) for kind in sorted(kinds, key=lambda kind: kind.__name__)]
    settings = [_described(kind) for kind in _settings(specs[0])]
    return page(
        bot,
        _about(specs[0]),
        "\n".join(contents),
        "## Actions",
        *map(describe, specs),
        *(["## What arguments and outputs are made of", *more] if more else []),
        *(["## Settings", *settings] if settings else []),
    )


def _package(spec: ActionSpec) -> str:
    """The module that is the bot, for actions that are declared in a part of it too."""
    parts = spec.function.__module__.split(".")
    return ".".join(parts[:2])


def _about(spec: ActionSpec) -> str:
    return (inspect.getdoc(sys.modules[_package(spec)]) or "").partition("\n\n")[0].replace("\n", " ")


def _own_kinds(spec: ActionSpec) -> Iterator[type]:
    """The types of a bot's own that a workflow's author meets."""
    waiting = [*(parameter.annotation for parameter in spec.parameters), spec.output]
    seen: list[object] = []
    while waiting:
        kind = waiting.pop(0)
        if kind in seen:
            continue
        seen.append(kind)
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and kind.__module__.startswith(_package(spec)) and attributes(kind):
            yield kind
            waiting += typing.get_type_hints(kind, include_extras=True).values()


def _settings(spec: ActionSpec) -> Iterator[type]:
    """Classes of the bot that say what its part of the settings can hold."""
    seen: dict[type, None] = {}
    for name, module in sorted(sys.modules.items()):
        if name == _package(spec) or name.startswith(_package(spec) + "."):
            seen |= {
                thing: None
                for thing in vars(module).values()
                if inspect.isclass(thing)
                and thing.__module__ == name
                and thing.__name__.endswith("Settings")
                and (dataclasses.is_dataclass(thing) or issubclass(thing, BaseModel))
            }
    yield from seen


def _described(kind: type) -> str:
    summary = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    lines = [f"- **{name}**: {meaning}" for name, meaning in attributes(kind).items()]
    return "\n\n".join([f"### {kind.__name__}", summary, "\n".join(lines)])


def attributes(kind: type) -> dict[str, str]:
    """Attribute → what its class's docstring says of it, under the name that workflows use."""
    from docstring_parser import DocstringStyle, parse

    fields = kind.model_fields if issubclass(kind, BaseModel) else {}
    return {
        (fields[param.arg_name].alias if param.arg_name in fields else None) or param.arg_name: " ".join(
            (param.description or "").split()
        )
        for param in parse(inspect.getdoc(kind) or "", DocstringStyle.GOOGLE).params
    }
