"""A small project, wheels that say what they must, and a fetch that takes them from nowhere."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from yakin.bundle.pins import Pin
from yakin.bundle.target import Target

PACKAGES: Mapping[str, str] = {
    "jinja2": "License-Expression: BSD-3-Clause\nRequires-Dist: MarkupSafe>=2.0\nRequires-Dist: Babel ; extra == 'i18n'\n",
    "markupsafe": "License: MIT License\n\n",
    "loguru": "Classifier: License :: OSI Approved :: MIT License\nRequires-Dist: colorama ; sys_platform == 'win32'\n",
    "colorama": "Summary: 端末の色\n",
}
VERSION = "1.2.0"
MARKERS = {"colorama": " ; sys_platform == 'win32'"}


def wheel(name: str) -> bytes:
    """The bytes of a wheel that holds its metadata only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        about = zipfile.ZipInfo(f"{name}-{VERSION}.dist-info/METADATA", (1980, 1, 1, 0, 0, 0))
        archive.writestr(about, f"Metadata-Version: 2.4\nName: {name}\nVersion: {VERSION}\n{PACKAGES[name]}")
    return buffer.getvalue()


def lock() -> str:
    """A lock file as uv writes it."""
    return "".join(
        f"{name}=={VERSION}{MARKERS.get(name, '')} \\\n    --hash=sha256:{'0' * 64} \\\n"
        f"    --hash=sha256:{hashlib.sha256(wheel(name)).hexdigest()}\n"
        for name in sorted(PACKAGES)
    )


def project(root: Path, **more: str) -> Path:
    """A project's folder, not under version control."""
    files = {
        "runner.py": "print('yakin')\n",
        "requirements.lock": lock(),
        "requirements-dev.lock": lock(),
        ".gitignore": "*.bak.xlsx\n/dist/\n",
        "config/yakin.toml": "",
        "config/secrets.toml": 'portal_password = "夜間の合言葉"\n',
        "workflows/転入届.yaml": "workflow: 転入届\n",
        "bots/jusho.py": "",
        "docs/index.md": "# 夜勤\n",
        "tests/test_it.py": "",
        "var/yakin.sqlite": "runs",
        ".venv/installed-from.txt": "",
        "bots/__pycache__/jusho.pyc": "",
        "台帳.bak.xlsx": "",
        "dist/old.whl": "",
        **more,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


OWN = [
    *(".gitignore", "bots/jusho.py", "config/yakin.toml", "docs/index.md", "requirements.lock", "runner.py"),
    "workflows/転入届.yaml",
]
"""The files of such a project that belong to it."""


def fetch(pins: Sequence[Pin], target: Target, into: Path) -> None:
    """A fetch that needs no network."""
    for pin in pins:
        (into / f"{pin.name}-{pin.version}-py3-none-any.whl").write_bytes(wheel(pin.name))
