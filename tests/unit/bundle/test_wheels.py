"""What pip's failures mean. pip itself is played by a program that says what pip says."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from yakin.bundle.pins import Pin
from yakin.bundle.target import Platform, Target
from yakin.bundle.wheels import download
from yakin.errors import BundleError

TARGET = Target.of(Platform.WINDOWS, "3.12")
PINS = [Pin(name, "1.0", None, frozenset({"0" * 64})) for name in ("lxml", "greenlet", "jinja2")]

UNREACHABLE = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to establish a new connection')
ERROR: Could not find a version that satisfies the requirement lxml==1.0 (from versions: none)
ERROR: No matching distribution found for lxml==1.0
"""
CHANGED = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, ...
    lxml==1.0 from index:
        Expected sha256 0000
"""


class Pip:
    """Answers instead of pip.

    Args:
        lacking: Packages it has no wheel of.
        failing: What it prints when it fails for another reason.
    """

    def __init__(self, *, lacking: tuple[str, ...] = (), failing: str = "") -> None:
        self._lacking = lacking
        self._failing = failing
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        asked = Path(command[command.index("-r") + 1]).read_text(encoding="utf-8")
        missing = next((name for name in self._lacking if f"{name}==" in asked), None)
        output = f"ERROR: No matching distribution found for {missing}==1.0" if missing else self._failing
        return subprocess.CompletedProcess(command, 1 if output else 0, "", output)


def told(pip: Pip, into: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("yakin.bundle.wheels.subprocess.run", pip)
    with pytest.raises(BundleError) as raised:
        download(PINS, TARGET, into)
    return raised.value.message


def test_pip_is_asked_for_wheels_of_the_other_machine_by_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip = Pip()
    monkeypatch.setattr("yakin.bundle.wheels.subprocess.run", pip)
    download(PINS, TARGET, tmp_path)
    command = " ".join(pip.commands[0])
    assert "--only-binary=:all: --no-deps --require-hashes" in command
    assert "--python-version 3.12 --platform win_amd64" in command
    assert "://" not in command
    assert list(tmp_path.iterdir()) == []


def test_all_packages_without_a_wheel_are_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(Pip(lacking=("greenlet", "lxml")), tmp_path, monkeypatch) == (
        "There is no wheel for windows-x86_64 with Python 3.12 of: greenlet 1.0, lxml 1.0"
    )


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (UNREACHABLE, "No package index can be reached"),
        (CHANGED, "What the package index has for lxml is not what requirements.lock pins"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("/usr/bin/python3: No module named pip", "pip could not download the wheels:\n/usr/bin/python3: No module"),
    ],
)
def test_other_failures_are_told_as_what_they_are(
    output: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(Pip(failing=output), tmp_path, monkeypatch).startswith(sentence)
