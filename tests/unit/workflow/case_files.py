"""The cases of `check` as data: what stands beside the files, and the world they are checked in.

`called/NAME.yaml` are workflows that the others can call. `invalid/NAME.yaml` has its problems in `invalid/NAME.expected`, one a line: `line:column code message`. After a change of the
sentences, `python -m tests.unit.workflow.case_files` writes them anew, to be read in the diff.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from yakin.actions import Registry
from yakin.workflow.check import CheckedWorkflow, check, check_text
from yakin.workflow.problems import Problem

CASES = Path(__file__).parents[2] / "cases" / "check"
INVALID = sorted((CASES / "invalid").glob("*.yaml"))
VALID = sorted((CASES / "valid").glob("*.yaml"))
OTHERS = {path.stem: path for path in (CASES / "valid" / "smallest.yaml", *(CASES / "called").glob("*.yaml"))}
CONFIG = {
    "systems": {"portal": {"url": "https://portal.town.example.jp", "zone": "lgwan"}},
    "time_zone": "Europe/Berlin",
    "roles": {"課長": ["sato"], "会計管理者": ["suzuki"]},
}
REGISTRY = Registry.load(["tests.cases.check.fakebot"])


def has_secret(name: str) -> bool:
    return name in ("portal_user", "portal_password")


@cache
def check_files(*paths: Path) -> tuple[list[CheckedWorkflow], list[Problem]]:
    return check(paths, registry=REGISTRY, config=CONFIG, has_secret=has_secret, workflows=OTHERS)


def check_one(text: str, name: str = "case.yaml") -> tuple[CheckedWorkflow | None, list[Problem]]:
    return check_text(name, text, registry=REGISTRY, config=CONFIG, has_secret=has_secret, workflows=OTHERS)


def found(path: Path) -> str:
    """The problems of a file as its `.expected` has them."""
    _, problems = check_files(path)
    return "".join(f"{problem.line}:{problem.column} {problem.code} {problem.message}\n" for problem in problems)


if __name__ == "__main__":
    for case in INVALID:
        case.with_suffix(".expected").write_text(found(case), encoding="utf-8", newline="\n")
