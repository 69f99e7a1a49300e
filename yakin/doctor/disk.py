"""The folders that runs write to: room, leave to write, and whether they keep the promises that the journal rests on."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from yakin.actions import Diagnosis, diagnosed, well, wrong
from yakin.doctor.patient import Patient
from yakin.errors import YakinError

_GB = 1_000_000_000
_LITTLE = 2.0
_TOO_LITTLE = 0.2
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "sshfs", "davfs", "fuse.rclone")
_REMOTE_DRIVE = 4


def disk(patient: Patient) -> Iterator[Diagnosis]:
    """The data folder, the place of the artifacts, and the disk of a SQLite database."""
    project = patient.project
    yield from folder_of(project.data)
    place = project.settings.storage_place(project.root)
    if "://" in place and not place.startswith("file:"):
        yield _store(patient, place)
    else:
        from yakin.storage import open_storage

        artifacts = open_storage(place).local("runs")
        if artifacts is not None and project.data not in artifacts.parents:
            yield from folder_of(artifacts.parent)
    if (file := patient.database_file) is not None:
        yield from sqlite_on(file, is_on_network(file))


def folder_of(folder: Path) -> Iterator[Diagnosis]:
    """What there is to say of a folder that runs write to; where it is not made yet, of the one it will be made in."""
    place = nearest(folder)
    trouble = _trouble_with(place)
    if trouble is not None:
        yield wrong(
            "{folder} cannot be written to as it must: {error}",
            hint="Let the user of Yakin write there, or name another folder in config/yakin.toml",
            folder=place,
            error=trouble,
        )
        return
    yield room_of(place, shutil.disk_usage(place).free / _GB)


def room_of(folder: Path, free: float) -> Diagnosis:
    """What there is to say of the room on a disk, in GB."""
    if free >= _LITTLE:
        return well("{folder} has {free} GB free", folder=folder, free=f"{free:.1f}")
    return Diagnosis(
        "{folder} has only {free} GB free",
        "wrong" if free < _TOO_LITTLE else "warning",
        hint="Make room: old runs may be moved away. A full disk stops every run before its next click",
        data={"folder": folder, "free": f"{free:.1f}"},
    )


def sqlite_on(file: Path, on_network: bool) -> Iterator[Diagnosis]:
    """What there is to say of the place of a SQLite file: its write-ahead log needs memory shared on one machine."""
    if on_network:
        yield wrong(
            "The journal {file} is on a network share, where SQLite loses data",
            hint="Keep data on a disk of this machine, or set database to a PostgreSQL in config/yakin.toml",
            file=file,
        )


def is_on_network(path: Path) -> bool:
    """Whether a file is, or would be, on a share of another machine."""
    place = nearest(path.parent).resolve()
    if sys.platform == "win32":
        return _is_remote_drive(place)
    import psutil

    mounts = ((Path(part.mountpoint), part.fstype) for part in psutil.disk_partitions(all=True))
    return is_network_mount(place, mounts)


def is_network_mount(place: Path, mounts: Iterable[tuple[Path, str]]) -> bool:
    """Whether the innermost mount around a folder is of another machine.

    Args:
        place: The folder.
        mounts: Where each file system is mounted, and its type.
    """
    around = [(len(at.parts), kind) for at, kind in mounts if at == place or at in place.parents]
    kind = max(around, default=(0, ""), key=lambda found: found[0])[1].casefold()
    return kind.removeprefix("fuse.").startswith(_NETWORK) or kind in _NETWORK


def nearest(folder: Path) -> Path:
    """The folder itself, or the one nearest above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), folder)


def _trouble_with(folder: Path) -> str | None:
    """Why a file cannot be written through to the disk, moved to its name and removed; None when it can."""
    partial = folder / f".{secrets.token_hex(8)}.part"
    target = partial.with_suffix(".done")
    try:
        try:
            with partial.open("xb") as file:
                file.write(b"yakin")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _store(patient: Patient, place: str) -> Diagnosis:
    try:
        patient.project.storage.exists("doctor/asked")
    except YakinError as error:
        return diagnosed(error)
    return well("The store {place} answers", place=place)


def _is_remote_drive(place: Path) -> bool:
    import ctypes

    if place.drive.startswith("\\\\"):
        return True
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows only
    return bool(kernel.GetDriveTypeW(f"{place.drive}\\") == _REMOTE_DRIVE)
