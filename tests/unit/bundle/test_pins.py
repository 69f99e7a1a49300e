"""What is read from a lock file, for which machine."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from yakin.bundle.pins import needed, normalised, pins_of
from yakin.bundle.target import Platform, Target
from yakin.errors import BundleError

LOCK = (Path(__file__).parents[3] / "requirements.lock").read_text(encoding="utf-8")


def names(platform: Platform, python: str) -> set[str]:
    return {pin.name for pin in needed(LOCK, Target.of(platform, python))}


def test_every_package_of_our_own_lock_is_read_with_its_hashes() -> None:
    pins = pins_of(LOCK)
    assert len(pins) == len(re.findall(r"^\S+==", LOCK, re.MULTILINE)) > 50
    assert all(pin.hashes for pin in pins)
    assert {pin.version for pin in pins if pin.name == "playwright"} < {f"1.65.{patch}" for patch in range(9)}


def test_lines_end_as_on_windows_too() -> None:
    assert pins_of(LOCK.replace("\n", "\r\n")) == pins_of(LOCK)


def test_markers_are_those_of_the_machine_the_bundle_is_for() -> None:
    windows, linux = names(Platform.WINDOWS, "3.11"), names(Platform.LINUX, "3.11")
    assert {"colorama", "pywin32-ctypes", "win32-setctime"} <= windows - linux
    assert {"jeepney", "secretstorage"} <= linux - windows


def test_markers_are_those_of_the_python_the_bundle_is_for() -> None:
    assert "importlib-metadata" in names(Platform.LINUX, "3.11") - names(Platform.LINUX, "3.12")


@pytest.mark.parametrize("patch", ["3.11.0", "3.11.4", "3.11.9"])
def test_what_only_some_patch_versions_need_is_brought(patch: str) -> None:
    assert Target.of(Platform.LINUX, "3.11").needs(f"python_full_version < '{patch}'") is (patch != "3.11.0")
    assert Target.of(Platform.LINUX, "3.11").needs(f"python_full_version >= '{patch}'")


def test_without_a_version_it_is_that_of_this_python() -> None:
    assert Target.of(Platform.THIS).python == f"3.{sys.version_info.minor}"


@pytest.mark.parametrize("version", ["3", "3.10", "2.7", "3.11.4", "three", "4.1"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(BundleError, match="no version of Python"):
        Target.of(Platform.LINUX, version)


@pytest.mark.parametrize("line", ["jinja2>=3", "jinja2==3.1.6", "-r other.txt", "./jinja2.whl --hash=sha256:00"])
def test_a_line_that_pins_nothing_is_refused_and_not_left_out(line: str) -> None:
    with pytest.raises(BundleError, match="not understood"):
        pins_of(f"{LOCK}{line}\n")


def test_wheels_for_linux_run_where_glibc_is_older_than_here() -> None:
    tags = Target.of(Platform.LINUX, "3.11").tags
    assert tags[0] == "manylinux_2_28_x86_64"
    assert {"manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux1_x86_64"} <= set(tags)


def test_names_are_compared_in_one_spelling() -> None:
    assert normalised("Jaraco.Classes") == normalised("jaraco_classes") == "jaraco-classes"
