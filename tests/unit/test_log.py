from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from yakin.errors import BusinessError
from yakin.japan.numbers import person_number_check_digit
from yakin.log import mask_person_numbers, open_run_log, set_up_logging
from yakin.values import Secret

FIRST_ELEVEN = "12345678901"
NUMBER = f"{FIRST_ELEVEN}{person_number_check_digit(FIRST_ELEVEN)}"
WRONG = f"{FIRST_ELEVEN}{(person_number_check_digit(FIRST_ELEVEN) + 1) % 10}"


def mask(text: str) -> str:
    return text.replace("hunter22", "***")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "log.jsonl"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    set_up_logging(mask, terminal=False)
    yield
    logger.remove()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_record_is_one_line_with_a_constant_message_and_its_data(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.bind(rows=12, step="read", file=Path("a.xlsx"), cells={"氏名": [1, None, 2.5, True]}).info("rows read")
    [line] = lines(path)
    assert list(line) == ["ts", "level", "message", "data"]
    assert line["ts"].endswith("+00:00")
    assert (line["level"], line["message"]) == ("info", "rows read")
    assert line["data"] == {"rows": 12, "step": "read", "file": "a.xlsx", "cells": {"氏名": [1, None, 2.5, True]}}
    assert "氏名" in path.read_text(encoding="utf-8")


def test_a_message_with_line_breaks_stays_one_line(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.bind(text="a\nb\u2028c").debug("two\nlines {braces}")
    assert path.read_bytes().count(b"\n") == 1
    assert json.loads(path.read_text(encoding="utf-8"))["message"] == "two\nlines {braces}"


def test_a_run_finds_only_its_own_records_in_its_log(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    with open_run_log(path, "r1", mask) as one, open_run_log(other, "r2", mask) as two:
        one.info("one")
        two.info("two")
        logger.info("nobody's")
        with logger.contextualize(run="r1"):
            logger.info("one too")
    assert [line["message"] for line in lines(path)] == ["one", "one too"]
    assert [line["message"] for line in lines(other)] == ["two"]


def test_a_continued_run_adds_to_its_log(path: Path) -> None:
    for message in ("first", "second"):
        with open_run_log(path, "r1", mask) as log:
            log.info(message)
    log.info("too late")
    assert [line["message"] for line in lines(path)] == ["first", "second"]


def test_every_record_is_in_the_file_before_the_next_thing_happens(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.info("written")
        assert [line["message"] for line in lines(path)] == ["written"]


def fail_with(password: str) -> None:
    hidden_local = f"local {password}"
    try:
        json.loads(f"{{ {hidden_local}")
    except ValueError as error:
        raise BusinessError("{value} is refused", value=password) from error


def test_no_secret_reaches_the_file_in_message_data_or_exception(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.bind(url="/?p=hunter22", deep=[{"hunter22": ("hunter22",)}], secret=Secret("other22")).info(
            "hunter22 {}", "hunter22"
        )
        try:
            fail_with("hunter22")
        except BusinessError:
            log.exception("it failed")
    text = path.read_text(encoding="utf-8")
    assert "hunter22" not in text
    assert "other22" not in text
    assert "hidden_local" not in text
    assert lines(path)[0]["data"] == {"url": "/?p=***", "deep": [{"***": ["***"]}], "secret": "***"}


def test_an_exception_is_its_type_its_message_and_our_frames(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        try:
            fail_with("abc")
        except BusinessError:
            log.exception("it failed")
    exception = lines(path)[0]["data"]["exception"]
    assert (exception["type"], exception["message"]) == ("BusinessError", "abc is refused")
    assert exception["cause"]["type"] == "JSONDecodeError"
    assert len(exception["frames"]) == 2
    assert all("test_log.py:" in frame for frame in exception["frames"])
    assert exception["frames"][1].endswith(" fail_with")


def test_frames_of_libraries_are_left_out(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        try:
            json.loads("{")
        except ValueError:
            log.exception("it failed")
    [frame] = lines(path)[0]["data"]["exception"]["frames"]
    assert "test_frames_of_libraries_are_left_out" in frame


@pytest.mark.parametrize("library", ["dbos", "sqlalchemy.pool", "apscheduler.scheduler", "playwright"])
def test_warnings_of_libraries_reach_the_run_they_belong_to_as_data(path: Path, library: str) -> None:
    with open_run_log(path, "r1", mask), logger.contextualize(run="r1"):
        logging.getLogger(library).info("not worth it")
        logging.getLogger(library).warning("pool of %s {is} full", "hunter22")
    [line] = lines(path)
    assert line["message"] == "a library gave a warning"
    assert line["data"] == {"library": library, "said": "pool of *** {is} full"}
    assert line["level"] == "warning"


def test_an_exception_of_a_library_is_cleaned_too(path: Path) -> None:
    with open_run_log(path, "r1", mask), logger.contextualize(run="r1"):
        try:
            fail_with("hunter22")
        except BusinessError:
            logging.getLogger("dbos").exception("step failed")
    [line] = lines(path)
    assert line["data"]["exception"]["message"] == "*** is refused"
    assert line["level"] == "error"


def test_the_terminal_shows_warnings_only_and_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(mask)
    logger.bind(rows=1).info("rows read")
    logger.bind(url="hunter22").warning("the page was slow")
    try:
        fail_with("hunter22")
    except BusinessError:
        logger.exception("it failed")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err
        == "WARNING: the page was slow  url=***\nERROR: it failed  exception=BusinessError: *** is refused\n"
    )


def test_nothing_but_our_sinks_shows_a_record(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.error("only in the file")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("write", "hidden"),
    [
        (str, True),
        (lambda number: f"{number[:4]}-{number[4:8]}-{number[8:]}", True),
        (lambda number: f"{number[:4]} {number[4:8]} {number[8:]}", True),
        (lambda number: f"番号（{number}）です", True),
        (lambda number: f"個人番号: {number}。", True),
        (lambda number: number.translate(str.maketrans("0123456789", "０１２３４５６７８９")), True),
        (lambda number: f"{number}0", False),
        (lambda number: f"a{number}", False),
        (lambda number: f"{number[:4]}-{number[4:]}", False),
    ],
)
def test_person_numbers_standing_alone_are_hidden(write: Callable[[str], str], hidden: bool) -> None:
    assert (mask_person_numbers(write(NUMBER)) != write(NUMBER)) is hidden
    assert mask_person_numbers(write(WRONG)) == write(WRONG)


def test_a_person_number_does_not_reach_the_file_even_as_a_number(path: Path) -> None:
    with open_run_log(path, "r1", mask) as log:
        log.bind(cell=int(NUMBER), text=f"の {NUMBER}", other=int(WRONG)).info("a row")
    assert lines(path)[0]["data"] == {"cell": "***", "text": "の ***", "other": int(WRONG)}


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_every_number_with_a_right_check_digit_is_hidden(eleven: str) -> None:
    number = f"{eleven}{person_number_check_digit(eleven)}"
    assert mask_person_numbers(f"({number})") == "(***)"
