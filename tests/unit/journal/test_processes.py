"""Who a process is, and whether it is surely gone: asked of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from yakin.journal import processes
from yakin.journal.processes import SystemProcesses

CHILD = "from yakin.journal.processes import SystemProcesses; print(*SystemProcesses().me(), flush=True); input()"

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_process_has_one_name_which_others_see_too() -> None:
    here = SystemProcesses()
    assert here.me() == SystemProcesses().me()
    assert here.is_gone(*here.me()) is False
    command = [sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        machine, name = child.stdout.readline().split()
        assert (machine, name.partition(":")[0]) == (here.me()[0], str(child.pid))
        assert here.is_gone(machine, name) is False
        child.communicate("\n")
    assert here.is_gone(machine, name) is True


def test_a_number_that_was_given_again_is_another_process() -> None:
    machine, name = SystemProcesses().me()
    pid, _, start = name.partition(":")
    expected = True if sys.platform in ("linux", "win32") else None
    assert SystemProcesses().is_gone(machine, f"{pid}:{int(start) - 1}") is expected


@pytest.mark.parametrize("name", ["", "x:1", ":"])
def test_of_a_name_that_is_none_nothing_can_be_told(name: str) -> None:
    here = SystemProcesses()
    assert here.is_gone(here.me()[0], name) is None


def test_of_the_processes_of_another_machine_nothing_can_be_told() -> None:
    here = SystemProcesses()
    machine, name = here.me()
    assert machine.startswith(socket.gethostname())
    assert here.is_gone(f"{machine}x", name) is None


@on_linux
def test_the_start_of_a_process_is_counted_from_the_boot() -> None:
    hundredths = int(SystemProcesses().me()[1].partition(":")[2])
    uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    assert 0 < hundredths <= uptime * 100 + 1


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up /proc in which this process can be told about."""
    (tmp_path / str(os.getpid())).mkdir()
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    return tmp_path


def tell(proc: Path, state: str, threads: int, start: int) -> None:
    fields = [state, *["0"] * 16, str(threads), "0", str(start), "0"]
    text = f"{os.getpid()} (a) R (b) {' '.join(fields)}"
    (proc / str(os.getpid()) / "stat").write_text(text, encoding="utf-8")


@on_linux
@pytest.mark.parametrize(
    ("state", "threads", "gone"), [("S", 9, False), ("T", 1, False), ("Z", 1, True), ("X", 0, True), ("Z", 2, False)]
)
def test_a_process_is_gone_when_its_last_thread_is(proc: Path, state: str, threads: int, gone: bool) -> None:
    tell(proc, "S", 1, 500)
    here = SystemProcesses()
    machine, name = here.me()
    assert name == f"{os.getpid()}:{500 * 100 // os.sysconf('SC_CLK_TCK')}"
    tell(proc, state, threads, 500)
    assert here.is_gone(machine, name) is gone


@on_linux
def test_of_a_process_that_is_hidden_nothing_can_be_told(proc: Path) -> None:
    tell(proc, "S", 1, 500)
    here = SystemProcesses()
    machine, name = here.me()
    (proc / str(os.getpid()) / "stat").unlink()
    assert here.is_gone(machine, name) is None


@on_linux
def test_a_container_is_a_machine_of_its_own(proc: Path) -> None:
    tell(proc, "S", 1, 500)
    outside = SystemProcesses().me()[0]
    (proc / "self" / "ns").mkdir(parents=True)
    for namespace, same in (("pid:[4026531836]", True), ("pid:[4026532999]", False)):
        (proc / "self" / "ns" / "pid").unlink(missing_ok=True)
        (proc / "self" / "ns" / "pid").symlink_to(namespace)
        assert (SystemProcesses().me()[0] == outside) is same


@on_linux
def test_a_machine_without_a_network_card_is_known_by_its_boot(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(proc, "S", 1, 500)
    made_up = iter([0x010000000001, 0x010000000002])
    monkeypatch.setattr(uuid, "getnode", lambda: next(made_up))
    boot = proc / "sys" / "kernel" / "random" / "boot_id"
    boot.parent.mkdir(parents=True)
    boot.write_text("1925c0f0-abac-41f0-b176-b9c921e6f645\n", encoding="ascii")
    assert SystemProcesses().me() == SystemProcesses().me()
