"""Files that a step has made are found by the steps behind it, on whatever machine these are done."""

from __future__ import annotations

from pathlib import Path

from yakin.engine.artifacts import fetch_files, keep_files
from yakin.storage import open_storage
from yakin.values import FileRef

RUN = "20261123-220000-4f1c"


def made(folder: Path, name: str, text: str) -> FileRef:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return FileRef.of(path)


def test_a_file_made_on_another_machine_is_brought_to_this_one(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "share")
    there, here = tmp_path / "a" / RUN, tmp_path / "b" / RUN
    file = made(there, "downloads/一覧.csv", "受付番号")
    value = {"list": file, "count": 1}
    kept = keep_files(storage, RUN, there, value)
    (there / "downloads" / "一覧.csv").unlink()
    fetched = fetch_files(storage, here, value, kept)
    assert Path(fetched["list"].path).is_relative_to(here)
    assert Path(fetched["list"].path).read_text(encoding="utf-8") == "受付番号"
    assert fetched["list"].sha256 == file.sha256
    assert fetched["count"] == 1


def test_a_file_that_is_on_this_machine_is_left_where_it_is(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "share")
    value = [made(tmp_path / "a" / RUN, "x.csv", "1")]
    kept = keep_files(storage, RUN, tmp_path / "a" / RUN, value)
    assert fetch_files(storage, tmp_path / "b" / RUN, value, kept) == value


def test_files_on_a_share_and_files_in_the_storage_are_not_kept_again(tmp_path: Path) -> None:
    storage = open_storage(tmp_path / "runs")
    value = [made(tmp_path / "share", "list.xlsx", "1"), made(tmp_path / "runs" / RUN, "x.csv", "2")]
    assert keep_files(storage, RUN, tmp_path / "runs" / RUN, value) == {}
