"""Which calls in the code say a sentence, and which of their arguments it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

SENTENCES = frozenset(("template", "hint", "hint_template"))
"""What parameters and fields are called that take a sentence."""


class Speakers:
    """The classes and functions that take a sentence: those with a parameter or field called `template`.

    Errors take it first, and so does every class derived from them.

    Args:
        trees: Every module of the code.
    """

    def __init__(self, trees: Mapping[Path, ast.Module]) -> None:
        self._everywhere: dict[str, set[int]] = {"YakinError": {0}}
        self._private: dict[tuple[Path, str], set[int]] = {}
        bases: dict[str, set[str]] = {}
        for path, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    bases.setdefault(node.name, set()).update(name_of(base) for base in node.bases)
                    self._note(path, node.name, _fields(node))
                    self._note(path, node.name, _constructor(node))
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "fill":
                    self._note(path, node.name, _parameters(node))
        self._inherit(bases)

    def sentences(self, path: Path, call: ast.Call) -> Iterator[ast.expr]:
        """The arguments of a call that are sentences; none when it does not say any.

        Args:
            path: The module the call stands in.
            call: The call.
        """
        places = {0} if _is_super_init(call) else self._places(path, name_of(call.func))
        if places:
            yield from (argument for place, argument in enumerate(call.args) if place in places)
            yield from (keyword.value for keyword in call.keywords if keyword.arg in SENTENCES)

    def _places(self, path: Path, name: str) -> set[int]:
        """Positions of the sentences; a private name means what its own module says, if that has it."""
        return self._private.get((path, name), self._everywhere.get(name, set()))

    def _note(self, path: Path, name: str, parameters: list[str]) -> None:
        said = "template" in parameters
        places = {place for place, parameter in enumerate(parameters) if said and parameter in SENTENCES}
        if name.startswith("_"):
            self._private.setdefault((path, name), set()).update(places)
        if places:
            self._everywhere.setdefault(name, set()).update(places)

    def _inherit(self, bases: Mapping[str, Iterable[str]]) -> None:
        """A class without a sentence of its own takes those of the class it is derived from."""
        grown = True
        while grown:
            grown = False
            for name, parents in bases.items():
                inherited = {place for parent in parents for place in self._everywhere.get(parent, ())}
                if inherited and name not in self._everywhere:
                    self._everywhere[name] = inherited
                    grown = True


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _fields(node: ast.ClassDef) -> list[str]:
    targets = [item.target for item in node.body if isinstance(item, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _constructor(node: ast.ClassDef) -> list[str]:
    found = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name in ("__init__", "__new__")]
    return _parameters(found[0]) if found else []


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """What can be given by position."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _is_super_init(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "__init__"
        and isinstance(function.value, ast.Call)
        and name_of(function.value.func) == "super"
    )
