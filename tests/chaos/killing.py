"""Killing at instants that a seed has chosen, above all between the click and the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos.judging import Tally
from tests.chaos.programs import Program, until
from tests.chaos.site import PATIENCE, Intent, Site
from yakin.practice import Faults
from yakin.practice.faults import Disturbance

_LOST = Faults(answer_lost_rate=0.1, hang_seconds=4)
_WAYS_TO_LOSE = ("", "drop", "hang", "resend")


@dataclass
class Killer:
    """Waits for one instant after the other and kills; counts in a tally.

    Attributes:
        site: Where the run is.
        run: Its id.
        kills: How many kills there are to be.
        chance: Chooses.
        tally: Where it counts.
    """

    site: Site
    run: str
    kills: int
    chance: Random
    tally: Tally

    def next_victim(self, programs: Sequence[Program], over: Callable[[], bool]) -> Program | None:
        """Wait for the next instant to kill at; None when the run was over before.

        Args:
            programs: Those that may be killed.
            over: Whether nothing is left to be disturbed.
        """
        left = len(self.site.keys) - self.site.hall.registrations()
        spare = left - 3 * (self.kills - self.tally.kills)
        kind = self.chance.choices(("registered", "intended", "any"), (5, 3, 3))[0]
        if kind == "any" and spare > 8:
            return self._anywhere(programs, over)
        some = self.chance.randint(0, max(0, min(spare, 2 * spare // (self.kills - self.tally.kills))))
        wanted = self.site.hall.registrations() + some
        self._until(lambda: over() or self.site.hall.registrations() >= wanted)
        return self._committing(programs, over, registered=kind != "intended")

    def _anywhere(self, programs: Sequence[Program], over: Callable[[], bool]) -> Program | None:
        victim, end = self.chance.choice(programs), time.monotonic() + self.chance.uniform(0.1, 5)
        self._until(lambda: over() or time.monotonic() >= end)
        return None if over() else victim

    def _committing(self, programs: Sequence[Program], over: Callable[[], bool], *, registered: bool) -> Program | None:
        """Wait until one has begun a commit, or until the system has done it but not answered yet."""
        while not over():
            intent = self._next_intent(over)
            victim = next((program for program in programs if intent and program.pid == intent.pid), None)
            if intent and victim and (not registered or self._is_registered(intent.key)):
                return victim
        return None

    def _next_intent(self, over: Callable[[], bool]) -> Intent | None:
        before = self.site.last_intent(self.run)
        self._until(lambda: over() or self.site.last_intent(self.run, before) > before)
        begun = self.site.intents(self.run, before)
        return begun[-1] if begun else None

    def _is_registered(self, key: str) -> bool:
        """Whether the system has it within seconds; some commits do not come that far."""
        end = time.monotonic() + 5
        self._until(lambda: self.site.hall.has(key) or time.monotonic() >= end)
        return self.site.hall.has(key)

    def kill(self, victim: Program) -> None:
        """Kill, alone or with its browser, and let other answers be lost from now on."""
        self.chance.choice((victim.kill, victim.kill_all))()
        there = self.site.hall.registered()
        self.tally.kills += 1
        self.tally.between += any(there[item.key] for item in self.site.begun_by(self.run, victim.pid))
        self.lose_answers()

    def lose_answers(self) -> None:
        """Choose what becomes of the answers that are lost."""
        way = _WAYS_TO_LOSE[self.tally.kills % len(_WAYS_TO_LOSE)]
        self.site.hall.set_faults(Faults.from_json({**_LOST.to_json(), "answer_lost": way}))

    def _until(self, condition: Callable[[], bool]) -> None:
        until(condition, PATIENCE, self.site.printed)


def may_be_sent_again(site: Site) -> frozenset[str]:
    """The items whose answers are lost, so that the browser may have sent them again by itself."""
    lost = Faults.from_json({**_LOST.to_json(), "answer_lost": "resend"})
    return frozenset(key for key in site.keys if Disturbance(lost).loses_answer(key))
