"""Logs: constant messages with bound data, one file of JSON lines for each run, nothing in them that must not be seen.

loguru is the front, for our own records and for those of libraries (from warnings on). Before a record reaches any
sink it is cleaned: secrets and 個人番号 are masked, and an exception is reduced to its type, its message and the frames
in our own code. Values of local variables are never written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from loguru import logger

from yakin.japan.numbers import person_number_check_digit
from yakin.japan.widths import normal_text
from yakin.masker import MASK

if TYPE_CHECKING:
    from loguru import Logger, Message, Record

Mask: TypeAlias = Callable[[str], str]
"""Replaces what must not be seen in a text."""

LIBRARIES = ("alembic", "apscheduler", "asyncio", "dbos", "playwright", "sqlalchemy")
"""Libraries whose warnings go into our logs."""

_PERSON_NUMBER = re.compile(r"(?<![\w.])\d{4}([-‐－ 　]?)\d{4}\1\d{4}(?![A-Za-z\d_]|\.\d)")
_NOT_OURS = tuple(
    str(Path(path))
    for name, path in sysconfig.get_paths().items()
    if name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_MOST_FRAMES = 20

_masks: list[Mask] = []
_changing = threading.Lock()


def mask_person_numbers(text: str) -> str:
    """A text with `***` in place of every 個人番号: twelve digits standing alone, with the right check digit."""
    return _PERSON_NUMBER.sub(_mask_if_person, text)


def _mask_if_person(found: re.Match[str]) -> str:
    digits = "".join(character for character in normal_text(found[0]) if character.isdigit())
    return MASK if int(digits[-1]) == person_number_check_digit(digits[:-1]) else found[0]


def set_up_logging(mask: Mask, *, terminal: bool = True) -> None:
    """Make logs ready for a program: nothing is shown but warnings, on the standard error output.

    Args:
        mask: Replaces secrets.
        terminal: Whether warnings are shown.
    """
    logger.remove()
    _install(mask)
    if terminal:
        logger.add(
            _show, level="WARNING", format=_nothing, colorize=False, enqueue=False, backtrace=False, diagnose=False
        )


@contextmanager
def open_run_log(path: Path, run: str, mask: Mask) -> Iterator[Logger]:
    """The log of one run: JSON lines of `ts`, `level`, `message` and what is bound, added to the file.

    Records belong to the run when they come from the logger that is handed out, or are written while
    `logger.contextualize(run=run)` holds.

    Args:
        path: The file; its folder is made.
        run: Id of the run.
        mask: Replaces secrets.
    """
    _install(mask)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n", buffering=1) as stream:
        sink = logger.add(
            lambda message: _write(stream.write, message),
            level="DEBUG",
            filter=lambda record: record["extra"].get("run") == run,
            format=_nothing,
            colorize=False,
            enqueue=False,
            backtrace=False,
            diagnose=False,
        )
        try:
            yield logger.bind(run=run)
        finally:
            logger.remove(sink)
            with _changing:
                _masks.remove(mask)


def _install(mask: Mask) -> None:
    with _changing:
        _masks.append(mask)
    with suppress(ValueError):
        # loguru's own sink shows everything to everybody; it has number 0 until somebody removes it.
        logger.remove(0)
    logger.configure(patcher=_clean)
    for name in LIBRARIES:
        library = logging.getLogger(name)
        if not any(isinstance(handler, _FromLibrary) for handler in library.handlers):
            library.handlers[:] = [_FromLibrary(logging.WARNING)]
            library.propagate = False
            library.setLevel(logging.WARNING)


class _FromLibrary(logging.Handler):
    """Hands a library's record on to loguru; its text is data, as it is not ours."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in ("WARNING", "ERROR", "CRITICAL") else "WARNING"
        bound = logger.bind(library=record.name, said=record.getMessage())
        bound.opt(exception=record.exc_info).log(level, "a library gave a warning")


def _clean(record: Record) -> None:
    """Take out of a record, before any sink sees it, what must not be seen."""
    exception = record["exception"]
    if exception is not None:
        record["extra"]["exception"] = _exception_data(exception.value, exception.type)
        record["exception"] = None
    record["message"] = _masked_text(record["message"])
    for name, value in record["extra"].items():
        if name != "run":
            record["extra"][name] = _masked(value)


def _masked_text(text: str) -> str:
    for mask in dict.fromkeys(_masks):
        text = mask(text)
    return mask_person_numbers(text)


def _masked(value: Any) -> Any:
    match value:
        case None | bool() | float():
            return value
        case int():
            # A number can be a 個人番号 too.
            text = str(value)
            return value if _masked_text(text) == text else MASK
        case Mapping():
            return {_masked_text(str(name)): _masked(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(item) for item in value]
        case _:
            return _masked_text(str(value))


def _exception_data(error: BaseException | None, kind: type[BaseException] | None) -> dict[str, Any]:
    data: dict[str, Any] = {"type": kind.__name__ if kind else "", "message": "" if error is None else str(error)}
    if error is not None:
        data["frames"] = [_frame(entry) for entry in _our_frames(error)]
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None:
            data["cause"] = {"type": type(cause).__name__, "message": str(cause)}
    return data


def _our_frames(error: BaseException) -> list[traceback.FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__)
    return [entry for entry in frames if not entry.filename.startswith((*_NOT_OURS, "<"))][-_MOST_FRAMES:]


def _frame(entry: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(entry.filename).parts[-3:])}:{entry.lineno} {entry.name}"


def _nothing(record: Record) -> str:
    """The format of our sinks, which look at the record itself."""
    return ""


def _write(write: Callable[[str], object], message: Message) -> None:
    record = message.record
    bound = {name: value for name, value in record["extra"].items() if name != "run"}
    line = {
        "ts": record["time"].astimezone(UTC).isoformat(timespec="microseconds"),
        "level": record["level"].name.lower(),
        "message": record["message"],
        **({"data": bound} if bound else {}),
    }
    write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _show(message: Message) -> None:
    record = message.record
    data = {name: value for name, value in record["extra"].items() if name != "exception"}
    exception = record["extra"].get("exception")
    if isinstance(exception, Mapping):
        data["exception"] = f"{exception.get('type')}: {exception.get('message')}"
    bound = " ".join(f"{name}={value}" for name, value in data.items())
    print(f"{record['level'].name}: {record['message']}{'  ' + bound if bound else ''}", file=sys.stderr)  # noqa: T201 - the terminal is this sink's place
