"""What somebody is shown who decides is what there was when it was asked, wherever it is looked at."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine.town import Office, town_bot
from yakin.actions import Context, Registry, action
from yakin.engine import artifacts
from yakin.storage import FolderStorage, open_storage
from yakin.values import FileRef, Table

PICTURE = b"\xff\xd8\xff picture"


def camera() -> types.ModuleType:
    @action(idempotent=True)
    def shoot(name: str, *, ctx: Context) -> FileRef:
        """Take a picture.

        Args:
            name: What it shows.
        """
        kept = ctx.attach(name, PICTURE, media_type="image/jpeg")
        return FileRef(f"{ctx.run}/{kept.path}", kept.sha256, len(PICTURE))

    @action(idempotent=True)
    def list_rows() -> Table:
        """Make a list."""
        return Table({"番号": ["R-1", "R-2"], "氏名": ["山田　太郎", "髙橋　花子"]})

    @action(idempotent=True)
    def make_file(*, ctx: Context) -> FileRef:
        """Make a file."""
        path = ctx.path("通知.csv")
        path.write_text("番号\n1\n", encoding="utf-8")
        return FileRef.of(path)

    module = types.ModuleType("camera")
    for thing in (shoot, list_rows, make_file):
        setattr(module, thing.__name__, thing)
    return module


@pytest.fixture
def office(tmp_path: Path) -> Any:
    office = Office(tmp_path)
    office.registry = Registry.of({"town": town_bot(office.system), "camera": camera()})
    office.engine = office.start()
    yield office
    office.close()


async def shown(office: Office, steps: str, show: str, *, status: str = "waiting") -> Any:
    run = office.create(
        f"""
workflow: Showing
systems:
  hall: {{url: "http://hall.example.jp/"}}
steps:
{steps}
  - id: ok
    approve: {{by: head, show: {show}}}
"""
    )
    result = await office.execute(run)
    assert result.status == status
    if status != "waiting":
        return result
    asked = office.journal.approvals(run=run)[0]
    return artifacts.load(office.storage, run, "ok.show", asked.show)


async def test_a_table_is_shown_as_a_table(office: Office) -> None:
    steps = "  - {id: list, uses: camera.list_rows}"
    seen = await shown(office, steps, '{一覧: "${{ steps.list }}", 件数: "${{ steps.list.count }} 件"}')
    assert seen["一覧"] == Table({"番号": ["R-1", "R-2"], "氏名": ["山田　太郎", "髙橋　花子"]})
    assert seen["件数"] == "2 件"


async def test_rows_picked_by_an_expression_are_shown_as_a_table(office: Office) -> None:
    steps = "  - {id: list, uses: camera.list_rows}"
    seen = await shown(office, steps, "\"${{ steps.list.rows | selectattr('番号', 'eq', 'R-2') | list }}\"")
    assert seen == Table({"番号": ["R-2"], "氏名": ["髙橋　花子"]})


async def test_work_items_are_shown_with_what_became_of_them(office: Office) -> None:
    office.system.refuses.add("b")
    steps = """
  - id: entry
    for_each: [{key: a}, {key: b}]
    key: ${{ item.key }}
    in: hall
    steps:
      - {uses: town.write, with: {key: "${{ item.key }}"}}
      - {uses: town.register, commit: true}
"""
    seen = await shown(office, steps, '"${{ steps.entry }}"')
    assert seen.column("key") == ("a", "b")
    assert seen.column("verdict") == ("registered", "set_aside")


async def test_a_picture_taken_in_a_session_is_shown_from_the_storage(office: Office) -> None:
    steps = """
  - id: look
    in: hall
    steps:
      - {id: shot, uses: camera.shoot, with: {name: 画面}}
"""
    seen = await shown(office, steps, '{画面: "${{ steps.shot }}"}')
    assert office.storage.read(seen["画面"].path) == PICTURE


async def test_a_file_is_kept_as_it_was_when_it_was_asked(office: Office) -> None:
    seen = await shown(office, "  - {id: csv, uses: camera.make_file}", '{ファイル: ["${{ steps.csv }}"]}')
    (office.folder / "通知.csv").unlink()
    kept = seen["ファイル"][0]
    assert office.storage.read(kept.path) == "番号\n1\n".encode()
    assert kept.path.endswith(".csv")


async def test_a_picture_is_found_by_whoever_has_another_way_to_the_storage(office: Office, tmp_path: Path) -> None:
    steps = "  - {id: shot, uses: camera.shoot, with: {name: 画面}}"
    seen = await shown(office, steps, '"${{ steps.shot }}"')
    assert isinstance(office.storage, FolderStorage)
    moved = office.storage.root.rename(tmp_path / "mounted")
    assert open_storage(moved).read(seen.path) == PICTURE


async def test_a_file_that_was_changed_since_is_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileRef, "of", lambda path: FileRef(str(path), "0" * 64, 1))
    result = await shown(office, "  - {id: csv, uses: camera.make_file}", '"${{ steps.csv }}"', status="failed")
    assert result.steps[1].error is not None
    assert "changed" in result.steps[1].error.message
