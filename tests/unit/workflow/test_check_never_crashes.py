"""Whatever is written anywhere in a workflow, `check` answers with problems and never with an exception."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.workflow.case_files import CASES, check_one
from yakin.workflow.loader import load

STRANGE: list[Any] = [None, 5, -1.5, True, "", "x", "${{ steps.x }}", "${{", [], ["a"], [[]], {}, {"a": 1}, [{"a": {}}]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def changed(data: Any, path: tuple[Any, ...], strange: Any) -> Any:
    if not path:
        return strange
    data = copy.deepcopy(data)
    here = data
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = strange
    return data


@pytest.mark.parametrize("name", ["blocks", "looks_are_kept", "whole_run"])
def test_any_value_may_be_anything(name: str) -> None:
    data = load(CASES / "valid" / f"{name}.yaml").data
    for number, path in enumerate(places(data)):
        for strange in STRANGE[number % 5 :: 5]:
            text = json.dumps(changed(data, path, strange), ensure_ascii=False)
            workflow, problems = check_one(text)
            assert (workflow is None) == any(problem.severity == "error" for problem in problems)
            for problem in problems:
                assert problem.message


@pytest.mark.parametrize("name", ["blocks", "looks_are_kept", "whole_run"])
def test_any_key_may_be_missing(name: str) -> None:
    data = load(CASES / "valid" / f"{name}.yaml").data
    for path in places(data):
        if path and isinstance(path[-1], str):
            less = copy.deepcopy(data)
            here = less
            for part in path[:-1]:
                here = here[part]
            del here[path[-1]]
            workflow, problems = check_one(json.dumps(less, ensure_ascii=False))
            assert (workflow is None) == any(problem.severity == "error" for problem in problems)
