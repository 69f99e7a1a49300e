"""What is in `deploy`: units that systemd takes, a script that PowerShell 5 reads, containers without secrets."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from yakin.cli.reference.commands import verbs

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 3.0
"""Of 10, in the words of systemd-analyze: below it is called OK or SAFE."""

systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


@systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_is_shut_in(service: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", service], capture_output=True, text=True, check=False
    )
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)
    assert exposure is not None, told.stdout + told.stderr
    assert float(exposure[1]) < MOST_EXPOSED


@systemd
def test_systemd_understands_every_line_of_the_units(tmp_path: Path) -> None:
    # The programs are not installed here: their places are given to one that is.
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/yakin/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = sorted(tmp_path.iterdir())
    told = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    about_ours = [line for line in (told.stdout + told.stderr).splitlines() if "yakin" in line and "man " not in line]
    assert (told.returncode, about_ours) == (0, [])


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_what_a_unit_starts_and_points_to_is_there(service: Path) -> None:
    text = service.read_text(encoding="utf-8")
    assert "User=yakin" in text
    for place in re.findall(r"/opt/yakin/([\w./-]+)", text):
        if not place.startswith((".venv", "var")):
            assert (ROOT / place).exists(), place


def test_the_script_for_windows_is_read_as_utf_8_by_every_powershell() -> None:
    content = (DEPLOY / "windows" / "register-tasks.ps1").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    assert "夜勤" in content.decode("utf-8-sig")


def test_the_script_for_windows_names_files_that_are_there_and_keeps_no_password() -> None:
    text = (DEPLOY / "windows" / "register-tasks.ps1").read_text(encoding="utf-8-sig")
    named = re.findall(r"Join-Path \$Folder '([^']+)'", text)
    assert named
    assert [
        name for name in named if not name.startswith(".venv") and not (ROOT / name.replace("\\", "/")).exists()
    ] == []
    assert text.count("{") == text.count("}")
    assert text.count("(") == text.count(")")
    assert "Get-Credential" in text
    assert "ConvertTo-SecureString" not in text


def test_the_containers_hold_no_secret_and_say_which_files_do() -> None:
    compose = YAML(typ="safe").load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
    used = {name for service in compose["services"].values() for name in service["secrets"]}
    assert used == set(compose["secrets"])
    assert all(set(each) == {"file"} for each in compose["secrets"].values())
    environment = {name for service in compose["services"].values() for name in service.get("environment", ())}
    assert {name for name in environment if "PASSWORD" in name} == {"POSTGRES_PASSWORD_FILE"}
    image = (DEPLOY / "compose" / "Dockerfile").read_text(encoding="utf-8")
    assert "--network=none" in image
    assert re.search(r"^USER yakin$", image, re.MULTILINE)
    assert not re.search(r"password|secret=", image, re.IGNORECASE)


def test_the_programs_of_the_bundle_begin_as_their_systems_want_it() -> None:
    scripts = ROOT / "yakin" / "bundle" / "scripts"
    windows, shell = (scripts / "install.cmd").read_bytes(), (scripts / "install.sh").read_bytes()
    assert windows.isascii()
    assert windows.count(b"\r\n") == windows.count(b"\n")
    assert b"\r" not in shell
    assert shell.startswith(b"#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", scripts / "install.sh"], check=False).returncode == 0


def test_what_is_started_is_a_verb() -> None:
    started = {"serve"}
    texts = [path.read_text(encoding="utf-8-sig") for path in DEPLOY.rglob("*") if path.suffix in (".service", ".ps1")]
    assert {verb for text in texts for verb in re.findall(r"runner\.py (\w+)$", text, re.MULTILINE)} == started
    assert started <= verbs().keys()
