"""The ground gives way: the database restarts, the disk is full, the database is of a newer version."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.chaos import workbook
from tests.chaos.judging import Counted, Tally, judge
from tests.chaos.programs import until
from tests.chaos.site import PATIENCE, Site, site
from tests.integration.postgres import PostgresServer
from yakin.journal.tables import VERSION_TABLE

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(900)]


def undisturbed(there: Site, run: str, tally: Tally, counted: Counted) -> None:
    """It ended as if nothing had been."""
    counted(judge(tally, there, run))
    assert (tally.twice, tally.lost, tally.in_doubt) == ([], [], [])
    assert there.status(run) == "succeeded", there.printed()
    assert tally.registered == tally.items


@pytest.mark.chaos
def test_workers_go_on_by_themselves_when_postgresql_was_restarted(
    tmp_path: Path, counted: Counted, database_server: PostgresServer
) -> None:
    with site(tmp_path, 20, lanes=2, database=database_server.new_database()) as there:
        workers = [there.worker("本庁"), there.worker("支所")]
        run = there.ask_for_a_run()
        for registered, how in ((3, "fast"), (8, "immediate"), (13, "fast")):
            there.wait_for(registered)
            database_server.restart(how)
        there.wait_until_over(run)
        assert not any(worker.ended for worker in workers)
        undisturbed(there, run, Tally("PostgreSQL restarted 3 times"), counted)


class SmallDisk:
    """A disk of its own that can be filled up.

    Args:
        folder: Where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no room."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def make_room(self) -> None:
        """Leave room again."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "site" / "var"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.chaos
def test_a_run_stands_still_while_the_disk_is_full_and_is_resumed_when_there_is_room(
    tmp_path: Path, counted: Counted, disk: SmallDisk
) -> None:
    with site(tmp_path, 12, lanes=2) as there:
        program = there.start("run", workbook.WORKFLOW)
        run = there.the_run(program)
        there.wait_for(3)
        disk.fill()
        assert program.end(PATIENCE) != 0
        assert "The run stands still. Go on with: runner.py resume" in program.printed
        assert "See that the disk has room" in program.printed
        assert "Traceback" not in program.printed
        assert there.hall.registrations() < len(there.keys)
        disk.make_room()
        status, printed = there.yakin("resume", run)
        assert status == 0, printed
        undisturbed(there, run, Tally("disk full, in process"), counted)


@pytest.mark.chaos
def test_a_worker_waits_while_the_disk_is_full_and_goes_on_by_itself(
    tmp_path: Path, counted: Counted, disk: SmallDisk
) -> None:
    with site(tmp_path, 12, lanes=2) as there:
        worker = there.worker("窓口", sessions=2)
        run = there.ask_for_a_run()
        there.wait_for(3)
        disk.fill()
        until(lambda: "Nothing can be recorded at the moment" in worker.printed, PATIENCE, there.printed)
        disk.make_room()
        there.wait_until_over(run)
        undisturbed(there, run, Tally("disk full, a worker"), counted)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with site(tmp_path, 1) as there:
        there.journal.close()
        engine = sa.create_engine(there.database)
        with engine.begin() as conn:
            conn.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        engine.dispose()
        file = there.folder / "var" / "yakin.sqlite"
        before = hashlib.sha256(file.read_bytes()).hexdigest()
        for verb in (
            ("run", workbook.WORKFLOW),
            ("resume", "20260401-0700"),
            ("work",),
            ("runs",),
            ("audit", "verify"),
        ):
            status, printed = there.yakin(*verb)
            assert status != 0
            assert "newer version of Yakin" in printed
            assert "Use the newer version" in printed
            assert "Traceback" not in printed
        assert hashlib.sha256(file.read_bytes()).hexdigest() == before
        assert there.hall.registrations() == 0
