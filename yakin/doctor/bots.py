"""Whether the bots can be loaded and have what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yakin.actions import Diagnosis, Missing, Registry, diagnosed, well, wrong
from yakin.doctor.patient import Patient
from yakin.errors import BotError


def bots(patient: Patient) -> Iterator[Diagnosis]:
    """The bots that the settings name."""
    try:
        registry = patient.project.registry
    except BotError as error:
        yield diagnosed(error)
        return
    yield from bots_of(registry, patient.project.settings.config)


def bots_of(registry: Registry, config: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """What there is to say of bots that are loaded; what a bot looks at itself is left to it.

    Args:
        registry: The bots.
        config: The project's settings.
    """
    names = sorted({name.partition(".")[0] for name in registry.actions})
    yield well("{bots}: {count} actions", count=len(registry.actions), bots=", ".join(names))
    tried = {checkup.name for checkup in registry.checkups}
    for requirement in registry.requirements:
        if requirement.name not in tried and isinstance(found := requirement.look(config), Missing):
            yield wrong("{name}: {why}", hint="{advice}", name=requirement.name, why=found.why, advice=found.hint)
