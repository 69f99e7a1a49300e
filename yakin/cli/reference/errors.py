"""The page about errors: every class with its code, its exit status and when it is raised."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from yakin.actions import Registry
from yakin.cli.reference.markdown import code, page, table
from yakin.errors import YakinError

_NOT_IMPORTED = ("__main__", "migrations")


def page_of_errors(registry: Registry) -> str:
    """Every class of error, each below the one it is a kind of."""
    return page(
        "Errors",
        "Every error is a sentence: what was found, what was expected, and what to do. The code is stable: it stands in "
        "the journal, in `--json` and in reports. The exit status is what the program ends with when the error ends it.",
        "- A `BusinessError` says that the data break a rule. Nothing is tried again; the row is set aside for a person.\n"
        "- An `ApplicationError` says that the other system failed. The step is tried again as its `retry` says.\n"
        "- An `ItemInDoubt` says that a commit was begun and never confirmed. Only the probe or a person settles it.",
        table(
            ("error", "code", "exit status", "raised when"),
            (
                ("&nbsp;&nbsp;" * depth + code(kind.__name__), code(kind.code), str(kind.exit_status), _when(kind))
                for depth, kind in _tree(YakinError, 0, _packages(registry))
            ),
        ),
    )


def all_errors(registry: Registry) -> list[type[YakinError]]:
    """Every class of error that the engine and the bots raise."""
    return [kind for _, kind in _tree(YakinError, 0, _packages(registry))]


def _packages(registry: Registry) -> frozenset[str]:
    """Top packages of the engine and the bots, after all their modules were imported."""
    bots = {spec.function.__module__.partition(".")[0] for spec in registry.actions.values()}
    for name in ("yakin", *bots):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not any(part in module.name for part in _NOT_IMPORTED):
                importlib.import_module(module.name)
    return frozenset({"yakin", *bots})


def _tree(kind: type[YakinError], depth: int, packages: frozenset[str]) -> Iterator[tuple[int, type[YakinError]]]:
    for inner in sorted(kind.__subclasses__(), key=lambda each: (len(each.__subclasses__()) > 0, each.__name__)):
        if inner.__module__.partition(".")[0] in packages:
            yield depth, inner
            yield from _tree(inner, depth + 1, packages)


def _when(kind: type[YakinError]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n\n")[0]
