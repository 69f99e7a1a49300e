"""Whether each secret that a workflow names can be found; by name only, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from yakin.actions import Diagnosis, diagnosed, well, wrong
from yakin.doctor.patient import Patient
from yakin.errors import ConfigError
from yakin.secrets import EnvironmentSource, Secrets

if TYPE_CHECKING:
    from yakin.workflow.check import CheckedWorkflow

_OF_NEWS = "mail_password"


def secrets(patient: Patient) -> Iterator[Diagnosis]:
    """The secrets of all workflows that have no mistakes, and the one that news are sent with."""
    names = dict(named(patient.workflows[0]))
    notify = patient.project.settings.notify
    if notify.mail is not None and notify.mail.user and notify.rules:
        names.setdefault(_OF_NEWS, []).append("[[notify.rules]]")
    yield from secrets_of(names, patient.project.secrets)


def secrets_of(names: Mapping[str, Iterable[str]], known: Secrets) -> Iterator[Diagnosis]:
    """What there is to say of secrets.

    Args:
        names: Name of a secret → who names it.
        known: Where they are found.
    """
    told: set[str] = set()
    for name, users in names.items():
        try:
            if not known.has(name):
                yield wrong(
                    "There is no secret {name}, which is named by {users}",
                    hint="Give it with: runner.py secrets set {name}, or as the environment variable {variable}",
                    name=name,
                    users=", ".join(users),
                    variable=EnvironmentSource.prefix + name.upper(),
                )
                told.add(name)
                continue
            # Also teaches the masker, and refuses what is too short to be hidden.
            known.get(name)
        except ConfigError as error:
            # What is wrong with a place of secrets is the same for all of them.
            if error.message not in told:
                yield diagnosed(error)
            told.add(error.message)
    if not told:
        yield well("Secrets that workflows name, all found: {count}", count=len(names))


def named(workflows: Iterable[CheckedWorkflow]) -> Mapping[str, list[str]]:
    """Name of each secret → ids of the workflows that name it, in order."""
    from yakin.workflow.expressions import references

    found: dict[str, set[str]] = {}
    for one in workflows:
        for reference in references(one.workflow.model_dump()):
            if reference.root == "secrets" and reference.path:
                found.setdefault(str(reference.path[0]), set()).add(one.id)
    return {name: sorted(users) for name, users in sorted(found.items())}
