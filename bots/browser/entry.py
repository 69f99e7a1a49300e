"""Entering values into the fields of a form with real input events, few round trips, and reading all of them back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bots.browser.differences import Difference, refuse
from bots.browser.fingerprints import note_match
from bots.browser.script import DocumentLeft, ask, elements
from bots.browser.targets import Match, Target, changed, find, found_in_time
from bots.browser.values import Rule, as_choice, as_date, as_text, masked, option_of, same
from yakin.actions import Context
from yakin.errors import ApplicationError, BusinessError
from yakin.values import Secret

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame

    from bots.browser.session import OpenPage

_REPLACED_AT_MOST = 5
_TOGGLES = ("checkbox", "radio")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NOT_FIELDS = ("shown", "button", "image", "file")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value for one field."""

    target: Target
    value: Any


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One thing done to one control.

    Attributes:
        member: Which of a group of controls; None for a control of its own.
        how: What is done.
        what: Text, positions of options, or whether it is to be checked.
    """

    member: int | None
    how: Literal["type", "select", "check"]
    what: Any


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is done to one field, and what it must hold then."""

    match: Match
    strokes: tuple[_Stroke, ...]
    outcome: Any


async def enter(page: OpenPage, ctx: Context, entries: Sequence[Entry], normalise: Sequence[Rule]) -> None:
    """Enter all values in order, then read them back.

    Fields that come into being, or become usable, only after an earlier one was filled are waited for.

    Raises:
        TargetNotFound: A field is not there, or more than one answers.
        BusinessError: A value cannot be entered into its field.
        VerificationFailed: The page changed what was entered.
    """
    done = replaced = 0
    outcomes: list[Any] = []
    found: Sequence[Match | None] = ()
    while done < len(entries):
        rest = entries[done:]
        try:
            found = await found_in_time(page, ctx, [entry.target for entry in rest], "field", at_least=1)
            plans = await _ready(page, ctx, rest, found)
            for plan, handles in zip(plans, await _handles(page, plans), strict=True):
                await _perform(page, plan, handles)
                note_match(page, ctx, plan.match)
                outcomes.append(plan.outcome)
                done += 1
        except DocumentLeft:
            replaced += 1
            if replaced > _REPLACED_AT_MOST:
                raise _restless(page, rest[0].target) from None
        except ApplicationError as error:
            # What was entered so far may have been sent by the page itself.
            error.nothing_sent = error.nothing_sent and not done
            raise
    at_once = len(found) == len(entries)
    await _read_back(page, ctx, entries, outcomes, found if at_once else None, normalise)


def _restless(page: OpenPage, target: Target) -> ApplicationError:
    return ApplicationError(
        "The page {url} was replaced again and again while {target} was filled", url=page.current.url, target=target
    )


async def _ready(page: OpenPage, ctx: Context, entries: Sequence[Entry], found: Sequence[Match | None]) -> list[_Plan]:
    """Plans for the fields that can be filled now, up to the first that cannot; waits while that is the very first."""
    deadline = ctx.clock.monotonic() + page.settings.timeout
    while True:
        plans: list[_Plan] = []
        for entry, match in zip(entries, found, strict=True):
            if match is None or match.disabled or match.readonly:
                break
            plan = plan_for(match, entry.value)
            if plan is None:
                break
            plans.append(plan)
        if plans:
            return plans
        if ctx.clock.monotonic() > deadline or _hopeless(found[0]):
            raise _unfillable(page, entries[0], found[0])
        await changed(page)
        found = await find(page, ctx, [entry.target for entry in entries], "field")


def _hopeless(match: Match | None) -> bool:
    """A list that offers something, but not what is asked for, is not waited for."""
    return match is not None and not match.disabled and bool(match.options and len(match.options) > 1)


def _unfillable(page: OpenPage, entry: Entry, match: Match | None) -> Exception:
    if match is not None and (match.disabled or match.readonly):
        return ApplicationError(
            "{target} on {url} cannot be filled: it is disabled", target=entry.target, url=page.current.url
        )
    if match is not None and match.options is not None:
        return BusinessError(
            "{value} cannot be chosen in {target}; there are: {options}",
            value=masked(entry.value),
            target=entry.target,
            options=", ".join(match.options[:30]),
            hint="Correct the value, or ask whoever runs the system to add it",
        )
    return ApplicationError("{target} on {url} is not a field to fill", target=entry.target, url=page.current.url)


