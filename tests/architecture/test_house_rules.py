"""Rules of the house that no tool keeps: names, sizes, layers that are complete, files without addresses."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted([ROOT / "runner.py", *(ROOT / "yakin").rglob("*.py"), *(ROOT / "bots").rglob("*.py")])
LOCKS = sorted(ROOT.glob("requirements*.lock"))

DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
LONGEST_FILE = 400
LONGER_FILES = {
    "yakin/engine/items.py": "the commit protocol, which is read as a whole",
}
LONGEST_FUNCTION = 40
LONGER_FUNCTIONS = {
    "bots/table/reconciling.py: reconcile_tables": "every row goes into exactly one outcome, seen in one place",
    "yakin/engine/engine.py: _running": "one constructor call with everything a run needs",
}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def kept_files() -> tuple[Path, ...]:
    """Every text file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return tuple(path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8000])


def test_no_module_is_a_drawer_for_things_without_a_place() -> None:
    assert [place(path) for path in CODE if path.stem in DRAWERS or path.parent.name in DRAWERS] == []


def test_long_files_are_few_and_have_a_reason() -> None:
    long = {place(path) for path in CODE if path.read_text(encoding="utf-8").count("\n") > LONGEST_FILE}
    assert long - LONGER_FILES.keys() == set()


def test_functions_fit_on_a_screen_or_have_a_reason() -> None:
    long = {f"{place(path)}: {name}" for path in CODE for name in _long_functions(path)}
    assert long - LONGER_FUNCTIONS.keys() == set()


def test_every_module_of_the_engine_has_its_layer() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter", encoding="utf-8")
    layers = set(re.findall(r"\w+", rules["importlinter:contract:layers"]["layers"]))
    modules = {
        path.stem for path in (ROOT / "yakin").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert modules - layers - {"__init__", "__main__"} == set()


def test_every_bot_is_kept_apart_from_the_others() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter", encoding="utf-8")
    apart = set(rules["importlinter:contract:independent-bots"]["modules"].split())
    bots = {
        f"bots.{path.stem}" for path in (ROOT / "bots").iterdir() if path.name not in ("__init__.py", "__pycache__")
    }
    assert apart == bots


def test_locks_pin_by_hash_and_hold_no_address() -> None:
    assert {path.name for path in LOCKS} == {"requirements.lock", "requirements-dev.lock"}
    for path in LOCKS:
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
        pinned = re.findall(r"^[\w.\-\[\]]+==", text, flags=re.MULTILINE)
        hashed = re.findall(r"^[\w.\-\[\]]+==[^\n]*\\\n +--hash=sha256:", text, flags=re.MULTILINE)
        assert len(pinned) == len(hashed) > 0


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    somewhere = re.compile(r"(?<![\w.:/}-])/(?:work|root|home|tmp|Users)/\w|[A-Z]:\\Users\\")
    found = [
        f"{place(path)}:{number}"
        for path in kept_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if somewhere.search(line)
    ]
    assert found == []


def test_no_file_names_a_package_index() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".")
    texts = ((path, path.read_text(encoding="utf-8", errors="replace")) for path in kept_files())
    assert [place(path) for path, text in texts if any(host in text for host in hosts)] == []


def _long_functions(path: Path) -> Iterator[str]:
    """Functions longer than they should be, their docstrings not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.name
