"""What people wrote: settings and workflow files."""

from __future__ import annotations

from collections.abc import Iterator

from yakin.actions import Diagnosis, diagnosed, warn, well, wrong
from yakin.doctor.patient import Patient

_MOST_PROBLEMS = 3


def settings(patient: Patient) -> Iterator[Diagnosis]:
    """Whether `config/yakin.toml` can be used."""
    if patient.trouble is not None:
        yield diagnosed(patient.trouble)
        return
    count = len(patient.project.settings.systems)
    yield well("config/yakin.toml is right; systems in it: {count}", count=count)


def workflows(patient: Patient) -> Iterator[Diagnosis]:
    """Whether the workflow files are free of mistakes."""
    folder = patient.project.root / patient.project.settings.workflows
    found, problems = patient.workflows
    if not found and not problems:
        yield warn(
            "There is no workflow file in {folder}",
            hint="Write one, or correct workflows in config/yakin.toml",
            folder=folder,
        )
        return
    for problem in problems[:_MOST_PROBLEMS]:
        yield Diagnosis(
            "{where}: {problem}",
            "wrong" if problem.severity == "error" else "warning",
            hint="List all with: runner.py check",
            data={"where": f"{problem.file}:{problem.line}:{problem.column}", "problem": problem},
        )
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        yield wrong("Mistakes in workflow files: {count}; files without: {right}", count=errors, right=len(found))
    else:
        yield well("Workflow files without mistakes: {count}", count=len(found))
