"""The language inside `${{ … }}`: Jinja2's expressions in its sandbox, with everything taken out that no clerk needs.

There are values, operators, `a if b else c`, filters and tests. There are no calls but `range(…)`, no attributes that begin
with _, no methods, no powers or texts of absurd size. A dot means the item (the column) before the attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.environment import Template
from jinja2.exceptions import SecurityError
from jinja2.lexer import TokenStream
from jinja2.parser import Parser
from jinja2.runtime import Context, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment, safe_range
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from yakin.phrases import mark
from yakin.workflow.filters import FILTERS, TESTS, joined
from yakin.workflow.markers import Flaw, Reference

_LONGEST = 100_000
_HIGHEST_POWER = 64
_JOINED = "~"


class Absent(Exception):
    """A name, column or attribute that is not there was used.

    Attributes:
        name: What was asked for; None when a list was empty.
        owner: What was asked; None for a name of its own.
    """

    def __init__(self, name: Any, owner: Any) -> None:
        super().__init__(name)
        self.name = name
        self.owner = owner


class _Undefined(StrictUndefined):
    """Stands for what is not there, until somebody uses it."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        owner = None if obj is missing else obj
        super().__init__(hint, obj, name, lambda _message: Absent(name, owner))  # type: ignore[arg-type]


class Sandbox(SandboxedEnvironment):
    """Jinja2's environment, reduced to our language."""

    intercepted_binops = frozenset(("**", "*", "%"))

    def __init__(self) -> None:
        super().__init__(undefined=_Undefined, autoescape=False)
        self.filters = dict(FILTERS) | {_JOINED: joined}
        self.tests = {name: test for name, test in self.tests.items() if name in TESTS}
        self.globals = {"range": safe_range}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The item of this name, or else the public attribute that is not a method."""
        if isinstance(obj, Mapping):
            try:
                return obj[attribute]
            except KeyError:
                pass
        try:
            value = getattr(obj, attribute)
        except AttributeError:
            return self.undefined(obj=obj, name=attribute)
        if callable(value) or not self.is_safe_attribute(obj, attribute, value):
            return self.undefined(obj=obj, name=attribute)
        return value

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The item of a mapping or list; the attribute where `argument` is a text and there is no such item."""
        if isinstance(obj, Mapping | Sequence):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute, unless the result would be of absurd size or hide a secret in a text."""
        if operator == "%" and isinstance(left, str):
            raise SecurityError("formatting with %")
        if operator == "**" and not (abs(right) <= _HIGHEST_POWER and abs(left) <= _LONGEST):
            raise SecurityError("too high a power")
        if operator == "*":
            size, times = (left, right) if isinstance(left, Sequence) else (right, left)
            if isinstance(size, Sequence) and isinstance(times, int) and len(size) * times > _LONGEST:
                raise SecurityError("too long a text")
        return super().call_binop(context, operator, left, right)


SANDBOX = Sandbox()
"""The one environment; it holds no state of its own."""


@dataclass(frozen=True)
class Analysis:
    """What an expression says, without evaluating it.

    Attributes:
        tree: Its syntax tree; None when it has none.
        references: The names it uses.
        flaws: What is wrong with it.
    """

    tree: nodes.Expr | None
    references: tuple[Reference, ...]
    flaws: tuple[Flaw, ...]


def analyse(source: str) -> Analysis:
    """Parse an expression and look at every name, filter, test and call in it.

    Args:
        source: What stands between `${{` and `}}`. Offsets of the result count from its beginning.
    """
    tokens = _Tokens(source)
    try:
        tree = tokens.parse()
    except TemplateSyntaxError as error:
        return Analysis(None, (), (tokens.flaw(error),))
    places = _Places(tokens.seen)
    references = tuple(_references(tree, places))
    return Analysis(tree, references, tuple(_flaws(tree, places)))


class _Joins(NodeTransformer):
    """`a ~ b` joins texts without losing that one of them is a secret."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 — the name is Jinja2's
        inner = [self.visit(child) for child in node.nodes]
        return nodes.Filter(nodes.List(inner), _JOINED, [], [], None, None, lineno=node.lineno)


