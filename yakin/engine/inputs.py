"""The values a run is started with: read from text by the type that the workflow declares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from yakin.errors import RunError
from yakin.japan import parse_date
from yakin.values import FileRef
from yakin.workflow.model import Input


class InputError(RunError):
    """A value given for an input is missing or of the wrong kind."""

    code = "input"
    exit_status = 2


def complete(declared: Mapping[str, Input], given: Mapping[str, str], *, root: Path) -> dict[str, str]:
    """Every input with the text it has: given, or its default.

    Paths of files are made absolute: those given are relative to the current folder, defaults to the project.

    Raises:
        InputError: An input is unknown, or has neither a value nor a default, or its value is of the wrong kind.
    """
    for name in given:
        if name not in declared:
            raise InputError(
                "The workflow has no input {name}", name=name, hint="It has: {names}", names=", ".join(declared) or "-"
            )
    texts: dict[str, str] = {}
    for name, declaration in declared.items():
        if name in given:
            text = given[name]
            texts[name] = str(Path(text).resolve()) if declaration.type == "file" else text
        elif declaration.default is not None:
            text = str(declaration.default)
            texts[name] = str(root / text) if declaration.type == "file" else text
        else:
            raise InputError("Input {name} is not given", name=name, hint="Give it with --input {name}=…")
    values(declared, texts)
    return texts


def values(declared: Mapping[str, Input], texts: Mapping[str, str]) -> dict[str, Any]:
    """The inputs as expressions see them; a file is its path.

    Raises:
        InputError: A value is of the wrong kind.
    """
    return {name: _value(name, declared[name], text) for name, text in texts.items()}


def fingerprints(declared: Mapping[str, Input], texts: Mapping[str, str]) -> dict[str, str]:
    """Input name → SHA-256 of the file it names, for inputs of type file.

    Raises:
        InputError: A file cannot be read.
    """
    found: dict[str, str] = {}
    for name, text in texts.items():
        if declared[name].type == "file":
            try:
                found[name] = FileRef.of(Path(text)).sha256
            except FileNotFoundError:
                raise InputError("Input {name}: there is no file {path}", name=name, path=text) from None
            except OSError as error:
                raise InputError(
                    "Input {name}: {path} cannot be read: {error}", name=name, path=text, error=error
                ) from error
    return found


def _value(name: str, declaration: Input, text: str) -> Any:
    try:
        return _read(declaration, text)
    except ValueError:
        raise InputError("Input {name}: {text} is not a {type}", name=name, text=text, type=declaration.type) from None


def _read(declaration: Input, text: str) -> Any:
    match declaration.type:
        case "integer":
            return int(text)
        case "number":
            return float(text)
        case "boolean":
            return _WORDS[text.strip().lower()] if text.strip().lower() in _WORDS else _refuse(text)
        case "date":
            read: date = parse_date(text)
            return read
        case "choice" if text not in declaration.choices:
            return _refuse(text)
        case _:
            return text


_WORDS = {"true": True, "yes": True, "1": True, "はい": True, "false": False, "no": False, "0": False, "いいえ": False}


def _refuse(text: str) -> Any:
    raise ValueError(text)
