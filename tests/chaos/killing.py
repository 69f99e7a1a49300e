"""Killing at instants that a seed has chosen, above all between the click and the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.chaos.judging import Tally
from tests.chaos.programs import Program, until
from tests.chaos.site import PATIENCE, Site
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

    def wait(self, over: Callable[[], bool]) -> bool:
        """Wait for the next instant; False when the run was over before."""
        left = len(self.site.keys) - self.site.hall.registrations()
        spare = left - 3 * (self.kills - self.tally.kills)
        kind = self.chance.choices(("registered", "intended", "any"), (5, 3, 3))[0]
        if kind == "any" and spare > 8:
            self._let_pass(self.chance.uniform(0.1, 5), over)
            return not over()
        some = self.chance.randint(0, max(0, 2 * spare // max(1, self.kills - self.tally.kills)))
        wanted = self.site.hall.registrations() + some
        self._until(lambda: over() or self.site.hall.registrations() >= wanted)
        if kind == "intended":
            begun = self.site.last_intent(self.run)
            self._until(lambda: over() or self.site.last_intent(self.run, begun) > begun)
        else:
            before = self.site.hall.registrations()
            self._until(lambda: over() or self.site.hall.registrations() > before)
        return not over()

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

    def _let_pass(self, seconds: float, over: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        self._until(lambda: over() or time.monotonic() >= end)


def may_be_sent_again(site: Site) -> frozenset[str]:
    """The items whose answers are lost, so that the browser may have sent them again by itself."""
    lost = Faults.from_json({**_LOST.to_json(), "answer_lost": "resend"})
    return frozenset(key for key in site.keys if Disturbance(lost).loses_answer(key))