def compiled(tree: nodes.Expr) -> Template:
    """A template that leaves the value of an expression behind as `result`."""
    tree = _Joins().visit(tree)
    assign = nodes.Assign(nodes.Name("result", "store"), tree, lineno=1)
    template = nodes.Template([assign], lineno=1)
    template.set_environment(SANDBOX)
    return SANDBOX.from_string(template)


def run(template: Template, names: Mapping[str, Any]) -> Any:
    """Evaluate what `compiled` made.

    Raises:
        Absent: The value, or something it is made of, is not there.
    """
    context = template.new_context(dict(names))
    for _ in template.root_render_func(context):
        pass
    value = context.vars["result"]
    if isinstance(value, _Undefined):
        str(value)
    return list(value) if isinstance(value, Iterator) else value


class _Tokens:
    """The tokens of an expression with their offsets, so that a mistake can be pointed at."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.seen: list[tuple[str, str, int]] = []
        self._stream: TokenStream | None = None

    def parse(self) -> nodes.Expr:
        parser = Parser(SANDBOX, "", state="variable")
        parser.stream = self._stream = TokenStream(SANDBOX.lexer.wrap(self._tokens()), None, None)
        if parser.stream.eos:
            raise TemplateSyntaxError("empty", 1)
        tree = parser.parse_expression()
        if parser.stream.current.type != "eof":
            raise TemplateSyntaxError("chunk after expression", 1)
        tree.set_environment(SANDBOX)
        return tree

    def _tokens(self) -> Iterator[tuple[int, str, str]]:
        offset = 0
        for line, kind, text in SANDBOX.lexer.tokeniter(self.source, None, None, "variable"):
            if kind != "whitespace":
                self.seen.append((kind, text, offset))
            yield line, kind, text
            offset += len(text)

    def flaw(self, error: TemplateSyntaxError) -> Flaw:
        """The mistake, in our words, at the token the parser had reached."""
        if not self.source.strip():
            return Flaw("expression", "The expression is empty", {}, 0, max(1, len(self.source)))
        if character := re.match(r"unexpected char '(.)' at (\d+)", error.message or "", re.DOTALL):
            at = int(character[2])
            return _misplaced(self.source[at : at + 1], at)
        if not self.seen or (self._stream is not None and self._stream.eos):
            at = len(self.source.rstrip())
            return Flaw("expression", "The expression ends too early", {}, at - 1, 1)
        _, text, offset = self.seen[-1]
        return _misplaced(text, offset)


_OTHER_LANGUAGES: Mapping[str, str] = {
    "&": mark("Write `and`"),
    "!": mark("Write `not`"),
    "?": mark("Write `a if condition else b`"),
    "=": mark("Two values are compared with =="),
    "$": mark("Inside an expression names have no $"),
    "｜": mark("The | before a filter is half width"),
    "（": mark("Brackets in an expression are half width; a column with such a name is written in quotes: {example}"),
    "＝": mark("Two values are compared with == (half width)"),
    "“": mark("Quotes in an expression are ' or \""),
    "「": mark("Texts in an expression stand in ' or \""),
}


def _misplaced(text: str, offset: int) -> Flaw:
    hint = _OTHER_LANGUAGES.get(text[:1])
    if hint is None and (not text.isascii() or text[:1].isdigit() or text in (".", "-")):
        hint = mark("A column whose name is not only letters, digits and _ is written in quotes: {example}")
    data = {"text": text, "example": "item['金額（円）']"}
    return Flaw("expression", "{text} does not belong here", data, offset, len(text), hint)


class _Places:
    """Where the names of an expression stand: tokens in the order of the text, each given away once."""

    def __init__(self, tokens: Sequence[tuple[str, str, int]]) -> None:
        self._tokens = tokens
        self._used: set[int] = set()

    def chain(self, root: str, path: Sequence[str | int]) -> tuple[int, int]:
        """Offset and length of the next place where `root` is followed by `path`."""
        for index, (kind, text, offset) in enumerate(self._tokens):
            if kind == "name" and text == root and index not in self._used and not self._is_part(index):
                end = self._follow(index, path)
                if end is not None:
                    self._used.add(index)
                    return offset, end - offset
        return 0, len(root)

    def after(self, leader: str, name: str) -> tuple[int, int]:
        """Offset and length of a name that follows `|` or `is`."""
        for index, (_, text, offset) in enumerate(self._tokens):
            before = [token[1] for token in self._tokens[max(0, index - 2) : index]]
            led = before[-1:] == [leader] or before == [leader, "not"]
            if text == name and led and index not in self._used:
                self._used.add(index)
                return offset, len(text)
        return 0, 1

    def text(self, wanted: str) -> tuple[int, int]:
        """Offset and length of the first token with this text."""
        return next(((offset, len(text)) for _, text, offset in self._tokens if text == wanted), (0, 1))

    def _is_part(self, index: int) -> bool:
        return index > 0 and self._tokens[index - 1][1] in (".", "|")

    def _follow(self, index: int, path: Sequence[str | int]) -> int | None:
        _, text, offset = self._tokens[index]
        end = offset + len(text)
        for part in path:
            following = self._tokens[index + 1 : index + 3]
            if len(following) < 2 or following[1][1].strip("'\"") != str(part):
                return None
            if following[0][1] == ".":
                index += 2
            elif following[0][1] == "[" and self._tokens[index + 3 : index + 4]:
                index += 3
            else:
                return None
            end = self._tokens[index][2] + len(self._tokens[index][1])
        return end


_INTERNAL = frozenset(("self", "caller", "super", "varargs", "kwargs"))
_TAKES_ABSENT = frozenset(("default", "defined", "undefined"))


def _references(tree: nodes.Node, places: _Places, *, optional: bool = False) -> Iterator[Reference]:
    path: list[str | int] = []
    node = tree
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        part = _part(node)
        if part is None:
            path = []
            if isinstance(node, nodes.Getitem):
                yield from _references(node.arg, places)
        else:
            path.insert(0, part)
        node = node.node
    if isinstance(node, nodes.Name):
        if node.name != "range" and node.name not in _INTERNAL:
            offset, length = places.chain(node.name, path)
            yield Reference(node.name, tuple(path), offset, length, optional)
        return
    for child in node.iter_child_nodes():
        may_lack = isinstance(node, nodes.Filter | nodes.Test) and node.name in _TAKES_ABSENT and child is node.node
        yield from _references(child, places, optional=may_lack)


def _part(node: nodes.Getattr | nodes.Getitem) -> str | int | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str | int):
        return node.arg.value
    return None


def _flaws(tree: nodes.Node, places: _Places) -> Iterator[Flaw]:
    everything = [tree, *tree.find_all(nodes.Node)]
    for node in everything:
        match node:
            case nodes.Filter(name=name) if name not in FILTERS:
                yield _unknown("filter", name, FILTERS, *places.after("|", name))
            case nodes.Test(name=name) if name not in TESTS:
                yield _unknown("test", name, TESTS, *places.after("is", name))
            case nodes.Call(node=nodes.Name(name="range")):
                pass
            case nodes.Call():
                data = {"example": "${{ item.氏名 | trim }}"}
                hint = mark("Use a filter: {example}")
                yield Flaw("expression", "Nothing can be called in an expression", data, *places.text("("), hint)
            case nodes.Getattr(attr=name) if name.startswith("_"):
                data = {"name": name}
                yield Flaw("expression", "{name} begins with _ and cannot be reached", data, *places.text(name))
            case nodes.Name(name=name) if name in _INTERNAL:
                yield Flaw("unknown-name", "There is no name {name}", {"name": name}, *places.chain(name, ()))
            case nodes.Filter(name="map", args=[nodes.Const(value=str() as name), *_]) if name not in FILTERS:
                yield _unknown("filter", name, FILTERS, *places.text(f"'{name}'"))
            case _:
                pass


def _unknown(kind: str, name: str, known: Any, offset: int, length: int) -> Flaw:
    import difflib

    similar = next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.6)), None)
    template = mark("There is no filter {name}") if kind == "filter" else mark("There is no test {name}")
    hint = mark("Did you mean {similar}?") if similar else mark("There are: {known}")
    data = {"name": name, "similar": similar, "known": ", ".join(sorted(word for word in known if word.isidentifier()))}
    return Flaw(f"unknown-{kind}", template, data, offset, length, hint)
