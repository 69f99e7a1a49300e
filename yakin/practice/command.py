"""The practice system on the command line: its options, and running it in the foreground."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from yakin.errors import ConfigError
from yakin.practice.faults import Faults
from yakin.practice.server import DEFAULT_PASSWORD, PracticeServer


def serve(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    faults: Faults | None = None,
    password: str = DEFAULT_PASSWORD,
    session_idle_minutes: float = 15,
    reset: bool = False,
    seed: bool = False,
    announce: Callable[[str], None] = lambda url: None,
) -> None:
    """Run the practice system until it is interrupted.

    Args:
        database: The SQLite file; made when it is not there.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        faults: What goes wrong.
        password: Password of the user `zeimu01`.
        session_idle_minutes: How long a session lives without a request.
        reset: Forget everything first.
        seed: Register beforehand what the sample workbook says is registered already.
        announce: Told the URL once connections are accepted.

    Raises:
        ConfigError: The port cannot be listened on.
    """
    server = PracticeServer(
        database, host=host, port=port, password=password, faults=faults, session_idle_minutes=session_idle_minutes
    )
    if reset:
        server.store.reset()
    if seed:
        from yakin.practice.samples import already_registered_rows

        server.store.seed(already_registered_rows())
    announce(server.url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass  # uvicorn has finished its answers by now and passes on the interrupt that stopped it
    finally:
        server.stop()


def faults_from_options(options: list[str]) -> Faults:
    """Faults from `name=value` options, such as `latency_ms=200`, `answer_lost=drop`, `answer_lost_for=10000001,10000002`
    or `renamed_labels=氏名:お名前`.

    Raises:
        ConfigError: There is no such fault, or the value is none for it.
    """
    defaults = {field.name: field.default for field in fields(Faults)}
    plain: dict[str, Any] = {}
    for option in options:
        name, _, text = option.partition("=")
        plain[name] = _value(name, text, defaults.get(name))
    return Faults.from_json(plain)


def _value(name: str, text: str, default: object) -> Any:
    if isinstance(default, tuple):
        parts = [part for part in text.split(",") if part]
        return dict(part.split(":", 1) for part in parts if ":" in part) if name == "renamed_labels" else parts
    if isinstance(default, str) or default is None:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError("{fault} is {value!r}, not a number or true or false", fault=name, value=text) from error


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `run`."""
    parser.add_argument("--database", type=Path, required=True, help="SQLite file; made when it is not there")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--password", default=DEFAULT_PASSWORD, help="password of the user zeimu01")
    parser.add_argument("--session-idle-minutes", type=float, default=15)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=VALUE", help="may be given several times")
    parser.add_argument("--reset", action="store_true", help="forget everything first")
    parser.add_argument("--seed", action="store_true", help="register what the sample workbook says is registered")
    parser.add_argument("--print-url", action="store_true", help="print the URL once connections are accepted")


def run(options: argparse.Namespace) -> None:
    """Run the practice system as the options say, until it is interrupted."""
    serve(
        options.database,
        host=options.host,
        port=options.port,
        faults=faults_from_options(options.fault),
        password=options.password,
        session_idle_minutes=options.session_idle_minutes,
        reset=options.reset,
        seed=options.seed,
        announce=_print_url if options.print_url else lambda url: None,
    )


def _print_url(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - what the option is for
