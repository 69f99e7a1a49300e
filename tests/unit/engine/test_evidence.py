from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from loguru import logger

from yakin.actions import ActionSpec, Context, Registry, action
from yakin.engine.context import Findings, RunFrame, StepContext
from yakin.engine.invoke import invoke
from yakin.engine.ports import Journal
from yakin.errors import JournalError
from yakin.storage import FolderStorage, Storage, StorageError, open_storage
from yakin.testing import FakeClock

RUN = "20261123-220000-4f1c"


def frame(folder: Path, storage: Storage) -> RunFrame:
    return RunFrame(
        run=RUN,
        workflow="juminzei_nyuryoku",
        actor="clerk",
        rehearsing=False,
        root=folder,
        folder=folder / "var" / "runs" / RUN,
        storage=storage,
        config={},
        log=logger,
        clock=FakeClock(),
        journal=cast("Journal", None),
    )


def context(frame: RunFrame, *, item: str | None = "20260001", findings: Findings | None = None) -> StepContext:
    return StepContext(frame, "entry.6", findings or Findings(), item=item)


def test_evidence_is_kept_in_the_storage_and_told_relative_to_the_run(tmp_path: Path) -> None:
    findings = Findings()
    ctx = context(frame(tmp_path, open_storage(tmp_path / "kept")), findings=findings)
    kept = ctx.attach("confirm", b"a picture", media_type="image/jpeg")
    assert kept.path == "evidence/20260001-entry.6-confirm.jpg"
    assert (tmp_path / "kept" / RUN / kept.path).read_bytes() == b"a picture"
    assert findings.evidence == [kept]


def test_two_machines_that_picture_the_same_step_keep_both_pictures() -> None:
    machines = [frame(Path("/town"), open_storage("memory://shared")) for _ in range(2)]
    pictures = [b"of the first", b"of the second"]
    kept = [
        context(machine).attach("confirm", picture, media_type="image/jpeg").path
        for machine, picture in zip(machines, pictures, strict=True)
    ]
    storage = open_storage("memory://shared")
    assert [storage.read(f"{RUN}/{path}") for path in kept] == pictures


@pytest.mark.parametrize("key", ["R08/0001", "con", "..", "台帳:1?", "長い鍵" * 60, "a\nb"])
def test_any_business_key_gives_a_file_below_the_run(key: str, tmp_path: Path) -> None:
    kept = context(frame(tmp_path, open_storage(tmp_path)), item=key).attach("x", b"x", media_type="image/png")
    assert [path.name for path in (tmp_path / RUN / "evidence").iterdir()] == [Path(kept.path).name]


class Full(FolderStorage):
    """A folder on a disk that has no room."""

    def write(self, path: str, data: bytes) -> str:
        raise StorageError("{place} cannot be written: {error}", place=path, error="no space")


async def test_evidence_that_cannot_be_kept_stops_the_run_and_is_no_failure_of_the_action(tmp_path: Path) -> None:
    @action(idempotent=True)
    def look(*, ctx: Context) -> None:
        """Look."""
        ctx.attach("screen", b"x", media_type="image/jpeg")

    spec = action_named("look", look)
    ctx = context(frame(tmp_path, Full(tmp_path)))
    with pytest.raises(JournalError, match="no space"):
        await invoke(spec, {}, {"ctx": ctx}, limit=None)


def action_named(name: str, function: Any) -> ActionSpec:
    import types

    bot = types.ModuleType("desk")
    setattr(bot, name, function)
    return Registry.of({"desk": bot}).actions[f"desk.{name}"]
