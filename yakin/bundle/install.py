#!/usr/bin/env python3
"""Installs Yakin from the bundle this file stands in, or upgrades it there; needs Python only, and no network.

    python install.py [FOLDER]

Everything is prepared beside what is installed: the new `.venv`, the new files, a trial of both. Then all is renamed into
place within a moment. If that fails or is cut off, what was installed before is put back, by this call or by the next.
What belongs to the town stays as it is: `config`, `workflows`, everything that runs write, and every file that no
bundle brought. The stamp that keeps `runner.py` from setting up again is written by `runner.py` itself.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gettext
import hashlib
import importlib.util
import json
import locale
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence  # noqa: UP035 - an older Python reads this file to say it is too old

ABOUT, SUMS = "bundle.json", "SHA256SUMS"
PROJECT, WHEELS = "project", "wheels"
RECORD = "installed-files.txt"
"""In an installation: the hashes of the files that the last bundle brought."""
OF_THE_TOWN = ("config", "workflows")
"""Folders that a bundle fills when there is nothing yet, and never touches afterwards."""
CURRENT, FRESH, FORMER = ".venv", ".vnew", ".vold"
"""The environment, the one being prepared, the one being replaced: equally long, as programs in it hold its path."""
STAGED, PLAN = ".yakin-new", ".yakin-upgrade.json"
BACKUPS = Path("var") / "upgrades"
ROOM = 5
"""Installed, wheels take up to so many times their size."""


class Refusal(Exception):
    """Why nothing was installed: a sentence with its data kept apart, so that it can be translated."""

    template: str
    data: Mapping[str, object]

    def __init__(self, template: str, **data: object) -> None:
        super().__init__(template.format_map(data))
        self.template = template
        self.data = data


def main(arguments: Sequence[str] | None = None) -> int:
    """Install or upgrade; returns 0 when that was done, else 2."""
    sys.dont_write_bytecode = True
    bundle = Path(__file__).resolve().parent
    speech = Speech(bundle)
    default = Path("C:/yakin") if os.name == "nt" else Path("/opt/yakin")
    parser = argparse.ArgumentParser(description="Install Yakin, or upgrade it, without network.")
    parser.add_argument("folder", nargs="?", type=Path, default=default, help=f"where; {default} when left out")
    folder = parser.parse_args(arguments).folder
    try:
        Installation(bundle, folder.absolute(), speech).install()
    except Refusal as refusal:
        speech.say(refusal.template, **refusal.data)
    except KeyboardInterrupt:
        speech.say("Interrupted; nothing was changed.")
    except (OSError, subprocess.CalledProcessError) as error:
        speech.say("The installation failed: {error}\nNothing was changed.", error=error)
    else:
        return 0
    return 2


def this_platform() -> str:
    """System and processor of this machine, such as `windows-x86_64`."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    machine = platform.machine().lower()
    return f"{system}-{ {'amd64': 'x86_64', 'arm64': 'aarch64'}.get(machine, machine) }"


class Speech:
    """Says sentences in the language of the person's system, by the catalogues that the bundle brings."""

    def __init__(self, bundle: Path) -> None:
        folder = bundle / PROJECT / "yakin" / "locale"
        self._catalogue = gettext.translation("yakin", folder, languages=[_language()], fallback=True)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    def say(self, template: str, **data: object) -> None:
        """Print a sentence."""
        print(self._catalogue.gettext(template).format_map(data), flush=True)  # noqa: T201 - a program of its own


def _language() -> str:
    if os.name == "nt":
        with contextlib.suppress(locale.Error):
            return "ja" if locale.setlocale(locale.LC_CTYPE, "").lower().startswith("ja") else "en"
    chosen = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ja" if chosen.startswith("ja") else "en"


