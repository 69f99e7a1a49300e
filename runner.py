#!/usr/bin/env python3
"""Yakin from a checkout: sets up `.venv` when needed, then hands over to `yakin.cli`.

Only the standard library is used here, and nothing is downloaded once `.venv` fits the lock file.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed-from.txt"
MINIMUM = (3, 11)
NEEDS_DEVELOPMENT_TOOLS = ("test", "lock")


def main() -> int:
    """Set up if needed, then run the command line in `.venv`; returns its exit status."""
    if sys.version_info < MINIMUM:
        return _refuse("Yakin needs Python 3.11 or newer; this is {}.".format(sys.version.split()[0]))  # noqa: UP032
    if Path(sys.prefix).resolve() == VENV.resolve():
        from yakin.cli import main as cli

        return cli(ROOT)
    lock = ROOT / (
        "requirements-dev.lock" if sys.argv[1:2] and sys.argv[1] in NEEDS_DEVELOPMENT_TOOLS else "requirements.lock"
    )
    try:
        with only_one_at_a_time():
            if not _is_installed(lock):
                install(lock)
                subprocess.run([str(PYTHON), str(ROOT / "runner.py"), "setup"], check=False)
    except (subprocess.CalledProcessError, OSError) as error:
        return _refuse(f"Setting up {VENV} failed: {error}\nMend what is named above and call the same command again.")
    return _hand_over([str(PYTHON), str(ROOT / "runner.py"), *sys.argv[1:]])


def _is_installed(lock: Path) -> bool:
    """Whether `.venv` was installed from this lock, or from the larger one that contains it."""
    try:
        installed = STAMP.read_text(encoding="utf-8").split()
    except OSError:
        return False
    return _digest(lock) in installed and PYTHON.exists()


def install(lock: Path, wheels: "Path | None" = None) -> None:
    """Install a lock file into `.venv`, from the package index or from a folder of wheels only, and say so in its stamp."""
    source = f"from {wheels}" if wheels else "needs the package index"
    print(f"Setting up {VENV} from {lock.name} (once; {source}) ...", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    if not PYTHON.exists():
        _make_venv()
    uv = None if wheels else shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if wheels:
        command += ["--no-index", "--find-links", str(wheels)]
    subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=True)
    contained = [lock] if lock.name == "requirements.lock" else [lock, ROOT / "requirements.lock"]
    STAMP.write_text("\n".join(_digest(each) for each in contained), encoding="utf-8")


def _make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        print("Python's venv module is incomplete; on Debian: apt-get install python3-venv", file=sys.stderr)
        raise


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


@contextlib.contextmanager
def only_one_at_a_time():  # type: ignore[no-untyped-def]  # noqa: ANN201 - typing has no place before the version check
    """Keep two first calls from setting up the same folder; the system lets go of the lock if we die."""
    with (ROOT / ".venv.lock").open("a+b") as stream:
        if os.name == "nt":
            import msvcrt

            stream.seek(0)
            _lock_on_windows(lambda: msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1))  # type: ignore[attr-defined, no-untyped-call]
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _lock_on_windows(lock):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - see above
    """Wait for the lock for as long as it takes: Windows gives up after ten seconds, setting up takes longer."""
    while True:
        try:
            return lock()
        except OSError as error:
            if error.errno != errno.EDEADLK:
                raise


def _hand_over(command: "list[str]") -> int:
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - our own Python with our own file
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got it too, and decides


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
