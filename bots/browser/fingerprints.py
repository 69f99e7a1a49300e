"""What an element looked like when it was last used, so that a changed screen can be told and a new name proposed.

A proposal is only ever words in an error: the person who knows the system decides. Plain thresholds pick wrong fields, so
the best match has to be mutual: the candidate must be most like the missing field among all fields of the step, too.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bots.browser.script import ask
from yakin.actions import Context

if TYPE_CHECKING:
    from playwright.async_api import Frame

    from bots.browser.session import OpenPage
    from bots.browser.targets import Match, Target

_WEIGHTS = {
    "tag": 1.0,
    "type": 1.0,
    "name": 3.0,
    "id": 2.0,
    "label": 3.0,
    "beside": 2.0,
    "hint": 1.0,
    "limit": 0.5,
    "before": 1.5,
    "after": 1.5,
}
_LIKE_ENOUGH = 0.55


def note_match(page: OpenPage, ctx: Context, match: Match) -> None:
    """Once in a session and step: keep the fingerprint, and say when a label was not tied to its control."""
    key = (ctx.workflow, ctx.step, str(match.target))
    if key in page.known:
        return
    page.known.add(key)
    if match.fallback is not None:
        ctx.note("label-fallback", target=str(match.target), how=match.fallback)
    if match.fingerprint is not None and ctx.memory.recall(_name(match.target)) != match.fingerprint:
        ctx.memory.remember(_name(match.target), match.fingerprint)


def _name(target: Target) -> str:
    return f"fingerprint:{target}"


async def proposal(
    page: OpenPage, ctx: Context, targets: Sequence[Target], missing: int, frames: Sequence[Frame]
) -> str | None:
    """The label of the field that a missing one probably became; None when nothing is alike enough."""
    remembered = {index: ctx.memory.recall(_name(target)) for index, target in enumerate(targets)}
    if remembered[missing] is None:
        return None
    answers = await asyncio.gather(*(ask(frame, "fingerprints") for frame in frames), return_exceptions=True)
    present = [candidate for answer in answers if isinstance(answer, list) for candidate in answer]
    best = best_match(missing, {index: one for index, one in remembered.items() if one is not None}, present)
    return None if best is None else str(best["label"] or best["beside"] or best["name"]) or None


def best_match(
    missing: int, remembered: Mapping[int, Mapping[str, Any]], present: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The present element most like the remembered one, if it is not more like another remembered one."""
    if not present:
        return None
    score, candidate = max(((likeness(remembered[missing], one), one) for one in present), key=lambda pair: pair[0])
    if score < _LIKE_ENOUGH:
        return None
    others = (likeness(one, candidate) for index, one in remembered.items() if index != missing)
    return None if any(other >= score for other in others) else candidate


def likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """How much two fingerprints have in common, from 0 to 1."""
    total = alike = 0.0
    for name, weight in _WEIGHTS.items():
        left, right = str(one.get(name, "")), str(other.get(name, ""))
        if not left and not right:
            continue
        total += weight
        alike += weight * (1.0 if left == right else difflib.SequenceMatcher(None, left, right).ratio())
    return alike / total if total else 0.0
