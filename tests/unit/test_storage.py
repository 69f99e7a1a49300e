from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st

from yakin.errors import ConfigError, JournalError
from yakin.storage import FolderStorage, Storage, StorageError, UrlStorage, open_storage, portable

RUN = "20261123-220000-4f1c"

PLACES: dict[str, Callable[[Path], str]] = {
    "folder": str,
    "file": lambda folder: folder.as_uri(),
    "local": lambda folder: folder.as_uri().replace("file:", "local:", 1),
    "memory": lambda folder: "memory://" + hashlib.sha256(str(folder).encode()).hexdigest(),
}


@pytest.fixture(params=PLACES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    yield open_storage(PLACES[request.param](tmp_path / "夜勤 の保管"))
    MemoryFileSystem.store.clear()


def all_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_written_is_read_under_the_name_that_was_told(storage: Storage) -> None:
    path = storage.write(f"{RUN}/artifacts/read.json", "世帯".encode())
    assert re.fullmatch(rf"{RUN}/artifacts/read(~[0-9a-f]{{12}})?\.json", path)
    assert storage.read(path) == "世帯".encode()
    assert storage.exists(path)
    assert storage.sizes(RUN) == {path: 6}


def test_in_a_folder_a_file_has_the_name_that_was_asked_for(tmp_path: Path) -> None:
    assert open_storage(tmp_path).write(f"{RUN}/artifacts/read.json", b"1") == f"{RUN}/artifacts/read.json"
    assert (tmp_path / RUN / "artifacts" / "read.json").read_bytes() == b"1"


def test_a_file_that_is_there_is_never_overwritten(storage: Storage) -> None:
    first = storage.write("r/artifacts/read.json", b"first")
    second = storage.write("r/artifacts/read.json", b"second")
    third = storage.write("r/artifacts/read.json", b"third")
    assert len({first, second, third}) == 3
    assert [storage.read(path) for path in (first, second, third)] == [b"first", b"second", b"third"]


def test_the_same_content_again_and_again_makes_no_more_files(storage: Storage) -> None:
    paths = {storage.write("r/evidence/confirm.jpg", b"the same") for _ in range(20)}
    assert len(paths) <= 2
    assert storage.sizes("r").keys() == paths


def test_writers_at_the_same_moment_each_keep_what_they_wrote(storage: Storage) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> tuple[str, bytes]:
        data = str(number).encode() * 10_000
        start.wait()
        return storage.write("r/artifacts/read.json", data), data

    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(write, range(8)))
    assert len({path for path, _ in kept}) == 8
    assert all(storage.read(path) == data for path, data in kept)
    assert storage.sizes("r").keys() == {path for path, _ in kept}


def test_what_is_not_there_is_said_to_be_missing(storage: Storage) -> None:
    assert not storage.exists("r/evidence/gone.jpg")
    assert storage.sizes("never-run") == {}
    with pytest.raises(StorageError, match=r"gone\.jpg cannot be read"):
        storage.read("r/evidence/gone.jpg")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "c:x", "a\\..\\x", "a\0b"])
def test_no_path_leads_out_of_the_root(path: str, storage: Storage) -> None:
    for use in (storage.read, storage.exists, storage.sizes, lambda path: storage.write(path, b"x")):
        with pytest.raises(StorageError, match="no path of a kept file"):
            use(path)


def test_a_file_of_this_machine_can_be_linked_to_and_any_other_is_told_by_its_place(tmp_path: Path) -> None:
    assert open_storage(tmp_path).local("r/x.jpg") == tmp_path / "r" / "x.jpg"
    assert open_storage(tmp_path.as_uri()).local("r/x.jpg") == tmp_path / "r" / "x.jpg"
    assert open_storage(tmp_path).where("r/x.jpg") == str(tmp_path / "r" / "x.jpg")
    assert open_storage("memory://town/").local("r/x.jpg") is None
    assert open_storage("memory://town/").where("r/x.jpg") == "memory://town/r/x.jpg"


def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(tmp_path)

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="cannot be written") as caught:
            storage.write("r/artifacts/read.json", b"x" * 100)
    assert isinstance(caught.value, JournalError), "the run stands still instead of failing"
    assert caught.value.hint == "The disk is full: make room, then let the run go on"
    assert all_files(tmp_path) == []
    assert storage.write("r/artifacts/read.json", b"x" * 100) == "r/artifacts/read.json"


