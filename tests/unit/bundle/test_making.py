"""What is in a bundle."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.unit.bundle.wheelmaking import OWN, fetch, project, wheel
from yakin.bundle.install import ABOUT, PROJECT, SUMS
from yakin.bundle.making import BILL, make_bundle
from yakin.bundle.pins import Pin
from yakin.bundle.sources import own_files
from yakin.bundle.target import Platform, Target
from yakin.errors import BundleError

LINUX = Target.of(Platform.LINUX, "3.11")
WINDOWS = Target.of(Platform.WINDOWS, "3.11")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


def entries(bundle: Path) -> dict[str, bytes]:
    """What is in a bundle, without the name of its folder."""
    with zipfile.ZipFile(bundle) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_a_bundle_holds_the_project_the_wheels_and_the_programs_that_install_them(root: Path, tmp_path: Path) -> None:
    made = make_bundle(root, LINUX, tmp_path / "b.zip", fetch=fetch)
    names = entries(made.path).keys()
    wheels = [f"wheels/{name}-1.2.0-py3-none-any.whl" for name in ("jinja2", "loguru", "markupsafe")]
    programs = [ABOUT, "install.cmd", "install.py", "install.sh", BILL, SUMS]
    assert sorted(names) == sorted([*programs, *(f"{PROJECT}/{name}" for name in OWN), *wheels])
    assert (made.files, made.wheels) == (len(OWN), 3)
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert set(tmp_path.iterdir()) == {root, made.path}


def test_every_file_is_in_the_list_of_hashes(root: Path, tmp_path: Path) -> None:
    found = entries(make_bundle(root, LINUX, tmp_path / "b.zip", fetch=fetch).path)
    listed = found.pop(SUMS).decode()
    assert listed == "".join(f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in sorted(found))


def test_another_platform_gets_its_own_wheels_and_says_so(root: Path, tmp_path: Path) -> None:
    found = entries(make_bundle(root, WINDOWS, tmp_path / "b.zip", fetch=fetch).path)
    assert "wheels/colorama-1.2.0-py3-none-any.whl" in found
    assert json.loads(found[ABOUT])["platform"] == "windows-x86_64"


def test_the_same_project_gives_the_same_bytes_at_any_time_and_in_any_folder(root: Path, tmp_path: Path) -> None:
    other = project(tmp_path / "elsewhere" / "other")
    (other / "runner.py").touch()
    (other / "runner.py").chmod(0o700)
    first, second = (
        make_bundle(folder, LINUX, tmp_path / f"{folder.name}.zip", fetch=fetch).path for folder in (root, other)
    )
    assert first.read_bytes() == second.read_bytes()


def test_only_the_installer_for_a_shell_is_a_program(root: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(make_bundle(root, LINUX, tmp_path / "b.zip", fetch=fetch).path) as archive:
        modes = {info.filename.rpartition("/")[2]: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes["install.sh"] == 0o755
    assert {mode for name, mode in modes.items() if name != "install.sh"} == {0o644}


def test_what_already_exists_is_not_written_over(root: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("somebody's", encoding="utf-8")
    with pytest.raises(BundleError, match=r"b\.zip exists already"):
        make_bundle(root, LINUX, tmp_path / "b.zip", fetch=fetch)


def test_a_folder_that_is_not_there_is_named(root: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"There is no folder .*nowhere"):
        make_bundle(root, LINUX, tmp_path / "nowhere" / "b.zip", fetch=fetch)


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(root: Path, tmp_path: Path) -> None:
    def full(pins: Sequence[Pin], target: Target, into: Path) -> None:
        (into / "half.whl").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(BundleError, match="The disk is full"):
        make_bundle(root, LINUX, tmp_path / "b.zip", fetch=full)
    assert list(tmp_path.iterdir()) == [root]


@pytest.mark.parametrize("content", [None, b"something else"])
def test_a_wheel_that_is_missing_or_another_is_named(content: bytes | None, root: Path, tmp_path: Path) -> None:
    def wrong(pins: Sequence[Pin], target: Target, into: Path) -> None:
        fetch([pin for pin in pins if pin.name != "jinja2"], target, into)
        if content is not None:
            (into / "jinja2-1.2.0-py3-none-any.whl").write_bytes(content)

    with pytest.raises(BundleError, match=r"not downloaded as requirements\.lock pins them: jinja2 1\.2\.0"):
        make_bundle(root, LINUX, tmp_path / "b.zip", fetch=wrong)


def bill_of(bundle: Path) -> Any:
    return json.loads(entries(bundle)[BILL])


def test_the_bill_of_materials_fits_the_published_schema(root: Path, tmp_path: Path) -> None:
    text = entries(make_bundle(root, WINDOWS, tmp_path / "b.zip", fetch=fetch).path)[BILL].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_the_bill_of_materials_tells_version_hash_licence_and_what_needs_what(root: Path, tmp_path: Path) -> None:
    bill = bill_of(make_bundle(root, WINDOWS, tmp_path / "b.zip", fetch=fetch).path)
    about = {component["name"]: component for component in bill["components"]}
    assert about["jinja2"]["version"] == "1.2.0"
    assert about["jinja2"]["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel("jinja2")).hexdigest()}]
    assert {name: component.get("licenses") for name, component in about.items()} == {
        "jinja2": [{"expression": "BSD-3-Clause"}],
        "markupsafe": [{"license": {"name": "MIT License"}}],
        "loguru": [{"license": {"name": "MIT License"}}],
        "colorama": None,
    }
    needs = {each["ref"].partition("@")[0]: each["dependsOn"] for each in bill["dependencies"]}
    assert needs["pkg:pypi/jinja2"] == ["pkg:pypi/markupsafe@1.2.0"]
    assert needs["pkg:pypi/loguru"] == ["pkg:pypi/colorama@1.2.0"]


def test_of_a_checkout_only_what_git_tracks_is_taken(root: Path) -> None:
    (root / "名簿.xlsx").write_text("personal data", encoding="utf-8")
    (root / "var" / "private.key").write_text("", encoding="utf-8")
    git = ["git", "-c", "core.excludesFile=", "-C", str(root)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--force", *OWN, "config/secrets.toml", "var"], check=True)
    assert list(own_files(root)) == OWN


def test_of_any_other_folder_all_is_taken_that_is_not_ignored(root: Path) -> None:
    assert list(own_files(root)) == OWN


def test_where_a_project_keeps_its_data_and_secrets_elsewhere_they_stay_too(root: Path) -> None:
    (root / "data").mkdir()
    (root / "data" / "runs.txt").write_text("", encoding="utf-8")
    (root / "config" / "himitsu.toml").write_text("", encoding="utf-8")
    assert list(own_files(root, ["data", "config\\himitsu.toml"])) == OWN
