"""Declaring what a bot can do: actions, the live things they need, and what must be installed.

A bot is a module of plain functions. Signature and docstring are the single source of the argument check, the JSON
Schema, the documentation and the forms; nothing about an action is written twice.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from yakin.actions.context import Context, System
from yakin.actions.diagnosis import Diagnosis
from yakin.errors import ActionDefinitionError

if TYPE_CHECKING:
    from pydantic import BaseModel

Scope = Literal["run", "session"]
F = TypeVar("F", bound=Callable[..., Any])

_INJECTED = (Context, System)
_MARK = "__yakin__"


@dataclass(frozen=True)
class Parameter:
    """One argument of an action, as a workflow gives it under `with`.

    Attributes:
        name: As written in the workflow.
        annotation: Its type, with pydantic's constraints.
        default: Its default; `inspect.Parameter.empty` when it must be given.
        description: From the docstring.
    """

    name: str
    annotation: Any
    default: Any
    description: str

    @property
    def required(self) -> bool:
        """Whether a workflow must give it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class ActionSpec:
    """One action: the function and everything its declaration says.

    Attributes:
        function: The plain function; still callable as such.
        name: `<bot>.<function>`; only the function's name until a registry has given it a bot.
        parameters: What a workflow gives.
        injected: Parameter name → type of what the engine gives: the `Context`, the `System`, or a live thing.
        idempotent: Whether doing it twice equals doing it once.
        rehearsable: Whether a rehearsal does it.
        summary: First paragraph of the docstring.
        details: The rest of its prose.
        returns: What it hands on, in words; empty when nothing.
        output: Type of what it hands on.
        raises: Error name → when.
        example: YAML of a step.
    """

    function: Callable[..., Any]
    name: str
    parameters: tuple[Parameter, ...]
    injected: Mapping[str, type]
    idempotent: bool
    rehearsable: bool
    summary: str
    details: str
    returns: str
    output: Any
    raises: Mapping[str, str]
    example: str

    @property
    def live(self) -> Mapping[str, type]:
        """Parameter name → type of the live things it asks for."""
        return {name: kind for name, kind in self.injected.items() if kind not in _INJECTED}

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """Pydantic model of what a workflow gives under `with`."""
        from pydantic import ConfigDict, Field, create_model

        fields: dict[str, Any] = {
            parameter.name: (
                parameter.annotation,
                Field(... if parameter.required else parameter.default, description=parameter.description),
            )
            for parameter in self.parameters
        }
        return create_model(
            f"Arguments of {self.name}",
            __config__=ConfigDict(extra="forbid", frozen=True),
            __doc__=self.summary,
            **fields,
        )


@dataclass(frozen=True)
class ResourceSpec:
    """A kind of live thing: how it is opened and, after the `yield`, closed.

    Attributes:
        function: Async generator function that yields the thing once.
        provides: Type of the thing; parameters of actions and other resources ask for it by this type.
        scope: `run`: one for the run; `session`: one for each signed-in session of a system.
        injected: Parameter name → type of what the engine gives.
    """

    function: Callable[..., AsyncIterator[Any]]
    provides: type
    scope: Scope
    injected: Mapping[str, type]