def test_a_disk_that_is_full_when_the_file_gets_its_name_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match="cannot be written"):
        open_storage(tmp_path).write("r/artifacts/read.json", b"x")
    assert all_files(tmp_path) == []


def test_a_writer_that_died_half_way_stands_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "r" / "artifacts").mkdir(parents=True)
    (tmp_path / "r" / "artifacts" / "read.json").touch()
    storage = open_storage(tmp_path)
    path = storage.write("r/artifacts/read.json", b"whole")
    assert path != "r/artifacts/read.json"
    assert storage.read(path) == b"whole"


class Grumbling(MemoryFileSystem):  # type: ignore[misc]
    """A store whose library raises errors of its own."""

    cachable = False

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        raise RuntimeError("no credentials")


def test_whatever_the_library_of_a_store_raises_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = UrlStorage("memory://town")
    monkeypatch.setattr(storage, "_files", Grumbling())
    with pytest.raises(StorageError, match=r"memory://town/r/a~2d711642b726\.json cannot be written: no credentials"):
        storage.write("r/a.json", b"x")


def test_a_url_whose_library_is_missing_or_unknown_is_a_mistake_in_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ConfigError, match="a library for that is missing"):
        open_storage("s3://bucket/yakin")
    with pytest.raises(ConfigError, match="cannot be kept at moon://x"):
        open_storage("moon://x")


def test_a_folder_needs_no_library() -> None:
    script = (
        "import sys\n"
        "from yakin.storage import open_storage\n"
        "open_storage('runs'), open_storage('file:///srv/yakin')\n"
        "print('fsspec' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_file_url_is_a_folder() -> None:
    assert isinstance(open_storage("file:///srv/yakin"), FolderStorage)


@pytest.mark.parametrize(
    "parts",
    [
        ("read",),
        ("entry.3",),
        ("台帳を読む",),
        ("20260001", "entry.6", "confirm"),
        ("テレワーク",),
        ("佐々木",),
    ],
)
def test_a_usual_name_stays_as_it_is(parts: tuple[str, ...]) -> None:
    assert portable(*parts) == "-".join(parts)


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("con", "_con"),
        ("NUL", "_NUL"),
        ("com1.rows", "_com1.rows"),
        ("LPT¹", "_LPT¹"),
        ("R08-0001", "R08-0001"),
        ("a*?<>|:b", "a_b"),
        ("..", "_"),
        ("", "_"),
        (".hidden", "hidden"),
        ("末尾の点.", "末尾の点"),
        ("か\u3099", "か_"),
        ("ＡＢＣ", "ＡＢＣ"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("世帯" * 50, "世帯" * 30),
    ],
)
def test_an_unusual_name_is_made_safe_and_marked(text: str, beginning: str) -> None:
    assert re.fullmatch(re.escape(beginning) + "~[0-9a-f]{12}", portable(text))


def test_parts_are_not_mixed_up() -> None:
    assert portable("1-2", "entry", "x") != portable("1", "2-entry", "x")
    assert len({portable("a", "b"), portable("a-b"), portable("a", ""), portable("a-"), portable("a\0b")}) == 5


def as_file_systems_see_it(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).upper().lower().casefold())


TEXTS = st.lists(
    st.text(st.sampled_from("aAbB-.~_ かがガ\u3099ＡａＲ1¹*?:/\\\0") | st.characters(), max_size=90), min_size=1
)


@given(st.lists(TEXTS.map(tuple), min_size=2, max_size=2, unique=True))
def test_two_texts_never_share_a_file(pair: list[tuple[str, ...]]) -> None:
    one, other = (as_file_systems_see_it(portable(*parts)) for parts in pair)
    assert one != other


@given(TEXTS)
def test_every_name_is_taken_by_every_file_system(parts: list[str]) -> None:
    name = portable(*parts)
    assert re.fullmatch(r"[\w.~-]+", name)
    assert not name.startswith((".", "-"))
    assert not name.endswith(".")
    assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM¹"}
    assert len(f"{name}~0123456789ab.json".encode()) <= 255
