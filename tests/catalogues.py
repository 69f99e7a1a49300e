"""The translations, kept in step with the code: `python -m tests.catalogues` updates them and lists what is missing.

Sentences are found by reading the code, never by running it:

- what is given as `template` or `hint` to an error, and to each function or class that has a parameter (or field) called
  `template`, wherever that stands among the others;
- `t.text("…")`, `t.plural("…", "…", n)`, `mark("…")` and `mark_plural("…", "…")`;
- `tr("…")` and `trn("…", "…", n)` in templates.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from tests.speakers import Speakers, name_of

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "yakin" / "locale"
LANGUAGES = ("ja", "en")
SOURCES = ("runner.py", "yakin", "bots")
TEMPLATES = ("yakin/reports/templates",)
TRANSLATORS = {"t", "_t"}

Message = str | tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A sentence, and where it stands."""

    message: Message
    place: str


def sentences() -> dict[Message, list[str]]:
    """Every sentence of the code → the places where it stands, in a stable order."""
    found: dict[Message, list[str]] = {}
    for one in sorted([*_in_code(), *_in_templates()], key=lambda one: one.place):
        found.setdefault(one.message, []).append(one.place)
    return found


def read(language: str) -> Catalog:
    """The catalogue as it is in the repository."""
    with _path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it at run time."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def compiled_file(language: str) -> Path:
    """The file that is read at run time."""
    return _path(language, "mo")


def untranslated(language: str) -> dict[Message, list[str]]:
    """Sentences of the code that the catalogue does not translate, or whose translation names other data."""
    catalogue = read(language)
    return {message: places for message, places in sentences().items() if not _translates(catalogue, message)}


def update(language: str) -> None:
    """Bring a catalogue in step with the code: new sentences are added empty, sentences that are gone are dropped."""
    known = read(language) if _path(language, "po").exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, project="Yakin", charset="utf-8", fuzzy=False)
    fresh.mime_headers = [
        ("Project-Id-Version", "Yakin"),
        ("Language", language),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", fresh.plural_forms),
    ]
    for message, places in sentences().items():
        old = known.get(_id(message))
        fresh.add(message, string=_english(message) if language == "en" else (old.string if old else None))
        added = fresh.get(_id(message))
        assert added is not None
        added.flags.discard("python-format")
        added.auto_comments = sorted({place.partition(":")[0] for place in places})
    _replace(_path(language, "po"), _written(fresh))
    _replace(_path(language, "mo"), compiled(read(language)))


def _written(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, omit_header=False, sort_output=True, width=120)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one go: who reads it meanwhile must not take half a catalogue for the whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


def main() -> int:
    """Update both catalogues; list what has no Japanese yet."""
    for language in LANGUAGES:
        update(language)
    missing = untranslated("ja")
    for message, places in missing.items():
        print(f"{places[0]}: {message if isinstance(message, str) else message[1]}")
    print(f"{len(sentences())} sentences, {len(missing)} not translated")
    return 1 if missing else 0


def _path(language: str, suffix: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / f"yakin.{suffix}"


def _id(message: Message) -> str:
    return message if isinstance(message, str) else message[0]


def _english(message: Message) -> Message:
    return message


def _translates(catalogue: Catalog, message: Message) -> bool:
    entry = catalogue.get(_id(message))
    if entry is None or entry.fuzzy or entry.id != message:
        return False
    strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
    wanted = _names(message if isinstance(message, str) else message[1])
    return bool(strings) and all(text and _names(text) <= wanted for text in strings)


def _names(template: str) -> set[str]:
    """The data a sentence names; none when it is no template."""
    try:
        return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in Formatter().parse(template) if name}
    except ValueError:
        return set()


def _in_templates() -> Iterator[Found]:
    environment = Environment(autoescape=True)
    for folder in TEMPLATES:
        for path in sorted((ROOT / folder).rglob("*.*")):
            tree = environment.parse(path.read_text(encoding="utf-8"))
            for line, function, message in extract_from_ast(tree, gettext_functions=("tr", "trn")):
                texts = message if isinstance(message, tuple) else (message,)
                kept = tuple(text for text in texts if text is not None)
                place = f"{path.relative_to(ROOT).as_posix()}:{line}"
                if function == "trn":
                    yield Found((kept[0], kept[1]), place)
                elif kept:
                    yield Found(kept[0], place)


def _in_code() -> Iterator[Found]:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _modules()}
    speakers = Speakers(trees)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                place = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                yield from (Found(message, place) for message in _said(path, node, speakers))


def _modules() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.exists() else []


def _said(path: Path, call: ast.Call, speakers: Speakers) -> Iterator[Message]:
    name = name_of(call.func)
    of_translator = isinstance(call.func, ast.Attribute) and name_of(call.func.value) in TRANSLATORS
    if name == "mark" or (name == "text" and of_translator):
        yield from _texts(call.args[0])
    elif name == "mark_plural" or (name == "plural" and of_translator):
        one, many = (next(_texts(argument), "") for argument in call.args[:2])
        if one:
            yield one, many
    else:
        for argument in speakers.sentences(path, call):
            yield from _texts(argument)


def _texts(node: ast.expr) -> Iterator[str]:
    """The literal texts an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


if __name__ == "__main__":
    sys.exit(main())