@dataclass(frozen=True, slots=True)
class Found:
    """A requirement that is met.

    Attributes:
        what: Such as `Chromium 156 at /usr/bin/chromium`.
    """

    what: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement that is not met.

    Attributes:
        why: What was looked for, in words.
        hint: What a person can do.
        debian: Debian packages that would meet it.
    """

    why: str
    hint: str
    debian: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequirementSpec:
    """Something a bot needs on the machine besides Python packages.

    Attributes:
        name: What it is, such as `browser`.
        look: Looks for it now; the argument is the project's settings.
    """

    name: str
    look: Callable[[Mapping[str, Any]], Found | Missing]


@dataclass(frozen=True)
class CheckupSpec:
    """Something that a bot tries out on the machine when `runner.py doctor` is called.

    Attributes:
        name: What is tried, such as `browser`.
        look: Tries it now; the argument is the project's settings.
        seconds: Within so many it has ended.
    """

    name: str
    look: Callable[[Mapping[str, Any]], Iterable[Diagnosis]]
    seconds: float


def action(*, idempotent: bool = False, rehearsable: bool = True) -> Callable[[F], F]:
    """Declare a function as an action; it stays callable as it is.

    Every parameter is annotated and described in the docstring. Keyword-only parameters annotated with `Context`,
    `System` or the type of a resource are filled by the engine.

    Args:
        idempotent: Doing it twice equals doing it once, so that a run that was cut off may simply do it again.
        rehearsable: A rehearsal does it; not so for what changes a clerk's files or reaches other people.

    Raises:
        ActionDefinitionError: A parameter lacks its annotation or description, or there is no docstring.
    """

    def declare(function: F) -> F:
        setattr(function, _MARK, _action_spec(function, idempotent, rehearsable))
        return function

    return declare


def resource(*, scope: Scope) -> Callable[[F], F]:
    """Declare an async generator function as the way to open a live thing of the type that it yields.

    Raises:
        ActionDefinitionError: It is not an async generator function annotated with `AsyncIterator[Type]`.
    """

    def declare(function: F) -> F:
        hints = get_type_hints(function)
        returned = hints.pop("return", None)
        if not inspect.isasyncgenfunction(function) or get_origin(returned) is not AsyncIterator:
            raise ActionDefinitionError(
                "Resource {name} must be an async generator annotated -> AsyncIterator[Type]", name=_place(function)
            )
        spec = ResourceSpec(function, get_args(returned)[0], scope, hints)
        setattr(function, _MARK, spec)
        return function

    return declare


def requirement(name: str) -> Callable[[F], F]:
    """Declare a function that looks whether something the bot needs is on this machine."""

    def declare(function: F) -> F:
        setattr(function, _MARK, RequirementSpec(name, function))
        return function

    return declare


def checkup(name: str, *, seconds: float = 20.0) -> Callable[[F], F]:
    """Declare a function that tries out something the bot needs, for `runner.py doctor`.

    It is called with the project's settings in a thread of its own, may block, and yields a `Diagnosis` of each thing it
    looked at. What it raises is told and ends nothing else.

    Args:
        name: What is tried, in a word: `doctor --only NAME` does this alone.
        seconds: When it has not ended after so many, that is told instead.
    """

    def declare(function: F) -> F:
        setattr(function, _MARK, CheckupSpec(name, function, seconds))
        return function

    return declare


def declared(thing: object) -> ActionSpec | ResourceSpec | RequirementSpec | CheckupSpec | None:
    """What a function was declared as; None when it was not."""
    return getattr(thing, _MARK, None) if inspect.isfunction(thing) else None


def _action_spec(function: Callable[..., Any], idempotent: bool, rehearsable: bool) -> ActionSpec:
    doc = _Docstring.of(function)
    hints = get_type_hints(function, include_extras=True)
    output = hints.pop("return", None)
    parameters: list[Parameter] = []
    injected: dict[str, type] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hints:
            raise ActionDefinitionError(
                "Parameter {parameter} of action {name} has no annotation", parameter=name, name=_place(function)
            )
        if parameter.kind is parameter.KEYWORD_ONLY:
            injected[name] = hints[name]
            continue
        if name not in doc.arguments:
            raise ActionDefinitionError(
                "Parameter {parameter} of action {name} is not described in its docstring",
                parameter=name,
                name=_place(function),
                hint="Add it under Args:",
            )
        parameters.append(Parameter(name, hints[name], parameter.default, doc.arguments[name]))
    return ActionSpec(
        function=function,
        name=function.__name__,
        parameters=tuple(parameters),
        injected=injected,
        idempotent=idempotent,
        rehearsable=rehearsable,
        summary=doc.summary,
        details=doc.details,
        returns=doc.returns,
        output=output,
        raises=doc.raises,
        example=doc.example,
    )


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


@dataclass(frozen=True)
class _Docstring:
    summary: str
    details: str
    arguments: Mapping[str, str]
    returns: str
    raises: Mapping[str, str]
    example: str = field(default="")

    @classmethod
    def of(cls, function: Callable[..., Any]) -> _Docstring:
        from docstring_parser import DocstringStyle, parse

        text = inspect.getdoc(function)
        if not text:
            raise ActionDefinitionError("Action {name} has no docstring", name=_place(function))
        # The example is YAML whose indentation counts, so it is cut out before the parser folds it.
        text, _, example = text.partition("\nExample:\n")
        parsed = parse(text, DocstringStyle.GOOGLE)
        return cls(
            summary=" ".join((parsed.short_description or "").split()),
            details=parsed.long_description or "",
            arguments={param.arg_name: _one_line(param.description) for param in parsed.params},
            returns=_one_line(parsed.returns.description if parsed.returns else None),
            raises={item.type_name or "": _one_line(item.description) for item in parsed.raises},
            example=textwrap.dedent(example).strip("\n"),
        )


def _one_line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()
