"""All actions, resources and requirements of the bots that the settings name."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from types import ModuleType

from yakin.actions.declare import ActionSpec, CheckupSpec, RequirementSpec, ResourceSpec, declared
from yakin.errors import BotError

ENTRY_POINT_GROUP = "yakin.bots"


@dataclass(frozen=True)
class Registry:
    """What the bots can do.

    Attributes:
        actions: `<bot>.<function>` → action.
        resources: Type of a live thing → how it is opened.
        requirements: What the bots need on the machine.
        checkups: What the bots try out there when asked whether all is well.
    """

    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    resources: Mapping[type, ResourceSpec] = field(default_factory=dict)
    requirements: tuple[RequirementSpec, ...] = ()
    checkups: tuple[CheckupSpec, ...] = ()

    def similar(self, name: str) -> str | None:
        """The action whose name is most like this one, for "did you mean"."""
        return next(iter(difflib.get_close_matches(name, self.actions, n=1, cutoff=0.6)), None)

    def needs_session(self, spec: ActionSpec) -> bool:
        """Whether an action works inside a signed-in session of a system."""
        return any(self._session_bound(kind) for kind in spec.live.values())

    def _session_bound(self, kind: type) -> bool:
        found = self.resources.get(kind)
        return found is not None and found.scope == "session"

    @classmethod
    def load(cls, packages: Iterable[str]) -> Registry:
        """Import the bots of these packages and those that installed distributions offer.

        Args:
            packages: Importable packages; each module or package directly inside one is a bot.

        Raises:
            BotError: A package or bot cannot be imported, is declared wrongly, or two declare the same thing.
        """
        bots: dict[str, ModuleType] = {}
        for package in packages:
            root = _import(package)
            for module in pkgutil.iter_modules(root.__path__, root.__name__ + "."):
                bots[module.name.rpartition(".")[2]] = _import(module.name)
        for entry in entry_points(group=ENTRY_POINT_GROUP):
            bots[entry.name] = _import(entry.value)
        return cls.of(bots)

    @classmethod
    def of(cls, bots: Mapping[str, ModuleType]) -> Registry:
        """The registry of bots that are imported already.

        Raises:
            BotError: An action asks for something that no bot provides.
        """
        actions: dict[str, ActionSpec] = {}
        resources: dict[type, ResourceSpec] = {}
        requirements: list[RequirementSpec] = []
        checkups: list[CheckupSpec] = []
        for bot, module in bots.items():
            for thing in vars(module).values():
                match declared(thing):
                    case ActionSpec() as spec:
                        named = replace(spec, name=f"{bot}.{spec.name}")
                        actions[named.name] = named
                    case ResourceSpec() as spec:
                        resources[spec.provides] = spec
                    case RequirementSpec() as spec:
                        requirements.append(spec)
                    case CheckupSpec() as spec:
                        checkups.append(spec)
                    case None:
                        pass
        registry = cls(actions, resources, tuple(requirements), tuple(checkups))
        registry._refuse_unknown_live_things()
        return registry

    def _refuse_unknown_live_things(self) -> None:
        for spec in self.actions.values():
            for parameter, kind in spec.live.items():
                if kind not in self.resources:
                    raise BotError(
                        "Action {action} asks for {parameter}: {kind}, but no bot provides it",
                        action=spec.name,
                        parameter=parameter,
                        kind=getattr(kind, "__name__", kind),
                        hint="Arguments that a workflow gives come before the `*` of the signature",
                    )


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BotError(
            "Bot {name} cannot be imported: {error}",
            name=name,
            error=error,
            hint="Is it on the project's path, and are the libraries it needs installed?",
        ) from error
