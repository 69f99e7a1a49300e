"""Leases and seats on both databases: one holder of a name, no event of one who lost it, no session too many."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from yakin import events as ev
from yakin.clock import SystemClock
from yakin.engine.ports import Leases as Port
from yakin.errors import JournalError
from yakin.journal.leases import Lease, Leases
from yakin.journal.store import JournalStore
from yakin.ledger import LeaseLost, LeaseTaken
from yakin.testing import FakeClock, FakeProcess, FakeProcesses

HOURS = 5 * 3600.0


class JumpingClock(FakeClock):
    """A clock whose wall time can be set while its monotonic time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._set = timedelta()

    def now(self) -> datetime:
        return super().now() + self._set

    def monotonic(self) -> float:
        return super().now().timestamp()

    def jump(self, seconds: float) -> None:
        self._set += timedelta(seconds=seconds)


class Hall:
    """Several processes on one database, each with its own connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = JumpingClock()
        self.processes = FakeProcesses()
        self.stores: list[JournalStore] = []

    def store(self) -> JournalStore:
        self.stores.append(JournalStore(self.url, clock=self.clock))
        return self.stores[-1]

    def leases(self, process: FakeProcess | None = None) -> Leases:
        return self.store().leases(processes=process or self.processes.start())


@pytest.fixture
def hall(url: str) -> Iterator[Hall]:
    hall = Hall(url)
    yield hall
    for store in hall.stores:
        store.close()


def state(leases: Leases, lease: Lease) -> str:
    row = leases.row(lease.token)
    assert row is not None
    return row.state


def test_the_leases_are_what_the_engine_asks_for(hall: Hall) -> None:
    port: Port = hall.leases()
    assert port.held() == []


def test_a_lease_says_who_holds_what(hall: Hall) -> None:
    leases = hall.leases(hall.processes.start("castle"))
    lease = leases.take("castle:1", kind="worker", serves=["portal", "住民情報"], sessions=2)
    leases.take("run:r1", kind="run")
    worker, run = leases.held()
    assert (worker.token, worker.name, worker.kind, worker.machine) == (lease.token, "castle:1", "worker", "castle")
    assert (worker.serves, worker.sessions, worker.beat, worker.state) == (("portal", "住民情報"), 2, 0, "held")
    assert (run.serves, run.sessions) == (None, 0)
    assert [row.name for row in leases.held("run")] == ["run:r1"]
    assert leases.row("nobody's") is None


def test_a_name_is_held_by_one(hall: Hall) -> None:
    first, second = hall.leases(), hall.leases()
    lease = first.take("run:r1", kind="run")
    with pytest.raises(LeaseTaken, match="run:r1 is held by process 1 on hall") as caught:
        second.take("run:r1", kind="run")
    assert caught.value.row == first.row(lease.token)
    second.take("run:r2", kind="run")


def test_of_many_takers_at_once_one_gets_the_lease(hall: Hall) -> None:
    takers = [hall.leases() for _ in range(6)]
    for number in range(5):
        barrier = threading.Barrier(len(takers))

        def take(leases: Leases, barrier: threading.Barrier = barrier, name: str = f"run:{number}") -> Lease | None:
            barrier.wait(30)
            try:
                return leases.take(name, kind="run")
            except LeaseTaken:
                return None

        with ThreadPoolExecutor(len(takers)) as pool:
            got = [lease for lease in pool.map(take, takers) if lease is not None]
        assert [lease.name for lease in got] == [f"run:{number}"]
    assert len(takers[0].held()) == 5


def test_what_a_dead_process_held_is_taken_at_once(hall: Hall) -> None:
    dead = hall.processes.start()
    first, second = hall.leases(dead), hall.leases()
    lost = first.take("run:r1", kind="run")
    dead.die()
    lease = second.take("run:r1", kind="run")
    assert (state(second, lost), state(second, lease)) == ("dead", "held")
    assert lease.token != lost.token


def test_what_an_unreachable_process_holds_is_not_taken(hall: Hall) -> None:
    frozen, far = hall.processes.start(), hall.processes.start("other town")
    hall.leases(frozen).take("run:r1", kind="run")
    hall.leases(far).take("run:r2", kind="run")
    frozen.vanish()
    far.die()
    observer = hall.leases()
    for name in ("run:r1", "run:r2"):
        with pytest.raises(LeaseTaken):
            observer.take(name, kind="run")


def test_what_was_given_back_can_be_taken_again(hall: Hall) -> None:
    leases = hall.leases()
    first = leases.take("run:r1", kind="run")
    first.release()
    first.release()
    second = leases.take("run:r1", kind="run")
    assert (state(leases, first), state(leases, second), first.fresh) == ("released", "held", False)
    with pytest.raises(LeaseLost):
        first.beat()


def created(run: str = "r1") -> ev.RunCreated:
    return ev.RunCreated(run=run, workflow="w", title="t", workflow_hash="h")


def test_an_event_is_written_only_while_its_writer_holds_the_lease(hall: Hall) -> None:
    store, other = hall.store(), hall.leases()
    lease = store.leases(processes=hall.processes.start()).take("run:r1", kind="run")
    store.append("yakin", created(), ev.RunStarted(run="r1", executor="e", owner=lease.token), also=lease.confirm)
    before = (store.anchor(), store.run("r1"))
    assert other.give_up(lease.token) == "lost"
    with pytest.raises(LeaseLost, match="no longer holds its lease") as caught:
        store.append("yakin", ev.RunFinished(run="r1", status="succeeded"), also=lease.confirm)
    assert isinstance(caught.value, JournalError)
    assert (store.anchor(), store.run("r1")) == before
    assert lease.fresh is False
    assert store.verify() == []


def test_nothing_is_written_after_a_lease_was_taken_away_however_busy_its_holder_is(hall: Hall) -> None:
    store, other = hall.store(), hall.leases()
    lease = store.leases(processes=hall.processes.start()).take("run:r1", kind="run")
    store.append("yakin", created())
    busy = threading.Event()

    def write() -> int:
        number = 0
        while True:
            try:
                store.append("yakin", ev.Noted(run="r1", step="s", kind="n"), also=lease.confirm)
            except LeaseLost:
                return number
            number += 1
            if number == 5:
                busy.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert busy.wait(60)
        other.give_up(lease.token)
        last = store.anchor()
        assert writing.result(60) == last.seq - 1
    assert store.anchor() == last


@pytest.mark.parametrize(
    ("fate", "given_up", "over"),
    [
        (lambda process: process.die(), "dead", True),
        (lambda process: process.vanish(), "lost", False),
        (lambda process: None, "lost", False),
    ],
)
def test_a_lease_that_is_taken_away_is_dead_only_when_that_is_proven(
    hall: Hall, fate: Callable[[FakeProcess], None], given_up: str, over: bool
) -> None:
    process = hall.processes.start()
    holder, observer = hall.leases(process), hall.leases()
    lease = holder.take("run:r1", kind="run")
    assert (observer.live(lease.token), observer.over(lease.token)) == (True, False)
    fate(process)
    assert observer.live(lease.token) is not over
    assert observer.give_up(lease.token) == given_up
    assert (observer.live(lease.token), observer.over(lease.token)) == (False, over)
    assert observer.give_up(lease.token) == given_up
    assert observer.held() == []
    with pytest.raises(LeaseLost):
        lease.beat()


def test_a_holder_is_over_as_soon_as_its_end_is_proven(hall: Hall) -> None:
    early, late = hall.processes.start(), hall.processes.start()
    observer = hall.leases()
    first = hall.leases(early).take("run:r1", kind="run")
    second = hall.leases(late).take("run:r2", kind="run")
    observer.give_up(second.token)
    assert [observer.over(lease.token) for lease in (first, second)] == [False, False]
    early.die()
    late.die()
    assert [observer.over(lease.token) for lease in (first, second)] == [True, True]
    assert [state(observer, lease) for lease in (first, second)] == ["dead", "dead"]


def test_a_holder_that_lost_its_lease_and_came_to_rest_says_so(hall: Hall) -> None:
    holder, observer = hall.leases(), hall.leases()
    lease = holder.take("run:r1", kind="run")
    observer.give_up(lease.token)
    new = observer.take("run:r1", kind="run")
    lease.release()
    assert observer.over(lease.token) is True
    assert (state(observer, lease), state(observer, new)) == ("released", "held")


def test_nobody_knows_what_the_holder_of_an_unknown_lease_does(hall: Hall) -> None:
    leases = hall.leases()
    assert (leases.live(""), leases.over("")) == (False, False)
    with pytest.raises(JournalError, match="no lease x"):
        leases.give_up("x")


def test_a_beat_is_counted_and_seen_by_others(hall: Hall) -> None:
    leases = hall.leases()
    lease = leases.take("run:r1", kind="run")
    hall.clock.move(5)
    lease.beat()
    (row,) = hall.leases().held()
    assert row.beat == 1
    assert row.beat_at - row.since >= timedelta(seconds=5)


def test_a_lease_is_fresh_for_less_than_its_time_to_live(hall: Hall) -> None:
    lease = hall.leases().take("run:r1", kind="run")
    fresh = [lease.fresh]
    for seconds in (19, 2):
        hall.clock.move(seconds)
        fresh.append(lease.fresh)
    lease.beat()
    assert [*fresh, lease.fresh] == [True, True, False, True]


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
def test_setting_the_clock_neither_ends_nor_prolongs_a_lease(hall: Hall, jump: float) -> None:
    holder, observer = hall.leases(), hall.leases()
    lease = holder.take("run:r1", kind="run")
    watch = observer.watch()
    assert not watch.judge(observer.held()[0])
    hall.clock.jump(jump)
    assert not watch.judge(observer.held()[0])
    before = lease.fresh
    lease.beat()
    assert (before, lease.fresh) == (False, True), "it may have slept: a beat finds out"
    assert not watch.judge(observer.held()[0])
    assert [watch_for(hall, watch.judge, observer, 10) for _ in range(3)] == [False, False, True]


def watch_for(hall: Hall, judge: Callable[..., bool], leases: Leases, seconds: float) -> bool:
    hall.clock.move(seconds)
    return judge(leases.held()[0])


def test_a_holder_may_be_given_up_after_its_time_to_live_in_silence(hall: Hall) -> None:
    holder, observer = hall.leases(), hall.leases()
    lease = holder.take("run:r1", kind="run")
    watch = observer.watch()
    assert not watch_for(hall, watch.judge, observer, HOURS), "nobody watched before"
    assert not any(watch_for(hall, watch.judge, observer, 5) for _ in range(5))
    lease.beat()
    assert not any(watch_for(hall, watch.judge, observer, 5) for _ in range(6))
    assert watch_for(hall, watch.judge, observer, 5)


def test_an_observer_that_was_asleep_has_not_seen_that_a_holder_was_silent(hall: Hall) -> None:
    hall.leases().take("run:r1", kind="run")
    observer = hall.leases()
    watch = observer.watch()
    assert not watch_for(hall, watch.judge, observer, 5)
    assert not watch_for(hall, watch.judge, observer, HOURS)
    assert not watch_for(hall, watch.judge, observer, 5)


def test_a_holder_that_is_surely_gone_or_holds_nothing_is_not_waited_for(hall: Hall) -> None:
    process = hall.processes.start()
    leases = hall.leases(process)
    observer = hall.leases()
    leases.take("run:r1", kind="run")
    (row,) = observer.held()
    process.die()
    assert observer.watch().judge(row)
    observer.give_up(row.token)
    ended = observer.row(row.token)
    assert ended is not None
    assert hall.leases(hall.processes.start("other town")).watch().judge(ended)


def test_a_kept_lease_beats_until_it_is_lost(url: str) -> None:
    process = FakeProcesses().start()
    store = JournalStore(url, clock=SystemClock())
    leases = store.leases(processes=process, ttl=0.06)
    lease = leases.take("run:r1", kind="run")
    beating, lost, failures = threading.Event(), threading.Event(), [JournalError("no answer"), JournalError("again")]
    beat = lease.beat

    def flaky() -> None:
        if failures:
            raise failures.pop()
        beat()
        beating.set()

    lease.beat = flaky  # type: ignore[method-assign]
    with lease.kept(lost.set):
        assert beating.wait(60)
        assert not lost.is_set()
        leases.give_up(lease.token)
        assert lost.wait(60)
    assert not lease.fresh
    with lease.kept():
        pass
    store.close()


def test_seats_are_numbered_and_limited(hall: Hall) -> None:
    first, second = hall.leases(), hall.leases()
    one, two = first.take("a:1", kind="worker"), second.take("b:1", kind="worker")
    assert first.take_seat("portal", 2, one.token) == 1
    assert second.take_seat("portal", 2, two.token) == 2
    assert second.take_seat("portal", 2, two.token) is None
    assert second.take_seat("other", 1, two.token) == 1
    second.free_seat("portal", 1, two.token)
    assert second.take_seat("portal", 2, two.token) is None, "another's seat is not free"
    first.free_seat("portal", 1, one.token)
    assert second.take_seat("portal", 2, two.token) == 1
    assert first.take_seat("portal", 1, one.token) is None, "fewer than there were"
    assert first.take_seat("closed", 0, one.token) is None


@pytest.mark.parametrize(
    ("fate", "known"),
    [
        (lambda process, lease, other: lease.release(), "released"),
        (lambda process, lease, other: other.give_up(lease.token), "lost"),
        (lambda process, lease, other: process.die(), "dead"),
    ],
)
def test_the_seats_of_those_who_hold_nothing_any_more_are_free(
    hall: Hall, fate: Callable[[FakeProcess, Lease, Leases], None], known: str
) -> None:
    process = hall.processes.start()
    holder, other = hall.leases(process), hall.leases()
    lease, mine = holder.take("a:1", kind="worker"), other.take("b:1", kind="worker")
    assert [holder.take_seat("portal", 2, lease.token) for _ in range(2)] == [1, 2]
    assert other.take_seat("portal", 2, mine.token) is None
    fate(process, lease, other)
    assert [other.take_seat("portal", 2, mine.token) for _ in range(3)] == [1, 2, None]
    assert state(other, lease) == known
    for limit in (1, 9):
        with pytest.raises(LeaseLost):
            holder.take_seat("portal", limit, lease.token)


def test_who_is_out_of_sight_keeps_the_seat(hall: Hall) -> None:
    process = hall.processes.start()
    holder, other = hall.leases(process), hall.leases()
    lease, mine = holder.take("a:1", kind="worker"), other.take("b:1", kind="worker")
    holder.take_seat("portal", 1, lease.token)
    process.vanish()
    assert other.take_seat("portal", 1, mine.token) is None


def test_there_are_never_more_in_seats_than_seats(hall: Hall) -> None:
    workers = [hall.leases() for _ in range(4)]
    tokens = [leases.take(f"host:{slot}", kind="worker").token for slot, leases in enumerate(workers)]
    lock, sitting, most, served = threading.Lock(), set[int](), [0], [0]

    def sit(number: int) -> None:
        leases, token = workers[number % 4], tokens[number % 4]
        for _ in range(6):
            while (place := leases.take_seat("portal", 3, token)) is None:
                pass
            with lock:
                assert place not in sitting
                sitting.add(place)
                most[0] = max(most[0], len(sitting))
                served[0] += 1
            with lock:
                sitting.remove(place)
            leases.free_seat("portal", place, token)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sit, range(8)))
    assert served == [48]
    assert 1 <= most[0] <= 3


HOLDER = """
import sys
from yakin.journal.store import JournalStore
from yakin.ledger import LeaseTaken

leases = JournalStore(sys.argv[1]).leases()
try:
    leases.take_seat("portal", 1, leases.take("run:r1", kind="run").token)
    print("taken", flush=True)
except LeaseTaken:
    print("refused", flush=True)
sys.stdin.read()
"""


@pytest.mark.kill
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_what_a_killed_process_held_is_free_at_once_and_what_a_stopped_one_holds_is_not(url: str) -> None:
    command = [sys.executable, "-c", HOLDER, url]
    store = JournalStore(url)
    leases = store.leases()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        (row,) = leases.held()
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(LeaseTaken):
            leases.take("run:r1", kind="run")
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        lease = leases.take("run:r1", kind="run")
        assert leases.take_seat("portal", 1, lease.token) == 1
        ended = leases.row(row.token)
        assert ended is not None
        assert ended.state == "dead"
        assert leases.over(row.token)
    store.close()


def test_of_many_processes_at_once_one_gets_the_lease(url: str) -> None:
    command = [sys.executable, "-c", HOLDER, url]
    JournalStore(url).close()
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.stdout.readline() for process in processes if process.stdout is not None]
    for process in processes:
        process.communicate()
    assert sorted(said) == ["refused\n", "refused\n", "taken\n"]
