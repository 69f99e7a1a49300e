"""Installing and upgrading, with a bundle whose `runner.py` sets up an environment within a moment.

The environment's Python is this one, so that nothing has to be installed; what is tried is the putting into place.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yakin.bundle import install as installer
from yakin.bundle.install import ABOUT, PLAN, PROJECT, SUMS, WHEELS, Installation, Refusal, Speech

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the made-up environment is a link")

RUNNER = """
import contextlib, sys
from pathlib import Path
ROOT = Path(__file__).parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMP = VENV / "stamp"
only_one_at_a_time = contextlib.nullcontext
def install(lock, wheels):
    PYTHON.parent.mkdir(parents=True)
    PYTHON.symlink_to({python!r})
    (PYTHON.parent / "program").write_text(f"#!{{PYTHON}}")
    STAMP.write_text(lock.read_text())
if __name__ == "__main__":
    sys.exit({status})
"""


def bundle(folder: Path, version: str, more: Mapping[str, str] | None = None, *, starts: int = 0) -> Path:
    """An unpacked bundle.

    Args:
        folder: Where.
        version: What its files say.
        more: Further files of the project.
        starts: Exit status of its `runner.py` once it is installed.
    """
    files = {
        "runner.py": RUNNER.format(python=sys.executable, status=starts),
        "requirements.lock": version,
        "config/yakin.toml": f"# {version}",
        "workflows/juminzei.yaml": version,
        "yakin/__init__.py": f"__version__ = {version!r}",
        "yakin/__main__.py": "",
        **(more or {}),
    }
    for name, text in files.items():
        path = folder / PROJECT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / WHEELS).mkdir()
    here = {"python": f"3.{sys.version_info.minor}", "platform": installer.this_platform(), "yakin": version}
    (folder / ABOUT).write_text(json.dumps(here), encoding="utf-8")
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in paths)
    (folder / SUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")
    return folder


def install(bundle: Path, folder: Path) -> None:
    Installation(bundle, folder, Speech(bundle)).install()


def content(folder: Path) -> dict[str, str]:
    """All files of an installation, but what was kept of earlier ones and links."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[:2] != ("var", "upgrades")
    }


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return bundle(tmp_path / "first", "1", {"yakin/gone.py": "", "bots/table.py": "1"})


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return bundle(tmp_path / "second", "2", {"yakin/new.py": "", "bots/table.py": "2", "workflows/new.yaml": "2"})


