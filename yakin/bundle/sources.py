"""Which files of a project belong to it: what version control has, never what runs write and never a secret."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

_ONLY_FOR_DEVELOPMENT = ("tests", "benchmarks", ".ci", ".github", ".importlinter", "requirements-dev.lock")
_NEVER = (
    *(".git", ".venv", ".venv.lock", "var", "__pycache__"),
    *("secrets.toml", ".env", "*.pem", "*.key", "*.pfx", "*.p12", "*.sqlite", "*.sqlite-*", ".pgpass", "yakin-*.zip"),
)
"""Names that are left out wherever they stand, even when somebody put them under version control."""


def own_files(root: Path, left_out: Iterable[str] = ()) -> Mapping[str, Path]:
    """The files that make up a project: code, bots, workflows, settings, documentation.

    Of a git checkout these are the files that git tracks, as they are on the disk now; of any other folder all that its
    `.gitignore` does not name. What only developers of Yakin need is left out.

    Args:
        root: The project's folder.
        left_out: Further files and folders to leave out, relative to the project, such as where it keeps its data.

    Returns:
        Path within the project, with `/` → file, in order.
    """
    tracked = _tracked(root)
    names = _walked(root, _ignored(root)) if tracked is None else tracked
    closed = [PurePosixPath(name.replace("\\", "/")) for name in (*left_out, *_ONLY_FOR_DEVELOPMENT)]
    kept = (name for name in names if not _matches(name, _NEVER) and not _is_within(name, closed))
    return {name: root / name for name in sorted(kept) if (root / name).is_file()}


def _is_within(name: str, closed: Sequence[PurePosixPath]) -> bool:
    path = PurePosixPath(name)
    return any(path.is_relative_to(each) for each in closed)


def _tracked(root: Path) -> list[str] | None:
    """What git tracks in a folder; None when there is no git or no checkout."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    except OSError:
        return None
    return [name.decode() for name in done.stdout.split(b"\0") if name] if done.returncode == 0 else None


def _walked(root: Path, ignored: Sequence[str], folder: Path | None = None) -> Iterator[str]:
    for path in (folder or root).iterdir():
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or _matches(name, (*ignored, *_NEVER)):
            continue
        if path.is_dir():
            if not path.name.startswith("."):
                yield from _walked(root, ignored, path)
        elif path.name == ".gitignore" or not path.name.startswith("."):
            yield name


def _ignored(root: Path) -> list[str]:
    """The patterns of the project's `.gitignore`: names, or paths from the project's folder."""
    path = root / ".gitignore"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line.strip().strip("/") for line in lines if line.strip() and not line.startswith(("#", "!"))]


def _matches(name: str, patterns: Iterable[str]) -> bool:
    parts = name.split("/")
    return any(
        fnmatchcase(name, pattern) if "/" in pattern else any(fnmatchcase(part, pattern) for part in parts)
        for pattern in patterns
    )
