"""The practice town hall as a process of its own: the other system does not die with us."""

from __future__ import annotations

import json
import socket
import sys
import urllib.request
from collections import Counter
from pathlib import Path

from tests.chaos.programs import ROOT, Program, until
from yakin.practice import Faults, Store


class TownHall:
    """A running practice system, and what its own database says.

    Args:
        folder: Empty folder for its database and its log.
    """

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._store = Store(folder / "practice.sqlite")
        database = ["--database", str(folder / "practice.sqlite")]
        self._program = Program(
            [sys.executable, "-m", "yakin.practice", "--port", str(port), *database, "--print-url"],
            folder=ROOT,
            log=folder / "townhall.log",
        )
        until(lambda: "http" in self._program.printed, 60, lambda: self._program.printed)

    def set_faults(self, faults: Faults) -> None:
        """Let other things go wrong from now on."""
        body = json.dumps(faults.to_json()).encode()
        request = urllib.request.Request(f"{self.url}/faults", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def answers(self) -> None:
        """Return when everything that was sent to it before has been dealt with."""
        with urllib.request.urlopen(f"{self.url}/login", timeout=30) as answer:
            answer.read()

    def registrations(self) -> int:
        """How many it has."""
        return self._store.count()

    def has(self, key: str) -> bool:
        """Whether it has a declaration of this 受付番号."""
        return self._store.number_of(key) is not None

    def registered(self) -> Counter[str]:
        """受付番号 → how many declarations it has of it."""
        return Counter(str(row["受付番号"]) for row in self._store.registered())

    def asked(self) -> Counter[str]:
        """受付番号 → how many requests to register it have reached the system, whatever came of them."""
        return Counter(attempt["受付番号"] for attempt in self._store.attempts())

    def close(self) -> None:
        """Stop it."""
        self._program.leave_nothing()
        self._store.close()