class Installation:
    """One installation of a bundle into a folder.

    Args:
        bundle: The unpacked bundle.
        folder: Where to install.
        speech: Says what is done.
    """

    def __init__(self, bundle: Path, folder: Path, speech: Speech) -> None:
        self._bundle = bundle
        self._folder = folder
        self._speech = speech
        self._staged = folder / STAGED

    def install(self) -> None:
        """Verify, prepare, put into place.

        Raises:
            Refusal: The bundle is damaged or for another kind of machine, or the folder cannot take it.
            OSError, CalledProcessError: Something failed; what was installed before is back in its place.
        """
        about = json.loads((self._bundle / ABOUT).read_text(encoding="utf-8"))
        _refuse_other_machines(about)
        shipped = verified(self._bundle)
        self._say("{count} files are as they were bundled.", count=len(shipped))
        brought = {name[len(PROJECT) + 1 :]: each for name, each in shipped.items() if name.startswith(f"{PROJECT}/")}
        self._refuse_what_is_not_ours()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._refuse_without_room()
        runner = self._runner()
        with runner.only_one_at_a_time():
            if take_back(self._folder):
                self._say("An upgrade that had been cut off was taken back.")
            try:
                self._prepare(runner, brought)
                plan = self._plan(brought)
                self._put_into_place(plan)
            except BaseException:
                take_back(self._folder)
                raise
            finally:
                clear(self._folder)
        self._tell(about, plan)

    def _say(self, template: str, **data: object) -> None:
        self._speech.say(template, **data)

    def _is_installed(self) -> bool:
        return all((self._folder / name).exists() for name in ("runner.py", "config/yakin.toml"))

    def _refuse_what_is_not_ours(self) -> None:
        folder = self._folder
        if not folder.exists() or self._is_installed() or (folder / PLAN).exists():
            return
        left_by_an_attempt = {CURRENT, FRESH, FORMER, STAGED, f"{CURRENT}.lock"}
        if {each.name for each in folder.iterdir()} - left_by_an_attempt:
            raise Refusal("{folder} holds something that is not Yakin: name another folder.", folder=folder)

    def _refuse_without_room(self) -> None:
        needed = ROOM * sum(each.stat().st_size for each in (self._bundle / WHEELS).iterdir())
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            raise Refusal(
                "The disk of {folder} is too full: {needed} MB are needed, {free} MB are free.",
                folder=self._folder,
                needed=needed // 10**6,
                free=free // 10**6,
            )

    def _runner(self) -> Any:
        """The bundle's `runner.py`, told to set up the environment that is being prepared."""
        path = self._bundle / PROJECT / "runner.py"
        specification = importlib.util.spec_from_file_location("yakin_runner", path)
        assert specification is not None and specification.loader is not None
        runner: Any = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(runner)
        runner.ROOT, within = self._folder, runner.PYTHON.relative_to(runner.VENV)
        runner.VENV = self._folder / FRESH
        runner.PYTHON, runner.STAMP = runner.VENV / within, runner.VENV / runner.STAMP.name
        return runner

    def _prepare(self, runner: Any, brought: Iterable[str]) -> None:
        """Stage the files, make the environment, try both together."""
        clear(self._folder)
        for name in brought:
            path = self._staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not the time of the file: all in a bundle have the same, and Python would take old bytecode for current.
            shutil.copyfile(self._bundle / PROJECT / name, path)
        (self._staged / RECORD).write_bytes((self._bundle / SUMS).read_bytes())
        with _only_from_the_bundle():
            runner.install(self._staged / "requirements.lock", self._bundle / WHEELS)
        self._run(runner.PYTHON, self._staged, "-m", "yakin", "actions")
        move_environment(runner.PYTHON.parent)

    def _plan(self, brought: Mapping[str, str]) -> dict[str, Any]:
        """What is to be renamed; it is kept on the disk until all of it is done."""
        is_upgrade = self._is_installed()
        before = _names_of_record(self._folder / RECORD)
        there = {name for name in {*brought, *before} if (self._folder / name).is_file()}
        of_town = {name for name in {*brought, *before} if is_upgrade and name.split("/")[0] in OF_THE_TOWN}
        changed = {name for name in there & brought.keys() - of_town if _sha256(self._folder / name) != brought[name]}
        has_record = (self._folder / RECORD).exists()
        stamp = f"{datetime.datetime.now().astimezone():%Y%m%dT%H%M%S}"
        return {
            "backup": (BACKUPS / stamp).as_posix(),
            "added": sorted(brought.keys() - there - of_town) + ([] if has_record else [RECORD]),
            "replaced": sorted(changed) + ([RECORD] if has_record else []),
            "removed": sorted(there & before - brought.keys() - of_town),
            "upgrade": is_upgrade,
            "environment": (self._folder / CURRENT).exists(),
        }

    def _put_into_place(self, plan: Mapping[str, Any]) -> None:
        """Rename everything; until the plan is deleted, `take_back` can undo it."""
        folder, backup = self._folder, self._folder / plan["backup"]
        with (folder / PLAN).open("w", encoding="utf-8") as stream:
            json.dump(plan, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        if plan["environment"]:
            try:
                (folder / CURRENT).rename(folder / FORMER)
            except PermissionError:
                raise Refusal("Yakin is at work in {folder}: stop it first.", folder=folder) from None
        (folder / FRESH).rename(folder / CURRENT)
        for name in (*plan["replaced"], *plan["removed"]):
            _move(folder / name, backup / name)
        for name in (*plan["replaced"], *plan["added"]):
            _move(self._staged / name, folder / name)
        self._run(_python_of(folder), folder, "runner.py", "--version")
        (folder / PLAN).unlink()

    def _run(self, python: Path, folder: Path, *arguments: str) -> None:
        done = subprocess.run(
            [str(python), *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise Refusal("The new version does not work here; nothing was changed.\n{output}", output=done.stdout)

    def _tell(self, about: Mapping[str, str], plan: Mapping[str, Any]) -> None:
        folder = self._folder
        self._say("Yakin {version} is installed in {folder}.", version=about["yakin"], folder=folder)
        if plan["upgrade"]:
            kept = sum(each.is_file() for name in OF_THE_TOWN for each in (folder / name).rglob("*"))
            self._say("Kept as they were: config, workflows ({kept} files), var, and all files of your own.", kept=kept)
        if plan["upgrade"] and plan["replaced"] + plan["removed"]:
            self._say("What was replaced is in {backup}.", backup=folder / plan["backup"])
        status = subprocess.run([str(_python_of(folder)), "runner.py", "check"], cwd=folder, check=False).returncode
        if status != 0:
            self._say("This version finds mistakes in your workflow files, see above: correct them before they run.")
        python = "py" if os.name == "nt" else "python3"
        self._say(
            "Next, in {folder}:\n"
            "  {python} runner.py setup     looks for a browser and what else the bots need\n"
            "  {python} runner.py demo      shows that it works, with made-up data\n"
            "To run it as a service: docs/how-to/run-as-a-service.md. A service that was stopped can be started again.",
            folder=folder,
            python=python,
        )


def _refuse_other_machines(about: Mapping[str, str]) -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if about["python"] != here:
        raise Refusal(
            "This bundle is for Python {wanted}; this is Python {here}.\n"
            "Install Python {wanted}, or make a bundle with --python {here}.",
            wanted=about["python"],
            here=here,
        )
    if about["platform"] != this_platform():
        raise Refusal(
            "This bundle is for {wanted}; this machine is {here}.", wanted=about["platform"], here=this_platform()
        )


def verified(bundle: Path) -> dict[str, str]:
    """Path → SHA-256 of every file of a bundle.

    Raises:
        Refusal: A file is missing, is not what was bundled, or was put there later.
    """
    lines = (bundle / SUMS).read_text(encoding="utf-8").splitlines()
    wanted = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    wrong = [name for name in wanted if not (bundle / name).is_file() or _sha256(bundle / name) != wanted[name]]
    strange = [f"{WHEELS}/{each.name}" for each in (bundle / WHEELS).iterdir() if f"{WHEELS}/{each.name}" not in wanted]
    if wrong or strange:
        raise Refusal(
            "The bundle is damaged or was changed; nothing was installed. Copy it again. Not as it was bundled:\n{names}",
            names="\n".join([*wrong, *strange]),
        )
    return wanted


def move_environment(programs: Path) -> None:
    """Let the programs of a prepared environment name the folder it is going to have.

    Args:
        programs: Its folder `bin` or `Scripts`. Programs are scripts, on Windows with a launcher before them, whose
            parts must stay where they are: that is why the names of the folders are equally long.
    """
    for path in (*programs.iterdir(), programs.parent / "pyvenv.cfg"):
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if FRESH.encode() in content:
            path.write_bytes(content.replace(FRESH.encode(), CURRENT.encode()))


def take_back(folder: Path) -> bool:
    """Undo an upgrade that did not come to its end; whether there was one. Can itself be cut off and called again."""
    try:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except ValueError:
        # Cut off while the plan was written: nothing had been renamed.
        (folder / PLAN).unlink()
        return False
    for name in plan["added"]:
        if not (folder / STAGED / name).exists():
            (folder / name).unlink(missing_ok=True)
    for name in (*plan["replaced"], *plan["removed"]):
        if (folder / plan["backup"] / name).exists():
            _move(folder / plan["backup"] / name, folder / name)
    if (folder / CURRENT).exists() and ((folder / FORMER).exists() or not plan["environment"]):
        shutil.rmtree(folder / CURRENT)
    if (folder / FORMER).exists():
        (folder / FORMER).rename(folder / CURRENT)
    shutil.rmtree(folder / plan["backup"], ignore_errors=True)
    (folder / PLAN).unlink()
    return True


def clear(folder: Path) -> None:
    """Remove what was prepared, and the environment that was replaced."""
    for name in (STAGED, FRESH, FORMER):
        shutil.rmtree(folder / name, ignore_errors=True)


@contextlib.contextmanager
def _only_from_the_bundle() -> Any:
    """Keep pip from everything that this machine's settings say about where packages are."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        del os.environ[name]
    os.environ.update(PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _names_of_record(path: Path) -> set[str]:
    if not path.exists():
        return set()
    names = (line.partition("  ")[2] for line in path.read_text(encoding="utf-8").splitlines())
    return {name[len(PROJECT) + 1 :] for name in names if name.startswith(f"{PROJECT}/")}


def _python_of(folder: Path) -> Path:
    return folder / CURRENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for part in iter(lambda: stream.read(1 << 20), b""):
            digest.update(part)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
