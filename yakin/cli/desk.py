"""An action done at the desk: without a run, so nothing of it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yakin.actions import ActionSpec, Evidence
from yakin.clock import Clock
from yakin.errors import BusinessError, ConfigError

if TYPE_CHECKING:
    from loguru import Logger

    from yakin.project import Project


class NoMemory:
    """Remembers nothing: there is no run to come back to."""

    def recall(self, name: str) -> Any | None:
        """Nothing is remembered."""
        del name
        return None

    def remember(self, name: str, value: Any) -> None:
        """Forget it."""
        del name, value


@dataclass
class Desk:
    """What an action is told of its surroundings when a person calls it; paths are those of the person's folder."""

    root: Path
    folder: Path
    config: Mapping[str, Any]
    log: Logger
    clock: Clock
    memory: NoMemory = field(default_factory=NoMemory)
    run: str = ""
    workflow: str = ""
    step: str = ""
    item: str | None = None
    attempt: int = 1
    sensitive: bool = False
    rehearsing: bool = False

    def path(self, path: Path | str) -> Path:
        """A path as the person means it: relative to the folder they are in."""
        return Path.cwd() / path

    def attach(self, name: str, data: bytes, *, media_type: str) -> Evidence:
        """Say what the evidence is; it is not kept."""
        import hashlib

        return Evidence(name, "", hashlib.sha256(data).hexdigest(), media_type)

    def set_aside(self, key: str, label: str, error: BusinessError) -> None:
        """Nothing: what the action hands on is shown to the person anyway."""

    def note(self, kind: str, **data: Any) -> None:
        """Nothing: there is no journal."""


def at_the_desk(project: Project, action: str, **arguments: Any) -> Any:
    """Do an action of the project's bots now.

    Args:
        project: The project.
        action: Its name.
        **arguments: What a workflow would give under `with`.

    Raises:
        ConfigError: The project's bots have no such action, or it does not take these arguments.
        YakinError: As the action does.
    """
    from loguru import logger

    spec = project.registry.actions.get(action)
    if spec is None:
        raise ConfigError(
            "None of the project's bots has the action {action}", action=action, hint="See bots in config/yakin.toml"
        )
    desk = Desk(project.root, project.data, project.settings.config, logger, project.clock)
    return spec.function(**_checked(spec, arguments), ctx=desk)


def _checked(spec: ActionSpec, arguments: Mapping[str, Any]) -> dict[str, Any]:
    from pydantic import ValidationError

    try:
        model = spec.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ConfigError(
            "{argument}: {problem}", argument=".".join(map(str, first["loc"])), problem=first["msg"]
        ) from None
    return {parameter.name: getattr(model, parameter.name) for parameter in spec.parameters}
