"""What a bot imports to declare its actions."""

from yakin.actions.context import Context, Evidence, Memory, Session, System
from yakin.actions.declare import (
    ActionSpec,
    CheckupSpec,
    Found,
    Missing,
    Parameter,
    RequirementSpec,
    ResourceSpec,
    action,
    checkup,
    requirement,
    resource,
)
from yakin.actions.diagnosis import Diagnosis, diagnosed, warn, well, wrong
from yakin.actions.registry import Registry

__all__ = [
    "ActionSpec",
    "CheckupSpec",
    "Context",
    "Diagnosis",
    "Evidence",
    "Found",
    "Memory",
    "Missing",
    "Parameter",
    "Registry",
    "RequirementSpec",
    "ResourceSpec",
    "Session",
    "System",
    "action",
    "checkup",
    "diagnosed",
    "requirement",
    "resource",
    "warn",
    "well",
    "wrong",
]
