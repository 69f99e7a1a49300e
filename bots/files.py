"""Files: find, copy and move them, and wait for one to arrive. Nothing is overwritten unless told."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from yakin.actions import Context, action
from yakin.clock import Clock
from yakin.errors import ApplicationError, TimedOut
from yakin.values import FileRef, files_in

Pick = Literal["only", "newest", "oldest"]
Seconds = Annotated[float, Field(gt=0)]


class FileNotThere(ApplicationError):
    """No file fits, or more than one does where only one may."""

    code = "file-not-there"


class TargetExists(ApplicationError):
    """Another file is where one should go."""

    code = "target-exists"


@action(idempotent=True)
def find(pattern: str, folder: Path = Path(), pick: Pick = "only", *, ctx: Context) -> FileRef:
    """Find one file by a pattern such as `収納*.csv`.

    Files that programs keep for themselves (`~$…`, names beginning with a dot) and folders are never found.

    Args:
        pattern: Name with `*` for any characters and `?` for one; `**/` looks into folders below.
        folder: Folder to look in, relative to the project.
        pick: Which of several: `only` refuses more than one, `newest` and `oldest` go by the time of the last change.

    Returns:
        The file, with its content's hash.

    Raises:
        FileNotThere: No file fits, or several do and `pick` is `only`.

    Example:
        - id: payments
          uses: files.find
          with: {folder: inbox, pattern: "収納*.csv", pick: newest}
    """
    place = ctx.path(folder)
    found = _matches(place, pattern)
    if not found:
        raise FileNotThere("There is no file {pattern} in {folder}", pattern=pattern, folder=place)
    if pick == "only" and len(found) > 1:
        raise FileNotThere(
            "{count} files fit {pattern} in {folder}: {names}",
            count=len(found),
            pattern=pattern,
            folder=place,
            names=", ".join(path.name for path in found[:5]),
            hint="Remove the others, narrow the pattern, or say pick: newest",
        )
    return FileRef.of(found[0] if pick == "oldest" else found[-1])


@action(idempotent=True)
def find_all(pattern: str, folder: Path = Path(), *, ctx: Context) -> list[FileRef]:
    """Find all files that fit a pattern, the one changed first coming first.

    Args:
        pattern: Name with `*` for any characters and `?` for one; `**/` looks into folders below.
        folder: Folder to look in, relative to the project.

    Returns:
        The files with their contents' hashes; none when nothing fits.

    Raises:
        FileNotThere: There is no such folder.

    Example:
        - id: reports
          uses: files.find_all
          with: {folder: inbox, pattern: "時間外_*.xlsx"}
    """
    return [FileRef.of(path) for path in _matches(ctx.path(folder), pattern)]


@action(idempotent=True)
def copy(source: Path, target: Path, overwrite: bool = False, *, ctx: Context) -> FileRef:
    """Copy a file; the copy is there whole or not at all.

    A file with the same content at the target counts as the copy.

    Args:
        source: File to copy, relative to the project.
        target: File to make; a folder, which is what exists as one or has no suffix, keeps the source's name.
        overwrite: Whether another file there may be replaced.

    Returns:
        The copy.

    Raises:
        FileNotThere: There is no such source.
        TargetExists: Another file is there and `overwrite` is not set.

    Example:
        - uses: files.copy
          with: {source: inbox/収納.csv, target: archive/}
    """
    origin = _existing(ctx.path(source))
    place = _place(ctx, target, origin)
    _put(origin, place, overwrite)
    return FileRef.of(place)


@action(idempotent=True, rehearsable=False)
def move(source: Path, target: Path, overwrite: bool = False, *, ctx: Context) -> FileRef:
    """Move a file; it is never lost on the way, and doing it again after a crash is harmless.

    Args:
        source: File to move, relative to the project.
        target: Where it goes; a folder, which is what exists as one or has no suffix, keeps the source's name.
        overwrite: Whether another file there may be replaced.

    Returns:
        The file at its new place.

    Raises:
        FileNotThere: There is no such source, and this run has not moved it there before.
        TargetExists: Another file is there and `overwrite` is not set.

    Example:
        - uses: files.move
          with: {source: "${{ steps.payments.path }}", target: 処理済/}
    """
    origin = ctx.path(source)
    place = _place(ctx, target, origin)
    memory = f"move {origin} to {place}"
    if not origin.exists() and place.is_file():
        moved = FileRef.of(place)
        if ctx.memory.recall(memory) == {"run": ctx.run, "sha256": moved.sha256}:
            return moved
    _existing(origin)
    # The last night's run may have moved a file of the same name: only what this run began counts as done.
    ctx.memory.remember(memory, {"run": ctx.run, "sha256": FileRef.of(origin).sha256})
    if origin.resolve() != place.resolve():
        _put(origin, place, overwrite)
        _system(origin.unlink, origin)
    return FileRef.of(place)


@action(idempotent=True)
async def wait_for_file(
    pattern: str,
    folder: Path = Path(),
    timeout: Seconds = 3600,  # noqa: ASYNC109 - a workflow's word for it; the clock is injected
    stable: Annotated[float, Field(ge=0)] = 5,
    every: Seconds = 1,
    *,
    ctx: Context,
) -> FileRef:
    """Wait until a file is there and complete: not empty, and unchanged for a while.

    Args:
        pattern: Name with `*` for any characters and `?` for one.
        folder: Folder to look in, relative to the project; it need not exist yet.
        timeout: Seconds to wait at most.
        stable: Seconds for which size and time of the last change must stay the same.
        every: Seconds between two looks.

    Returns:
        The file; the one changed last when several are complete.

    Raises:
        TimedOut: No file was complete in time.

    Example:
        - id: export
          uses: files.wait_for_file
          with: {folder: inbox, pattern: "収納_*.csv", timeout: 600}
    """
    place = ctx.path(folder)

    def look() -> Mapping[Path, tuple[int, int]]:
        return {path: (seen.st_size, seen.st_mtime_ns) for path, seen in _stats(place, pattern).items()}

    waiting = until_stable(look, stable=stable, timeout=timeout, every=every, clock=ctx.clock)
    found, unfinished = await waiting
    if found is None:
        raise TimedOut(
            "No file {pattern} was complete in {folder} within {seconds} s",
            pattern=pattern,
            folder=place,
            seconds=f"{timeout:g}",
            hint="Nothing was there" if not unfinished else "Empty or still growing: {names}",
            names=", ".join(path.name for path in unfinished),
        )
    return await asyncio.to_thread(FileRef.of, found)


async def until_stable(
    look: Callable[[], Mapping[Path, tuple[int, int]]],
    *,
    stable: float,
    timeout: float,  # noqa: ASYNC109 - measured by the given clock
    every: float,
    clock: Clock,
) -> tuple[Path | None, tuple[Path, ...]]:
    """Look again and again until a file stays the same.

    Args:
        look: Path → size and time of the last change, the file changed last coming last.
        stable: Seconds to stay the same.
        timeout: Seconds to look at most.
        every: Seconds between two looks.
        clock: Tells the time and waits.

    Returns:
        The file, or None when the time is over; and the files that were there but not complete.
    """
    begun = clock.monotonic()
    since: dict[Path, tuple[tuple[int, int], float]] = {}
    while True:
        seen = await asyncio.to_thread(look)
        now = clock.monotonic()
        since = {
            path: since[path] if path in since and since[path][0] == state else (state, now)
            for path, state in seen.items()
        }
        complete = [path for path, (state, start) in since.items() if state[0] > 0 and now - start >= stable]
        if complete:
            return complete[-1], ()
        if now - begun >= timeout:
            return None, tuple(since)
        await clock.sleep(min(every, max(timeout - (now - begun), 0.001)))


def _matches(folder: Path, pattern: str) -> list[Path]:
    if not folder.is_dir():
        raise FileNotThere("There is no folder {folder}", folder=folder, hint="Check its name, or the connection to it")
    return list(_stats(folder, pattern))


def _stats(folder: Path, pattern: str) -> dict[Path, os.stat_result]:
    """Files that fit with their states, in the order of their last change."""
    found: dict[Path, os.stat_result] = {}
    for path in files_in(folder, pattern):
        try:
            found[path] = path.stat()
        except FileNotFoundError:
            continue  # it went away between the two looks
    return dict(sorted(found.items(), key=lambda seen: (seen[1].st_mtime_ns, str(seen[0]))))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise FileNotThere("There is no file {file}", file=path, hint="Check the folder and the name")
    return path


def _place(ctx: Context, target: Path, source: Path) -> Path:
    place = ctx.path(target)
    return place / source.name if place.is_dir() or (not place.suffix and not place.is_file()) else place


def _put(source: Path, target: Path, overwrite: bool) -> None:
    if target.exists() and target.resolve() != source.resolve():
        if target.is_file() and FileRef.of(target).sha256 == FileRef.of(source).sha256:
            return
        if not overwrite:
            raise TargetExists(
                "{target} is there already, with other content",
                target=target,
                hint="Move it away, or say overwrite: true if it may be replaced",
            )
    if target.resolve() == source.resolve():
        return
    _system(lambda: _copy_whole(source, target), target)


def _copy_whole(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        shutil.copy2(source, temporary)
        if FileRef.of(temporary).sha256 != FileRef.of(source).sha256:
            raise ApplicationError("{source} changed while it was copied", source=source, hint="Try again")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _system(do: Callable[[], object], path: Path) -> None:
    try:
        do()
    except OSError as error:
        raise ApplicationError(
            "{file} cannot be written: {reason}",
            file=path,
            reason=error.strerror or type(error).__name__,
            hint="Is it open in another program, is the disk full, or are rights missing?",
        ) from error
