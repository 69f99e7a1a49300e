"""One attempt at one action: the only place where exceptions become outcomes."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from yakin.actions import ActionSpec
from yakin.errors import ActionError, ApplicationError, InternalError, JournalError, TimedOut, YakinError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        value: What the action handed on; None when it failed.
        error: Why it failed; None when it succeeded.
    """

    value: Any = None
    error: YakinError | None = None


class ArgumentError(ActionError):
    """What the workflow's expressions gave an action is not what the action takes."""

    code = "argument"


LeftBehind = Callable[["asyncio.Future[Any]"], None]
"""Told of a synchronous action that goes on in its thread though nobody waits for it any more."""


async def invoke(
    spec: ActionSpec,
    arguments: Mapping[str, Any],
    injected: Mapping[str, Any],
    *,
    limit: float | None,
    left_behind: LeftBehind = lambda _: None,
) -> Outcome:
    """Call an action and turn whatever happens into an outcome.

    Args:
        spec: The action.
        arguments: What the workflow gives, evaluated.
        injected: What the engine gives: context, system, live things.
        limit: Seconds; None for as long as it takes.
        left_behind: Told of a synchronous action that did not end in time, or was broken off: a thread cannot be stopped.

    Raises:
        JournalError: What the action remembers or attaches could not be kept: that is no outcome of the action.
    """
    try:
        bound = _bind(spec, arguments)
        async with asyncio.timeout(limit):
            if inspect.iscoroutinefunction(spec.function):
                value = await spec.function(**bound, **injected)
            else:
                value = await _in_thread(partial(spec.function, **bound, **injected), left_behind)
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001 - this is the boundary
        return Outcome(error=as_yakin_error(error, spec.name, limit))
    return Outcome(value=value)


async def _in_thread(work: Callable[[], Any], left_behind: LeftBehind) -> Any:
    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    finally:
        if not thread.done():
            # Nobody asks for what it comes to; without this its failure would be told as forgotten.
            thread.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            left_behind(thread)


def as_yakin_error(error: Exception, action: str, limit: float | None = None) -> YakinError:
    """The error of ours that says what this exception means for the run."""
    match error:
        case YakinError():
            return error
        case TimeoutError() if limit is not None:
            return TimedOut("{action} did not finish within {seconds} s", action=action, seconds=f"{limit:g}")
        case OSError():
            return ApplicationError("{action}: {error}", action=action, error=error)
        case _ if _is_foreign(error):
            return ApplicationError("{action}: {error}", action=action, error=_first_line(error))
        case _:
            raised = InternalError(
                "{action} has a mistake in its code: {kind}: {error}",
                action=action,
                kind=type(error).__name__,
                error=_first_line(error),
                hint="The run's log holds the details; tell the bot's author",
            )
            raised.__cause__ = error
            return raised


def _bind(spec: ActionSpec, arguments: Mapping[str, Any]) -> dict[str, Any]:
    from pydantic import ValidationError

    try:
        model = spec.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ArgumentError(
            "{action}: argument {argument}: {problem}",
            action=spec.name,
            argument=".".join(str(part) for part in first["loc"]) or "?",
            problem=first["msg"],
            hint="Look at what the expression gives",
        ) from None
    return {parameter.name: getattr(model, parameter.name) for parameter in spec.parameters}


def _is_foreign(error: Exception) -> bool:
    """Whether a library made this kind of error: the outside world failed, not the bot's code."""
    return type(error).__module__.partition(".")[0] not in {"builtins", "yakin"}


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
