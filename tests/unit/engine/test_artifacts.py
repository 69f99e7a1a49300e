from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from yakin.engine.artifacts import keep, load
from yakin.errors import JournalError
from yakin.storage import Storage, open_storage

RUN = "20261123-220000-4f1c"
VALUE = {"受付番号": "20260001", "受付日": date(2026, 11, 23), "税額": [12_300, 4_500]}


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    yield open_storage(tmp_path if request.param == "folder" else "memory://town/runs")
    MemoryFileSystem.store.clear()


def change(storage: Storage, output: dict[str, Any]) -> None:
    path = storage.local(output["artifact"])
    if path is not None:
        path.write_bytes(b"4")
    else:
        MemoryFileSystem().pipe_file(f"/town/runs/{output['artifact']}", b"4")


def test_an_output_is_read_back_as_it_was(storage: Storage) -> None:
    output = keep(storage, RUN, "read", VALUE)
    assert load(storage, RUN, "read", output) == VALUE
    assert re.fullmatch(rf"{RUN}/artifacts/read(~[0-9a-f]{{12}})?\.json", output["artifact"])


def test_nothing_is_kept_of_nothing(storage: Storage) -> None:
    assert keep(storage, RUN, "read", None) == {}
    assert load(storage, RUN, "read", {}) is None
    assert storage.sizes(RUN) == {}


def test_another_run_takes_an_output_over_without_copying_it(storage: Storage) -> None:
    output = keep(storage, RUN, "read", VALUE)
    assert load(storage, "20261124-090000-77aa", "read", output) == VALUE


def test_an_output_of_an_old_journal_lies_in_the_run_that_asks(tmp_path: Path) -> None:
    storage = open_storage(tmp_path)
    output = keep(storage, RUN, "read", VALUE) | {"artifact": "read.json"}
    assert load(storage, RUN, "read", output) == VALUE
    with pytest.raises(JournalError, match="The output of step read cannot be read"):
        load(storage, "20261124-090000-77aa", "read", output)


def test_a_step_that_is_done_again_leaves_the_output_that_was_recorded_before(storage: Storage) -> None:
    first = keep(storage, RUN, "read", [1])
    second = keep(storage, RUN, "read", [2])
    assert [load(storage, RUN, "read", output) for output in (first, second)] == [[1], [2]]


def test_steps_whose_names_differ_by_case_only_have_files_of_their_own(storage: Storage) -> None:
    outputs = [keep(storage, RUN, step, step) for step in ("read", "Read", "READ", "con", "台帳/読む", "台帳*読む")]
    assert len({output["artifact"].casefold() for output in outputs}) == 6


def test_an_output_that_was_changed_is_not_believed(storage: Storage) -> None:
    output = keep(storage, RUN, "read", VALUE)
    change(storage, output)
    with pytest.raises(
        JournalError, match=f"was changed after the step: {re.escape(storage.where(output['artifact']))}"
    ):
        load(storage, RUN, "read", output)


def test_the_journal_is_told_nothing_of_a_sensitive_output(storage: Storage) -> None:
    assert keep(storage, RUN, "read", VALUE, told=False)["kind"] == "hidden"
