"""A project whose schedules are served by a process of its own, which a test asks, disturbs and reads the journal of."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.programs import Program, until, yakin
from yakin.clock import SystemClock
from yakin.events import Event
from yakin.journal.store import JournalStore
from yakin.ledger import RunRow
from yakin.results import Recorded

PATIENCE = 120
"""Seconds in which something has to happen, on a machine that does much else."""

_HEALTH = re.compile(r"(http://[^ ]+)/healthz")


class Served:
    """A project in a folder, and the service that was started last.

    Args:
        folder: Empty folder.
        settings: What stands in `config/yakin.toml`, besides language and port.
        workflows: Id → text of the file.
    """

    def __init__(self, folder: Path, settings: str, workflows: Mapping[str, str]) -> None:
        self.folder = folder
        self._programs: list[Program] = []
        (folder / "config").mkdir(parents=True)
        (folder / "workflows").mkdir()
        (folder / "var").mkdir()
        text = f'language = "en"\n{settings}\n[serve]\nport = 0\n'
        (folder / "config" / "yakin.toml").write_text(text, encoding="utf-8")
        for name, said in workflows.items():
            self.write(name, said)
        self.journal = JournalStore(f"sqlite:///{(folder / 'var' / 'yakin.sqlite').as_posix()}", clock=SystemClock())

    def write(self, name: str, text: str) -> None:
        """Write a workflow file, as an editor does that replaces it."""
        new = self.folder / "workflows" / f"{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(self.folder / "workflows" / f"{name}.yaml")

    def start(self, *arguments: str) -> Program:
        """Start the service, and wait until it answers."""
        program = self.launch(*arguments)
        self.until(lambda: program.ended or _HEALTH.search(program.printed))
        assert not program.ended, program.printed
        self.until(lambda: self.ask("readyz")[0] == 200)
        return program

    def launch(self, *arguments: str) -> Program:
        """Start the service."""
        log = self.folder / "printed" / f"{len(self._programs) + 1:03}.log"
        program = Program(yakin("serve", *arguments), folder=self.folder, log=log)
        self._programs.append(program)
        return program

    def health_port(self) -> int:
        """Where the service answers that has said so last."""
        return int(self._address().rpartition(":")[2])

    def _address(self) -> str:
        found = _HEALTH.findall(self.printed())
        assert found, self.printed()
        return str(found[-1])

    def ask(self, page: str) -> tuple[int, str]:
        """Status and text of a page of the service; 0 when it does not answer."""
        try:
            with urllib.request.urlopen(f"{self._address()}/{page}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def health(self) -> dict[str, Any]:
        """What `/healthz` says."""
        said: dict[str, Any] = json.loads(self.ask("healthz")[1])
        return said

    def runs(self, workflow: str | None = None, status: str | None = None) -> list[RunRow]:
        """The runs there are, the newest first."""
        return list(self.journal.runs(workflow=workflow, status=status, limit=10_000))

    def told(self, *events: type[Event]) -> list[Recorded]:
        """The events of these kinds that news and schedules are about, in order."""
        about_schedules, _ = self.journal.schedules().since(0)
        every = {record.seq: record for record in (*about_schedules, *self.journal.news().events(after=0))}
        return [record for _, record in sorted(every.items()) if isinstance(record.event, events)]

    def until(self, condition: Any, seconds: float = PATIENCE) -> None:
        """Wait until something holds."""
        until(condition, seconds, self.printed)

    def printed(self) -> str:
        """What all that were started have printed."""
        return "\n".join(program.printed for program in self._programs)

    def complaints(self) -> list[str]:
        """What was printed that no user should ever see."""
        marks = ("Traceback", "was never", "mistake in its code", "has failed:", "cannot be looked at")
        return [line for line in self.printed().splitlines() if any(mark in line for mark in marks)]

    def close(self) -> None:
        """End everything that was started here."""
        for program in self._programs:
            program.leave_nothing()
        self.journal.close()


@contextmanager
def served(folder: Path, settings: str, workflows: Mapping[str, str]) -> Iterator[Served]:
    """A project that can be served; nothing is left of it afterwards but its folder."""
    there = Served(folder, settings, workflows)
    try:
        yield there
    finally:
        there.close()
