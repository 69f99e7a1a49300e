"""The promise again, kept by two workers: whichever of them dies or falls silent, whenever, and whoever notices."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.engine.crew import Crew, Hand, hasten, shared, until
from tests.unit.engine.test_promise import ELSEWHERE, REGISTER
from tests.unit.engine.town import Office, TownSystem

KEYS = ["a", "b", "c", "d", "e"]
SCRIPTS = st.fixed_dictionaries(
    {
        "open": st.lists(st.sampled_from([None, "down", "crash"]), max_size=3),
        "write": st.lists(ELSEWHERE, max_size=6),
        "register": st.lists(REGISTER, max_size=6),
        "receipt": st.lists(ELSEWHERE, max_size=4),
        "look_up": st.lists(ELSEWHERE, max_size=4),
    }
)
ENDS = st.sampled_from(["dies", "vanishes", "falls silent", "is cut off", "cannot write"])
DELAYS = st.lists(st.sampled_from([0.0, 0.0, 0.6]), max_size=5)
BLOWS = st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["hall", "castle"]), ENDS), max_size=4)


class Storm:
    """Strikes a worker at the number-th call of the system.

    Args:
        crew: The workers.
        blows: Number of a call, machine of the worker that is struck, and what happens to it.
    """

    def __init__(self, crew: Crew, blows: list[tuple[int, str, str]]) -> None:
        self._crew = crew
        self._blows = sorted(blows)
        self._number = 0

    def start(self, machine: str) -> Hand:
        self._number += 1
        return self._crew.start(f"{machine}:{self._number}", machine=machine, size=1)

    async def rage(self, run: str) -> str:
        """Let the workers work on a run until it has ended; those who fall out are replaced."""
        hands = {machine: self.start(machine) for machine in ("hall", "castle")}
        quiet: list[Hand] = []

        async def strike() -> None:
            while self._blows and self._blows[0][0] <= len(self._crew.office.system.calls):
                _, machine, end = self._blows.pop(0)
                await self._strike(hands[machine], end)
                if end in ("vanishes", "falls silent", "is cut off"):
                    quiet.append(hands[machine])
                    hands[machine] = self.start(machine)

        async with asyncio.timeout(60):
            while self._crew.status(run) not in ("succeeded", "failed"):
                await strike()
                for machine, hand in hands.items():
                    if not hand.is_at_work:
                        hands[machine] = self.start(machine)
                if quiet:
                    self._crew.let_time_pass()
                await asyncio.sleep(0.01)
            # Those who fell silent may still click.
            await until(lambda: self._crew.office.system.slow_clicks == 0)
        return self._crew.status(run)

    async def _strike(self, hand: Hand, end: str) -> None:
        if not hand.is_at_work or hand.leases.taken is None:
            return
        match end:
            case "dies":
                await hand.die()
            case "vanishes":
                await hand.vanish()
            case "falls silent":
                hand.fall_silent()
            case "is cut off":
                # It goes on in the system, and hears nothing of having lost its lease.
                hand.fall_silent()
                hand.line.is_cut = True
            case _:
                hand.writing.fails_next = 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    script=SCRIPTS, blows=BLOWS, delays=DELAYS, before=st.sets(st.sampled_from(KEYS), max_size=1), probe=st.booleans()
)
@example(
    script={},
    blows=[(3, "hall", "is cut off"), (3, "castle", "is cut off")],
    delays=[2.0, 2.0],
    before=set(),
    probe=True,
)
def test_with_two_workers_nothing_is_done_twice_nothing_lost_and_what_is_told_is_true(
    script: dict[str, list[str | None]],
    blows: list[tuple[int, str, str]],
    delays: list[float],
    before: set[str],
    probe: bool,
) -> None:
    system = TownSystem(dict.fromkeys(before, 1), {name: list(faults) for name, faults in script.items()})
    system.is_blind = not before
    system.delays = list(delays)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        hasten(patch)
        office = Office(Path(folder), system=system)
        try:
            run = asyncio.run(_storm(office, shared(KEYS, probe=probe), blows))
            result, findings = office.result(run), office.journal.verify()
        finally:
            office.close()
    assert not findings
    assert all(count == 1 for count in system.registered.values()), "nothing twice"
    assert len(result.items) == len(KEYS), "nothing lost"
    for item in result.items:
        there = item.key in system.registered
        match item.verdict:
            case "registered" | "found":
                assert there, "nothing lost"
            case "failed" | "set_aside" | "pending" | "in_progress":
                assert not there or item.key in before, "what is told as not registered is not registered"
                assert item.verdict == "failed" or result.status == "failed"
            case "in_doubt":
                assert result.status == "failed", "a doubt is told"
            case other:
                raise AssertionError(other)


async def _storm(office: Office, text: str, blows: list[tuple[int, str, str]]) -> str:
    crew = Crew(office)
    run = crew.create(text)
    try:
        await Storm(crew, blows).rage(run)
    finally:
        await crew.close()
    return run