@pytest.fixture
def town(first: Path, tmp_path: Path) -> Path:
    """An installation that a town has worked with."""
    folder = tmp_path / "町" / "yakin"
    install(first, folder)
    for name in ("config/yakin.toml", "config/secrets.toml", "workflows/juminzei.yaml", "workflows/own.yaml"):
        (folder / name).write_text("of the town", encoding="utf-8")
    for name in ("bots/own.py", "var/yakin.sqlite"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("of the town", encoding="utf-8")
    return folder


def test_a_clean_folder_gets_everything_and_the_stamp_of_the_bundles_own_runner(first: Path, tmp_path: Path) -> None:
    install(first, tmp_path / "town")
    found = content(tmp_path / "town")
    assert found[".venv/stamp"] == "1"
    assert found[".venv/bin/program"] == f"#!{tmp_path / 'town' / '.venv' / 'bin' / 'python'}"
    assert found["config/yakin.toml"] == "# 1"
    shipped = {name[len(PROJECT) + 1 :] for name in installer.verified(first) if name.startswith(PROJECT)}
    assert found.keys() - shipped == {".venv/stamp", ".venv/bin/program", installer.RECORD}


def test_an_upgrade_replaces_what_is_ours_and_leaves_what_is_the_towns(town: Path, second: Path) -> None:
    before = content(town)
    install(second, town)
    after = content(town)
    assert {name for name, text in after.items() if text == "of the town"} == {
        name for name, text in before.items() if text == "of the town"
    }
    assert after["yakin/__init__.py"] == "__version__ = '2'"
    assert after[".venv/stamp"] == "2"
    assert before.keys() - after.keys() == {"yakin/gone.py"}
    assert after.keys() - before.keys() == {"yakin/new.py"}


def test_what_an_upgrade_replaced_is_kept(town: Path, second: Path) -> None:
    (town / "bots" / "table.py").write_text("1, mended by hand", encoding="utf-8")
    install(second, town)
    (backup,) = (town / "var" / "upgrades").iterdir()
    kept = {path.relative_to(backup).as_posix(): path.read_text(encoding="utf-8") for path in backup.rglob("*.py")}
    assert kept == {"bots/table.py": "1, mended by hand", "yakin/__init__.py": "__version__ = '1'", "yakin/gone.py": ""}


def test_installing_the_same_again_changes_nothing(town: Path, first: Path) -> None:
    before = content(town)
    install(first, town)
    assert content(town) == before


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_damaged_bundle_installs_nothing(damage: str, town: Path, second: Path) -> None:
    before = content(town)
    match damage:
        case "changed":
            (second / PROJECT / "yakin" / "new.py").write_text("evil", encoding="utf-8")
        case "missing":
            (second / PROJECT / "yakin" / "new.py").unlink()
        case "added":
            (second / WHEELS / "evil-1-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(Refusal, match=r"damaged or was changed(.|\n)*(yakin/new\.py|wheels/evil)"):
        install(second, town)
    assert content(town) == before


@pytest.mark.parametrize(("key", "value"), [("python", "3.99"), ("platform", "windows-arm")])
def test_a_bundle_for_another_machine_is_refused(key: str, value: str, first: Path, tmp_path: Path) -> None:
    about = json.loads((first / ABOUT).read_text(encoding="utf-8"))
    (first / ABOUT).write_text(json.dumps({**about, key: value}), encoding="utf-8")
    with pytest.raises(Refusal, match=f"for (Python )?{value}; this"):
        install(first, tmp_path / "town")
    assert not (tmp_path / "town").exists()


def test_a_folder_of_somebody_else_is_left_alone(first: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("", encoding="utf-8")
    with pytest.raises(Refusal, match="holds something that is not Yakin"):
        install(first, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_a_version_that_does_not_start_is_taken_back(town: Path, tmp_path: Path) -> None:
    before = content(town)
    with pytest.raises(Refusal, match="does not work here"):
        install(bundle(tmp_path / "broken", "3", starts=1), town)
    assert content(town) == before


class Killed(BaseException):
    """The power is gone."""


def killing(after: int) -> Callable[[Path, Path], None]:
    """A `_move` that fails once, after so many that worked."""
    moved = installer._move
    left = after

    def move(source: Path, target: Path) -> None:
        nonlocal left
        left -= 1
        if left == -1:
            raise Killed
        moved(source, target)

    return move


@pytest.mark.parametrize("after", range(0, 9, 2))
def test_an_upgrade_that_fails_at_any_moment_leaves_the_old_version(
    after: int, town: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(town)
    monkeypatch.setattr(installer, "_move", killing(after))
    with pytest.raises(Killed):
        install(second, town)
    assert content(town) == before


@pytest.mark.parametrize("after", range(0, 9, 2))
def test_an_upgrade_that_was_cut_off_is_taken_back_by_the_next_call(
    after: int, town: Path, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(town)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(installer, "_move", killing(after))
        cut_off.setattr(installer, "take_back", lambda folder: False)
        cut_off.setattr(installer, "clear", lambda folder: None)
        with pytest.raises(Killed):
            install(second, town)
    assert (town / PLAN).exists()
    assert installer.take_back(town)
    installer.clear(town)
    assert content(town) == before
    assert not installer.take_back(town)


def test_a_first_installation_that_was_cut_off_can_be_done_again(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "town"
    with monkeypatch.context() as cut_off:
        cut_off.setattr(installer, "_move", killing(4))
        cut_off.setattr(installer, "take_back", lambda folder: False)
        cut_off.setattr(installer, "clear", lambda folder: None)
        with pytest.raises(Killed):
            install(first, folder)
    install(first, folder)
    assert content(folder)["config/yakin.toml"] == "# 1"
    assert not (folder / PLAN).exists()


def test_the_installer_speaks_the_language_of_the_system(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    catalogues = tmp_path / PROJECT / "yakin"
    catalogues.mkdir(parents=True)
    (catalogues / "locale").symlink_to(Path(installer.__file__).parents[1] / "locale")
    Speech(tmp_path).say("Interrupted; nothing was changed.")
    assert capsys.readouterr().out == "中断しました。何も変更していません。\n"
