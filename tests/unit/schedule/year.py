"""A simulated year: schedules made up by chance, two schedulers that die and come back, and a clock that is set.

What is expected is found by going through every day, from what was made up and never from the triggers' words.
"""

from __future__ import annotations

import heapq
import itertools
import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial

import jpholiday

from tests.unit.schedule.night import TOKYO, Night
from yakin import events as ev
from yakin.schedule.plans import PUNCTUAL
from yakin.schedule.shift import Shift
from yakin.schedule.timer import Waking

DAY, MINUTE, TICK = timedelta(days=1), timedelta(minutes=1), timedelta(microseconds=1)
ALL_DAYS = frozenset(range(7))
TOWN_CLOSED = {date(2026, 6, 5): "開庁記念日", date(2026, 8, 14): "夏季閉庁", date(2027, 2, 12): "停電工事"}
TOWN_OPEN = {date(2026, 4, 4): "休日開庁", date(2027, 3, 28): "休日開庁"}


@lru_cache(maxsize=4096)
def is_open(day: date, calendar: str) -> bool:
    """Whether a day is open, by what a clerk would look up one by one."""
    if calendar == "town" and day in TOWN_OPEN:
        return True
    if calendar == "town" and day in TOWN_CLOSED:
        return False
    year_end = (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    return day.weekday() < 5 and not year_end and not jpholiday.is_holiday(day)


@dataclass(frozen=True)
class MadeUp:
    """A schedule as it was made up.

    Attributes:
        name: Of its workflow.
        said: What the trigger says, without its rules.
        is_said: Whether it says something for a day, before any closed day is looked at.
        clocks: Its times of day.
        closed: What it does on closed days.
        calendar: Name of its calendar.
        missed: Its rule for what was missed.
        grace: How late a missed one may be; None for any time.
        overlap: Its rule for what is due while the one before goes.
        lasts: How long its runs take.
    """

    name: str
    said: str
    is_said: Callable[[date], bool]
    clocks: tuple[time, ...]
    closed: str
    calendar: str
    missed: str
    grace: timedelta | None
    overlap: str
    lasts: timedelta

    @property
    def trigger(self) -> str:
        """The trigger in one line of YAML."""
        rules = (
            f"on_closed_day: {self.closed}, missed: {self.missed}, overlap: {self.overlap}, calendar: {self.calendar}"
        )
        grace = "" if self.grace is None else f", grace: {int(self.grace.total_seconds()) // 60}m"
        return f"{self.said}, {rules}{grace}"

    def moments(self, begin: datetime, end: datetime) -> list[datetime]:
        """All moments after `begin` up to `end`, by going through every day."""
        found = set()
        for number in range((end.date() - begin.date()).days + 40):
            day = begin.date() - 20 * DAY + number * DAY
            if not self.is_said(day):
                continue
            if not is_open(day, self.calendar):
                if self.closed == "skip":
                    continue
                step = {"run": timedelta(), "next": DAY, "previous": -DAY}[self.closed]
                while step and not is_open(day, self.calendar):
                    day += step
            found |= {datetime.combine(day, clock, TOKYO).astimezone(UTC) for clock in self.clocks}
        return sorted(moment for moment in found if begin < moment <= end)


def made_up(number: int, chance: random.Random) -> MadeUp:
    """A schedule by chance."""
    clock = time(chance.randrange(24), chance.randrange(60))
    calendar = chance.choice(["municipal", "town"])
    said, is_said, clocks = _said(chance, clock, calendar)
    often = len(clocks) > 1
    return MadeUp(
        name=f"w{number}",
        said=said,
        is_said=is_said,
        clocks=clocks,
        closed=chance.choice(["run", "skip", "next", "previous"]),
        calendar=calendar,
        missed=chance.choice(["skip", "run_once", "run_all"]),
        grace=chance.choice([None, None, timedelta(minutes=30), timedelta(hours=5)]),
        overlap=chance.choice(["wait", "skip"]),
        lasts=chance.choice([MINUTE, 5 * MINUTE, timedelta(hours=9) if often else timedelta(hours=2)]),
    )


def _said(chance: random.Random, clock: time, calendar: str) -> tuple[str, Callable[[date], bool], tuple[time, ...]]:
    def business_days(day: date) -> list[date]:
        days = [day.replace(day=1) + number * DAY for number in range(31)]
        return [one for one in days if one.month == day.month and is_open(one, calendar)]

    fields, at = f"{clock.minute} {clock.hour}", f"{clock:%H:%M}"
    once = date(2026, 4, 1) + chance.randrange(365) * DAY
    nth = chance.randrange(1, 29)
    kinds: list[tuple[str, Callable[[date], bool], tuple[time, ...]]] = [
        (f'cron: "{fields} * * *"', lambda _: True, (clock,)),
        (f'cron: "{fields} * * mon-fri"', lambda day: day.weekday() < 5, (clock,)),
        (f'cron: "{fields} {nth} * *"', lambda day: day.day == nth, (clock,)),
        (f'cron: "{fields} * * tue,sat"', lambda day: day.weekday() in (1, 5), (clock,)),
        ("every: 8h", lambda _: True, (time(0), time(8), time(16))),
        ("every: 2d", lambda day: (day - date(1970, 1, 1)).days % 2 == 0, (time(0),)),
        (f'at: "{once} {at}"', lambda day: day == once, (clock,)),
        (f'monthly: 最終営業日, time: "{at}"', lambda day: day in business_days(day)[-1:], (clock,)),
        (f'monthly: 3rd business day, time: "{at}"', lambda day: day in business_days(day)[2:3], (clock,)),
        (f'monthly: {nth}日, time: "{at}"', lambda day: day.day == nth, (clock,)),
    ]
    return chance.choice(kinds)


class Crash(BaseException):
    """A scheduler dies here."""


@dataclass
class Scheduler:
    """One of the schedulers; its moments of waking are those that APScheduler would be told.

    Attributes:
        shift: None while it is down.
        wakes: Moments as the clock shows them, and what is to be woken then.
        dies_at: How many runs it makes until it dies in the middle of it; None for never.
    """

    shift: Shift | None = None
    wakes: list[tuple[datetime, str]] = field(default_factory=list)
    dies_at: int | None = None


class Year:
    """The year.

    Args:
        night: The project.
        seed: Of what happens by chance.
        schedules: How many schedules.
        days: How long.
    """

    def __init__(self, night: Night, *, seed: int, schedules: int, days: int) -> None:
        self._chance = random.Random(seed)
        self._night = night
        self._clock = night.clock
        self.all = {f"w{number}": made_up(number, self._chance) for number in range(schedules)}
        self._write_files()
        night.reads_once = True
        self._schedulers = [Scheduler(), Scheduler()]
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._running: dict[str, str] = {}
        self._watched_since: datetime | None = None
        self._watched: list[tuple[datetime, datetime, float]] = []
        self._written: list[tuple[int, float]] = []
        self.doubled: list[str] = []
        self.crashes = self.jumps = 0
        self.begin = self._clock.now()
        self._days = days
        self.end = self.begin

    def _write_files(self) -> None:
        for one in self.all.values():
            self._night.workflow(one.name, one.trigger)
        folder = self._night.root / "config" / "calendars"
        folder.mkdir()
        days = "".join(
            f"{key}:\n{''.join(f'  {day}: {why}{chr(10)}' for day, why in found.items())}"
            for key, found in (("closed", TOWN_CLOSED), ("opened", TOWN_OPEN))
        )
        (folder / "town.yaml").write_text(days, encoding="utf-8")

    def pass_by(self) -> None:
        """Let it all happen."""
        for scheduler in self._schedulers:
            self._start(scheduler)
        self._note_written()
        self._disturb(self._days)
        ends_at = self._clock.monotonic() + self._days * 86400
        while self._step(ends_at):
            self._begin_runs()
            self._note_written()
        # In the end somebody is there, with a clock that is right, and looks once more.
        for scheduler in self._schedulers:
            if scheduler.shift is None:
                scheduler.dies_at = None
                self._start(scheduler)
        self._begin_runs()
        self._note_written()
        self._not_watched(self._clock.now())
        self.end = self._clock.now()

    def _note_written(self) -> None:
        seq = self._night.journal.anchor().seq
        if not self._written or self._written[-1][0] < seq:
            self._written.append((seq, self._clock.monotonic()))

    def _disturb(self, days: int) -> None:
        """Crashes and restarts of each, times when both are down, and a clock that is set forward and put right later."""
        for _ in range(days // 3):
            at = self._chance.uniform(0, days * 86400)
            which = self._chance.choice([[0], [1], [0, 1], [0, 1], [0, 1]])
            lasts = self._chance.choice([300, 3600, 8 * 3600, 40 * 3600])
            for number in which:
                self._in(at, partial(self._stop, self._schedulers[number]))
                self._in(at + lasts, partial(self._start, self._schedulers[number]))
        for _ in range(days // 8):
            number = self._chance.randrange(2)
            self._in(self._chance.uniform(0, days * 86400), partial(self._doom, self._schedulers[number]))
        for _ in range(days // 15):
            at = self._chance.uniform(0, (days - 1) * 86400)
            by = timedelta(minutes=self._chance.choice([-200, -45, 20, 90, 400, 3000]))
            self._in(at, partial(self._set_clock, by))
            self._in(at + self._chance.uniform(600, 40000), partial(self._set_clock, -by))

    def _in(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._later, (self._clock.monotonic() + seconds, next(self._order), happens))

    def _step(self, ends_at: float) -> bool:
        """Go to the next thing that happens."""
        passed, now = self._clock.monotonic(), self._clock.now()
        waking = min((one.wakes[0][0] for one in self._schedulers if one.shift and one.wakes), default=None)
        wakes_in = float("inf") if waking is None else (waking - now).total_seconds()
        later_in = self._later[0][0] - passed if self._later else float("inf")
        if min(wakes_in, later_in, ends_at - passed) == ends_at - passed:
            return False
        if wakes_in < later_in:
            self._clock.pass_by(max(timedelta(), (waking or now) - now))
            for scheduler in self._chance.sample(self._schedulers, 2):
                self._wake(scheduler)
        else:
            self._clock.pass_by(timedelta(seconds=max(0, later_in)))
            heapq.heappop(self._later)[2]()
        return True

    def _wake(self, scheduler: Scheduler) -> None:
        while scheduler.shift and scheduler.wakes and scheduler.wakes[0][0] <= self._clock.now():
            _, name = heapq.heappop(scheduler.wakes)
            if self._lives_through(scheduler, partial(scheduler.shift.wake, name)):
                self._set_wake(scheduler, name, self._clock.now())

    def _lives_through(self, scheduler: Scheduler, does: Callable[[], object]) -> bool:
        """Let a scheduler do something; it may die over it, and is started again later."""
        try:
            does()
        except Crash:
            self.crashes += 1
            self._stop(scheduler, has_crashed=True)
            self._in(self._chance.choice([5, 900, 20000]), partial(self._start, scheduler))
            return False
        return True

    def _set_wake(self, scheduler: Scheduler, name: str, since: datetime) -> None:
        assert scheduler.shift is not None
        following = Waking(scheduler.shift.roster.schedules[name]).get_next_fire_time(None, since)
        if following is not None:
            heapq.heappush(scheduler.wakes, (following, name))

    def _start(self, scheduler: Scheduler) -> None:
        if scheduler.shift is not None:
            return
        scheduler.shift = self._night.start()
        self._set_wakes(scheduler)
        if self._watched_since is None:
            self._watched_since = self._clock.now()
        create = scheduler.shift.firing._requests.create

        def create_or_die(*arguments: object, **options: object) -> str:
            if scheduler.dies_at == 0:
                raise Crash
            run = create(*arguments, **options)  # type: ignore[arg-type]
            if scheduler.dies_at == 1:
                raise Crash
            return run

        scheduler.shift.firing._requests.create = create_or_die  # type: ignore[method-assign]

    def _set_wakes(self, scheduler: Scheduler) -> None:
        assert scheduler.shift is not None
        scheduler.wakes = []
        for name in scheduler.shift.roster.schedules:
            self._set_wake(scheduler, name, self._clock.now())

    def _stop(self, scheduler: Scheduler, *, has_crashed: bool = False) -> None:
        if scheduler.shift is None:
            return
        scheduler.shift, scheduler.wakes, scheduler.dies_at = None, [], None
        if all(one.shift is None for one in self._schedulers):
            # What it has died over it has not taken care of.
            self._not_watched(self._clock.now() - (TICK if has_crashed else timedelta()))

    def _doom(self, scheduler: Scheduler) -> None:
        """Let a scheduler die when it makes its next run: just before it is written, or just after."""
        scheduler.dies_at = self._chance.randrange(2)

    def _not_watched(self, until: datetime) -> None:
        if self._watched_since is not None and until > self._watched_since:
            begun = self._clock.monotonic() - (self._clock.now() - self._watched_since).total_seconds()
            self._watched.append((self._watched_since, until, begun))
        self._watched_since = None

    def _set_clock(self, by: timedelta) -> None:
        self.jumps += 1
        is_watched = self._watched_since is not None
        self._not_watched(self._clock.now())
        self._clock.shown += by
        for scheduler in self._schedulers:
            if scheduler.shift is not None and self._lives_through(scheduler, scheduler.shift.look):
                self._set_wakes(scheduler)
        if is_watched:
            self._watched_since = self._clock.now()

    def _begin_runs(self) -> None:
        """Workers begin what is in their queue, and end it after its time."""
        for work in list(self._night.queues.waiting):
            self._night.queues.waiting.remove(work)
            run = work.about["run"]
            name = run.partition("@")[0]
            if name in self._running:
                self.doubled.append(f"{run} beside {self._running[name]}")
            self._running[name] = run
            self._night.begin(run)
            self._in(self.all[name].lasts.total_seconds(), partial(self._end_run, run, name))

    def _end_run(self, run: str, name: str) -> None:
        self._night.end(run)
        self._running.pop(name, None)
        for scheduler in self._schedulers:
            if scheduler.shift is not None and self.all[name].lasts > MINUTE:
                self._lives_through(scheduler, scheduler.shift.look)

    def was_watched(self, moment: datetime, before: int) -> bool:
        """Whether somebody was there when the clock showed a moment, a minute before something was written or earlier.

        Args:
            moment: The moment.
            before: Number in the journal of what was written.
        """
        written = self._written[bisect_left(self._written, (before, 0.0))][1]
        return any(
            begin < moment <= end and begun + (moment - begin).total_seconds() < written - 61
            for begin, end, begun in self._watched
        )


class Judge:
    """Everything that is wrong with a year: compared with what was made up, and with what happened."""

    def __init__(self, year: Year, night: Night) -> None:
        self._year = year
        self._runs: dict[str, dict[datetime, datetime]] = defaultdict(dict)
        self._twice: list[str] = []
        self._out: dict[str, list[tuple[list[datetime], str, datetime, int]]] = defaultdict(list)
        events, asked = night.journal.schedules().since(1)
        self._made = {(one.schedule.partition("/")[0], one.due): one.seq for one in asked}
        for row in night.rows:
            assert row.due is not None
            if row.due in self._runs[row.workflow]:
                self._twice.append(row.id)
            self._runs[row.workflow][row.due] = row.created
        self._expected = {one.name: one.moments(year.begin, year.end + 3 * DAY) for one in year.all.values()}
        for record in events:
            if isinstance(record.event, ev.ScheduleSkipped):
                event = record.event
                last = datetime.fromisoformat(event.due)
                within = self._within(event.workflow, datetime.fromisoformat(event.first or event.due), last)
                self._out[event.workflow].append((within, event.why, record.at, record.seq))

    def _within(self, name: str, first: datetime, last: datetime) -> list[datetime]:
        expected = self._expected[name]
        return expected[bisect_left(expected, first) : bisect_right(expected, last)]

    @property
    def counts(self) -> dict[str, int]:
        """What became of moments, by kind."""
        counts: dict[str, int] = defaultdict(int)
        counts["run"] = sum(map(len, self._runs.values()))
        for words in self._out.values():
            for within, why, *_ in words:
                counts[why] += len(within)
        return dict(counts)

    def wrong(self) -> list[str]:
        """Everything that is wrong, in words; empty when nothing is."""
        found = [f"twice: {run}" for run in self._twice] + [f"at once: {text}" for text in self._year.doubled]
        for one in self._year.all.values():
            found += [f"{one.name} ({one.trigger}): {text}" for text in self._wrong_of(one)]
        return found

    def _wrong_of(self, one: MadeUp) -> Iterator[str]:
        expected = [moment for moment in self._expected[one.name] if moment <= self._year.end]
        runs, words = self._runs[one.name], self._out[one.name]
        told = {moment: why for within, why, *_ in words for moment in within}
        for due in runs.keys() - set(self._expected[one.name]):
            yield f"a run for {due}, which is no moment of it"
        for due in expected:
            if due not in runs and due not in told:
                yield f"nothing was said about {due}"
        for within, why, at, seq in words:
            seen = [due for due in within if due not in runs and self._year.was_watched(due, seq)]
            if why == "missed" and seen:
                yield f"{seen[0]} was missed though somebody was there"
            yield from self._wrong_words(one, within, why, at)
        for due, created in runs.items():
            yield from self._wrong_run(one, due, created)

    def _wrong_words(self, one: MadeUp, within: list[datetime], why: str, at: datetime) -> Iterator[str]:
        if not within:
            yield f"{why} was told at {at} of no moment of it"
        if why not in ("missed", "overlap"):
            yield f"{why} was told"
        if why == "missed" and one.missed == "run_all":
            too_early = [due for due in within if one.grace is None or at - due <= one.grace]
            if set(too_early) - self._runs[one.name].keys():
                yield f"{too_early[0]} was missed, though all of them are to be run"
        if why == "missed" and one.missed == "run_once" and one.grace is None:
            later = [due for due in self._runs[one.name] if due > within[-1]]
            others = [each for each, *_ in self._out[one.name] if each and each[0] > within[-1]]
            if not later and not others:
                yield f"{within[-1]} was missed, and nothing was run instead"

    def _wrong_run(self, one: MadeUp, due: datetime, created: datetime) -> Iterator[str]:
        late = created - due
        if late < timedelta():
            yield f"the run for {due} came before it"
        if late <= PUNCTUAL + MINUTE:
            return
        if self._year.was_watched(due, self._made[one.name, due]):
            yield f"the run for {due} is {late} late, though somebody was there"
        if one.missed == "skip":
            yield f"the run for {due} is {late} late, though what was missed is to be skipped"
        if one.grace is not None and late > one.grace + MINUTE:
            yield f"the run for {due} is {late} late, which is more than {one.grace}"
