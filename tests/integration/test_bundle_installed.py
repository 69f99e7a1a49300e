"""A real bundle of this machine, installed into a clean folder by a process that has no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from yakin.bundle.making import make_bundle
from yakin.bundle.target import Platform, Target

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
"""A proxy that does not answer (port 9 discards)."""


def offline() -> list[str]:
    """What a command begins with, so that its process has no network; nothing where that cannot be done."""
    apart = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*apart, "true"], check=False, capture_output=True).returncode == 0:
        return apart
    return []


def environment(home: Path) -> Mapping[str, str]:
    """That of a machine which knows nothing of package indexes, and has an empty home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    return {**kept, **proxies, "HOME": str(home), "PIP_NO_INDEX": "1", "LANG": "ja_JP.UTF-8"}


def test_a_bundle_is_installed_and_works_without_network(tmp_path: Path) -> None:
    made = make_bundle(ROOT, Target.of(Platform.THIS), tmp_path / "bundle.zip")
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path / "unpacked")
    (bundle,) = (tmp_path / "unpacked").iterdir()
    folder = tmp_path / "役場" / "yakin"

    def call(*command: str | Path) -> str:
        done = subprocess.run(
            [*offline(), *map(str, command)],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert str(folder) in call(sys.executable, bundle / "install.py", folder)
    before = sorted((folder / ".venv").rglob("RECORD"))

    # Not the environment's Python: the stamp is what keeps runner.py from setting up again, and there is no network.
    assert call(sys.executable, folder / "runner.py", "--version").startswith("yakin ")
    assert "2" in call(sys.executable, folder / "runner.py", "check")
    programs = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    assert call(programs / "playwright", "--version").startswith("Version 1.")

    (folder / "workflows" / "own.yaml").write_bytes((folder / "workflows" / "juminzei_nyuryoku.yaml").read_bytes())
    (folder / "config" / "secrets.toml").touch(0o600)
    call(sys.executable, bundle / "install.py", folder)
    assert "3" in call(sys.executable, folder / "runner.py", "check")
    assert (folder / "config" / "secrets.toml").exists()
    assert sorted((folder / ".venv").rglob("RECORD")) == before
    assert not list(folder.glob(".v[no]*"))
