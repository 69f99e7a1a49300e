"""Where outputs and evidence of runs are kept: one root, a folder or a URL that all workers reach.

A file is written whole, once, and never changed. Whoever writes is told the name it got: in a folder the one asked for,
or, where that is taken and wherever a store cannot promise that it is free, one that ends with the beginning of the
content's hash. Such a name cannot be taken by another content, so no two writers have to know of each other.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from yakin.errors import ConfigError, JournalError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_LONGEST = 180
"""Bytes in UTF-8 of a name made of a text (60 kanji); with hashes and a suffix that stays below the 255 of file systems."""
_HASH = 12
_SAME_EVERYWHERE = re.compile(r"(?!\.)[0-9a-z_.ぁ-ゖァ-ヺー々一-鿿]+(?<!\.)")
"""Characters that no file system forbids, folds or composes, without the `-` that joins them; no dot at the ends."""
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, with any suffix."""


class StorageError(JournalError):
    """Outputs or evidence cannot be written or read; what they should have proved is not done."""

    code = "storage"


class Storage(Protocol):
    """Files of all runs, by paths such as `20261123-220000-4f1c/artifacts/read.json`; may be used from any thread."""

    def write(self, path: str, data: bytes) -> str:
        """Keep a new file, whole or not at all; nothing that is there already is touched.

        Returns:
            The path it got: the one given, or one beside it that ends with the beginning of the content's hash.

        Raises:
            StorageError: It cannot be written, such as on a full disk; nothing of it is left.
        """
        ...

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            StorageError: It is not there, or cannot be read.
        """
        ...

    def exists(self, path: str) -> bool:
        """Whether there is such a file.

        Raises:
            StorageError: It cannot be told.
        """
        ...

    def sizes(self, path: str) -> Mapping[str, int]:
        """Every file below this path and how many bytes it has; nothing when there is no such path.

        Raises:
            StorageError: It cannot be told.
        """
        ...

    def local(self, path: str) -> Path | None:
        """The file on this machine, for a link to it; None when the storage is not a folder of this machine."""
        ...

    def where(self, path: str) -> str:
        """Where the file is, for a person."""
        ...


def open_storage(place: str | Path) -> Storage:
    """The storage at a folder (made when it is first written to), a `file:` URL, or another URL that fsspec knows.

    Raises:
        ConfigError: The library that such a URL needs is missing, or there is none.
    """
    text = str(place)
    if "://" not in text:
        return FolderStorage(Path(place))
    if text.startswith("file://"):
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        return FolderStorage(Path(url2pathname(urlsplit(text).path)))
    return UrlStorage(text)


def portable(*parts: str) -> str:
    """A file name for a text, or for several, that every file system takes and that no other text gets.

    Where a character had to be replaced, or file systems would take two such names for the same one (capital and small
    letters, composed and decomposed characters), the name ends with `~` and the beginning of a hash.
    """
    text = "-".join(parts)
    if all(map(_SAME_EVERYWHERE.fullmatch, parts)) and len(text.encode()) <= _LONGEST and not _RESERVED.match(text):
        return text
    stem = re.sub(r"[^\w.-]+", "_", text).encode()[:_LONGEST].decode(errors="ignore").strip(".-")
    guard = "_" if _RESERVED.match(stem) or not stem else ""
    return f"{guard}{stem}~{_begin(json.dumps(parts).encode())}"


class FolderStorage:
    """A folder: of this machine, or shared by several.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, data: bytes) -> str:
        """Keep a new file; see `Storage`."""
        target = self._inside(path)
        partial = target.with_name(f".{secrets.token_hex(8)}.part")
        with _told("{place} cannot be written: {error}", self.where(path)):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write_through(partial, data)
                if _reserved(target):
                    _put(partial, target, reserved=True)
                    return path
                path = _content_named(path, data)
                _put(partial, self._inside(path), reserved=False)
                return path
            finally:
                partial.unlink(missing_ok=True)

    def read(self, path: str) -> bytes:
        """The content of a file; see `Storage`."""
        target = self._inside(path)
        with _told("{place} cannot be read: {error}", self.where(path)):
            return target.read_bytes()

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return self._inside(path).is_file()

    def sizes(self, path: str) -> Mapping[str, int]:
        """Every file below this path and its size; links are left out, for they may lead anywhere."""
        folder = self._inside(path)
        with _told("{place} cannot be read: {error}", self.where(path)):
            return {
                file.relative_to(self.root).as_posix(): file.stat().st_size
                for file in folder.rglob("*")
                if file.is_file() and not file.is_symlink()
            }

    def local(self, path: str) -> Path | None:
        """The file."""
        return self._inside(path)

    def where(self, path: str) -> str:
        """The file, as the system writes it."""
        return str(self.root / path)

    def _inside(self, path: str) -> Path:
        return self.root / _checked(path)


