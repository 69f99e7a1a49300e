"""An installation of Yakin with a list to register, worked on through the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.chaos import workbook
from tests.chaos.programs import Program, until, yakin
from tests.chaos.townhall import TownHall
from yakin.clock import SystemClock
from yakin.events import CommitIntended
from yakin.journal.store import JournalStore
from yakin.ledger import LedgerItem

PATIENCE = 300
"""Seconds in which something has to happen, on a machine that does much else."""

_CONFIG = """\
language = "en"
operator = "税務課"
database = "{database}"

[systems.portal]
url = "{url}/"
zone = "lgwan"

[practice]
systems = ["portal"]

[browser]
timeout = 10.0
page_timeout = 10.0
"""


class Intent(NamedTuple):
    """A commit that was begun: where in the journal, of which item, by which process of this machine."""

    seq: int
    key: str
    pid: int


class Site:
    """A project in a folder, the programs that were started in it, and its journal as an outsider reads it.

    Args:
        folder: Empty folder.
        hall: The system that it works in.
        items: Number of declarations on the list.
        database: URL of the journal's database; a file in the folder when left out.
        lanes: Items at once.
        probe: Whether the system can be asked whether it has an item.
    """

    def __init__(
        self, folder: Path, hall: TownHall, items: int, *, database: str = "", lanes: int = 1, probe: bool = True
    ) -> None:
        self.folder = folder
        self.hall = hall
        self.keys = workbook.keys(items)
        self.database = database or f"sqlite:///{(folder / 'var' / 'yakin.sqlite').as_posix()}"
        self._programs: list[Program] = []
        (folder / "config").mkdir(parents=True)
        (folder / "workflows").mkdir()
        config = _CONFIG.format(database=database or "sqlite:///var/yakin.sqlite", url=hall.url)
        (folder / "config" / "yakin.toml").write_text(config, encoding="utf-8")
        text = workbook.workflow(items, lanes=lanes, probe=probe)
        (folder / "workflows" / f"{workbook.WORKFLOW}.yaml").write_text(text, encoding="utf-8")
        workbook.write(folder / "samples" / "juminzei.xlsx", items)
        self.journal = JournalStore(self.database, clock=SystemClock())
        self.leases = self.journal.leases()

    def start(self, *arguments: str, machine: str | None = None, clock: Path | None = None) -> Program:
        """Start the product; see `yakin`."""
        log = self.folder / "printed" / f"{len(self._programs) + 1:03}-{arguments[0]}.log"
        program = Program(yakin(*arguments, machine=machine, clock=clock), folder=self.folder, log=log)
        self._programs.append(program)
        return program

    def yakin(self, *arguments: str) -> tuple[int, str]:
        """Run the product to its end: exit status and what it printed."""
        program = self.start(*arguments)
        return program.end(), program.printed

    def worker(self, name: str, *, machine: str | None = None, clock: Path | None = None, sessions: int = 1) -> Program:
        """Start a worker and wait until it serves."""
        started = self.start_worker(name, machine=machine, clock=clock, sessions=sessions)
        self._until(lambda: "serves portal" in started.printed or started.ended)
        assert not started.ended, started.printed
        return started

    def start_worker(
        self, name: str, *, machine: str | None = None, clock: Path | None = None, sessions: int = 1
    ) -> Program:
        """Start a worker."""
        return self.start("work", "--name", name, "--sessions", str(sessions), machine=machine, clock=clock)

    def ask_for_a_run(self, *more: str) -> str:
        """Have the workers make a run: its id."""
        status, printed = self.yakin("run", workbook.WORKFLOW, "--detach", *more)
        assert status == 0, printed
        return printed.split()[-1]

    def the_run(self, beginning: Program) -> str:
        """Id of the only run there is, as soon as there is one."""
        until(lambda: self.journal.runs() or beginning.ended, 90, lambda: beginning.printed)
        return self.journal.runs()[0].id

    def status(self, run: str) -> str:
        """Status of a run."""
        return self.journal.run(run).status

    def is_over(self, run: str) -> bool:
        """Whether a run has come to its end."""
        return self.status(run) in ("succeeded", "failed", "cancelled")

    def intents(self, run: str, after: int = 0) -> list[Intent]:
        """The commits of a run that were begun since a place in the journal."""
        records = self.journal.records(run, after=after, actions=(CommitIntended.action,))
        begun = [(record.seq, record.event) for record in records if isinstance(record.event, CommitIntended)]
        return [Intent(seq, event.item, self._pid_of(event.owner)) for seq, event in begun]

    def last_intent(self, run: str, after: int = 0) -> int:
        """Where in the journal the last commit of a run was begun; `after` when none was begun since."""
        begun = self.journal.records(run, after=after, actions=(CommitIntended.action,))
        return begun[-1].seq if begun else after

    def items(self, run: str) -> list[LedgerItem]:
        """The items of a run; none before they are in the ledger."""
        return list(self.journal.items(run, workbook.BLOCK))

    def begun_by(self, run: str, pid: int) -> list[LedgerItem]:
        """Items of which a process of this machine has begun the commit, and not told what came of it."""
        open_items = [item for item in self.items(run) if item.claims and item.state == "in_progress"]
        return [item for item in open_items if self._pid_of(item.owner) == pid]

    def frozen_before_the_click(self, run: str, program: Program) -> list[str]:
        """Freeze a program when it has begun a commit and the system has not got it: the items of that.

        Raises:
            AssertionError: The run was over before that could be.
        """
        while True:
            self._until(lambda: self.begun_by(run, program.pid) or self.is_over(run))
            assert not self.is_over(run), f"no commit could be caught in time\n{self.printed()}"
            program.freeze()
            self.hall.answers()
            there = self.hall.registered()
            begun = [item.key for item in self.begun_by(run, program.pid) if not there[item.key]]
            if begun:
                return begun
            program.thaw()

    def wait_until_over(self, run: str) -> None:
        """Wait for the end of a run."""
        self._until(lambda: self.is_over(run))

    def wait_for(self, registrations: int) -> None:
        """Wait until the system has so many declarations."""
        self._until(lambda: self.hall.registrations() >= registrations)

    def _until(self, condition: Callable[[], object]) -> None:
        until(condition, PATIENCE, self.printed)

    def _pid_of(self, token: str) -> int:
        lease = self.leases.row(token)
        return 0 if lease is None else int(lease.process.partition(":")[0])

    def printed(self) -> str:
        """The end of what each program has printed."""
        logs = sorted((self.folder / "printed").glob("*.log"))
        return "\n".join(f"── {log.name}\n{chr(10).join(_lines(log)[-40:])}" for log in logs)

    def complaints(self) -> list[str]:
        """What was printed that no user should ever see."""
        lines = [line for log in (self.folder / "printed").glob("*.log") for line in _lines(log)]
        return [line for line in lines if "Traceback" in line or "was never" in line or "mistake in its code" in line]

    def orphans(self) -> list[str]:
        """What programs that have ended have left behind, such as browsers; it is gone afterwards."""
        return [orphan for program in self._programs if program.ended for orphan in program.gone(30)]

    def close(self) -> None:
        """End everything that was started here."""
        for program in self._programs:
            program.leave_nothing()
        self.journal.close()


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


@contextmanager
def site(folder: Path, items: int, *, database: str = "", lanes: int = 1, probe: bool = True) -> Iterator[Site]:
    """A town hall and an installation that registers in it; both are gone afterwards."""
    hall = TownHall(folder / "townhall")
    try:
        there = Site(folder / "site", hall, items, database=database, lanes=lanes, probe=probe)
        try:
            yield there
        finally:
            there.close()
    finally:
        hall.close()
