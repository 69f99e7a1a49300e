"""Peers that are not among Yakin's dependencies: each in a virtual environment of its own, in a cache folder outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path


def python_with(name: str, requirements: Sequence[str]) -> str | None:
    """The interpreter of an environment that has these packages; made on first use.

    Args:
        name: What the peer is called.
        requirements: Packages with their versions pinned.

    Returns:
        None, with a word about it, when they cannot be installed.
    """
    mark = hashlib.sha256("\n".join([sys.version, *requirements]).encode()).hexdigest()[:12]
    folder = _cache() / f"{name}-{mark}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (folder / "complete").exists():
        return str(python)
    print(f"installing {', '.join(requirements)} …", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"{name} is left out, it cannot be installed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    (folder / "complete").touch()
    return str(python)


def _cache() -> Path:
    around = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(around) / "yakin-benchmarks"
