"""What a bot imports to declare its actions."""

from yakin.actions.context import Context, Evidence, Memory, Session, System
from yakin.actions.declare import (
    ActionSpec,
    Found,
    Missing,
    Parameter,
    RequirementSpec,
    ResourceSpec,
    action,
    requirement,
    resource,
)
from yakin.actions.registry import Registry

__all__ = [
    "ActionSpec",
    "Context",
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
    "requirement",
    "resource",
]