class UrlStorage:
    """A store behind fsspec, which puts objects whole.

    Args:
        url: Its root, such as `s3://bucket/yakin`; where to sign in from is the library's business, never in the URL.

    Raises:
        ConfigError: The library that such a URL needs is missing, or there is none.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._files, self._root = _connected(self.url)

    def write(self, path: str, data: bytes) -> str:
        """Keep a new file; see `Storage`. No store can be trusted to refuse a name that another writer just took."""
        path = _content_named(_checked(path), data)
        target = self._at(path)
        with _told("{place} cannot be written: {error}", self.where(path)):
            try:
                self._files.pipe_file(target, data)
            except FileNotFoundError:
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.pipe_file(target, data)
        return path

    def read(self, path: str) -> bytes:
        """The content of a file; see `Storage`."""
        with _told("{place} cannot be read: {error}", self.where(path)):
            return bytes(self._files.cat_file(self._at(path)))

    def exists(self, path: str) -> bool:
        """Whether there is such a file; see `Storage`."""
        with _told("{place} cannot be read: {error}", self.where(path)):
            return bool(self._files.isfile(self._at(path)))

    def sizes(self, path: str) -> Mapping[str, int]:
        """Every file below this path and its size; see `Storage`."""
        folder = self._at(path)
        with _told("{place} cannot be read: {error}", self.where(path)):
            self._files.invalidate_cache(folder)
            try:
                found = self._files.find(folder, detail=True)
            except FileNotFoundError:
                return {}
        return {f"{path}/{name[len(folder) :].lstrip('/')}": int(info["size"] or 0) for name, info in found.items()}

    def local(self, path: str) -> Path | None:
        """Never a file of this machine."""
        return None

    def where(self, path: str) -> str:
        """Its URL."""
        return f"{self.url}/{path}"

    def _at(self, path: str) -> str:
        return f"{self._root}/{_checked(path)}"


def _connected(url: str) -> tuple[AbstractFileSystem, str]:
    from fsspec.core import url_to_fs

    try:
        files, root = url_to_fs(url)
    except ImportError as error:
        raise ConfigError(
            "Artifacts are to be kept at {url}, but a library for that is missing: {error}",
            hint="Install it into the environment of Yakin on every machine",
            url=url,
            error=error,
        ) from error
    except ValueError as error:
        raise ConfigError("Artifacts cannot be kept at {url}: {error}", url=url, error=error) from error
    return files, str(root).rstrip("/")


def _checked(path: str) -> str:
    """The path, if it surely leads to a place below the root on every system."""
    if re.search(r"[\\:\0]", path) or any(part in ("", ".", "..") for part in path.split("/")):
        raise StorageError("{path} is no path of a kept file", path=path)
    return path


def _content_named(path: str, data: bytes) -> str:
    whole = PurePosixPath(path)
    return whole.with_name(f"{whole.stem}~{_begin(data)}{whole.suffix}").as_posix()


def _begin(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_HASH]


@contextmanager
def _told(template: str, place: str) -> Iterator[None]:
    """Say of every failure what it means; the libraries behind fsspec have errors of their own."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                template, hint="The disk is full: make room, then let the run go on", place=place, error=error
            ) from error
        raise StorageError(template, place=place, error=error) from error


def _write_through(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _reserved(path: Path) -> bool:
    """Take a name, if it is free, by an empty file: of any number of processes, on any file system, one succeeds."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def _put(partial: Path, target: Path, *, reserved: bool) -> None:
    """Move a finished file to its name; what was moved is on disk even after a power failure."""
    try:
        partial.replace(target)
    except OSError:
        if reserved:
            target.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