def plan_for(match: Match, value: Any) -> _Plan | None:
    """What has to be done to a field to make it hold a value; None when it does not offer the value (yet).

    Raises:
        BusinessError: The value cannot be right for this kind of field.
    """
    if match.kind in _NOT_FIELDS:
        return None
    if match.kind in _TOGGLES:
        checked = as_choice(value, match.target.words)
        return _Plan(match, (_Stroke(None, "check", checked),), checked)
    if match.options is None:
        text = as_date(value, match.kind) if match.kind in ("date", "month") else as_text(value)
        if match.kind == "number" and text and not _NUMBER.fullmatch(text):
            raise BusinessError(
                "{value} cannot be entered in {target}, which takes numbers only",
                value=masked(value),
                target=match.target,
            )
        return _Plan(match, (_Stroke(None, "type", text),), text)
    return _plan_choice(match, match.options, value)


def _plan_choice(match: Match, options: list[str], value: Any) -> _Plan | None:
    several = match.kind in ("checks", "selects")
    values = list(value) if isinstance(value, list | tuple) else [] if as_text(value) == "" else [value]
    chosen = [option_of(one, options) for one in values]
    if not values and match.kind == "select":
        chosen = [match.blank] if match.blank >= 0 else [None]
    if None in chosen or (len(chosen) > 1 and not several):
        return None
    positions = [position for position in chosen if position is not None]
    names = [options[position] for position in positions]
    if match.kind == "checks":
        strokes = tuple(_Stroke(member, "check", member in positions) for member in range(len(options)))
        return _Plan(match, strokes, names)
    if match.kind == "radios":
        return _Plan(
            match, tuple(_Stroke(position, "check", True) for position in positions), names[0] if names else ""
        )
    return _Plan(match, (_Stroke(None, "select", positions),), names if several else names[0])


async def _handles(page: OpenPage, plans: Sequence[_Plan]) -> list[list[ElementHandle]]:
    """For each plan the controls its strokes are done to; one round trip or two for each frame."""
    wanted: dict[Frame, list[list[int | None]]] = {}
    for plan in plans:
        places = wanted.setdefault(plan.match.frame, [])
        places.extend([plan.match.position, stroke.member] for stroke in plan.strokes)
    got = {frame: iter(await elements(frame, places) if places else []) for frame, places in wanted.items()}
    return [[next(got[plan.match.frame]) for _ in plan.strokes] for plan in plans]


async def _perform(page: OpenPage, plan: _Plan, handles: Sequence[ElementHandle]) -> None:
    seconds = page.settings.page_timeout
    async with page.bounded(f"filling {plan.match.target}", seconds + 1):
        for stroke, handle in zip(plan.strokes, handles, strict=True):
            match stroke.how:
                case "type":
                    await handle.fill(stroke.what, timeout=seconds * 1000)
                case "select":
                    await handle.select_option(index=stroke.what, timeout=seconds * 1000)
                case "check":
                    await handle.set_checked(stroke.what, timeout=seconds * 1000)


async def _read_back(
    page: OpenPage,
    ctx: Context,
    entries: Sequence[Entry],
    outcomes: Sequence[Any],
    found: Sequence[Match | None] | None,
    normalise: Sequence[Rule],
) -> None:
    if found is None:
        found = await _found_again(page, ctx, entries)
    held = {}
    for frame in {match.frame for match in found if match is not None}:
        try:
            held[frame] = await ask(frame, "values")
        except DocumentLeft:
            # Filling the last field took the page elsewhere; what it shows is judged by whoever settles it.
            return
    differences = []
    for entry, outcome, match in zip(entries, outcomes, found, strict=True):
        value = None if match is None else held[match.frame][match.position]
        if not _holds(value, outcome, normalise):
            differences.append(Difference(entry.target.words, _secretly(entry.value, outcome), value))
    refuse(
        ctx,
        page.current.url,
        differences,
        hint="The page changed what was typed; if it only writes it otherwise, say so with normalise",
    )


async def _found_again(page: OpenPage, ctx: Context, entries: Sequence[Entry]) -> Sequence[Match | None]:
    try:
        return await find(page, ctx, [entry.target for entry in entries], "field")
    except DocumentLeft:
        return [None] * len(entries)


def _holds(found: Any, outcome: Any, normalise: Sequence[Rule]) -> bool:
    if found == outcome or (isinstance(found, str) and found == str(outcome).replace("\r\n", "\n")):
        return True
    return bool(normalise) and found is not None and same(outcome, found, normalise)


def _secretly(value: Any, outcome: Any) -> Any:
    return value if isinstance(value, Secret) else outcome
