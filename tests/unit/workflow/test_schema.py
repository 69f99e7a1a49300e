"""The schema for editors: takes what `check` takes, refuses the usual mistakes, and helps with completion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.unit.workflow.case_files import CASES, REGISTRY, VALID
from yakin.workflow.loader import load, load_text
from yakin.workflow.model import Workflow
from yakin.workflow.schema import workflow_schema
from yakin.workflow.sentences import DURATIONS

SCHEMA = workflow_schema(REGISTRY)
VALIDATOR = Draft7Validator(SCHEMA)

REFUSED = [
    "missing_argument",
    "missing_keys",
    "no_steps",
    "unknown_action",
    "unknown_argument",
    "unknown_key",
    "unknown_key_of_step",
    "unknown_key_of_system",
    "uses_beside_for_each",
    "wrong_argument",
    "wrong_types",
]


def test_the_schema_is_a_valid_draft_07_schema_of_plain_json() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_every_valid_case_fits_the_schema(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(load(path).data)] == []


@pytest.mark.parametrize("name", REFUSED)
def test_the_usual_mistakes_do_not_fit_the_schema(name: str) -> None:
    assert not VALIDATOR.is_valid(load(CASES / "invalid" / f"{name}.yaml").data)


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    targets = {f"#/definitions/{name}" for name in SCHEMA["definitions"]}
    assert _references(SCHEMA) <= targets


def test_nothing_stands_beside_a_reference_where_draft_07_would_not_read_it() -> None:
    assert all(len(node) == 1 for node in _nodes(SCHEMA) if "$ref" in node)


def test_actions_and_arguments_are_described_for_completion() -> None:
    step = SCHEMA["definitions"]["ActionStep"]
    uses = {choice["const"]: choice["description"] for choice in step["properties"]["uses"]["anyOf"]}
    assert uses["excel.read_rows"] == "Read one sheet into records."
    arguments = SCHEMA["definitions"]["excel.read_rows"]
    assert arguments["properties"]["sheet"]["description"] == "Sheet; the first one when left out."
    assert arguments["required"] == ["path"]


def test_keys_of_the_engine_are_described() -> None:
    assert SCHEMA["properties"]["systems"]["description"] == "The web systems it works in."
    assert "description" in SCHEMA["definitions"]["ItemsBlock"]["properties"]["key"]


@pytest.mark.parametrize(
    ("argument", "fits"),
    [
        ("header_row: 3", True),
        ('header_row: "${{ inputs.row }}"', True),
        ("header_row: three", False),
        ("header_row: 0", False),
        ("header_rows: 3", False),
    ],
)
def test_a_typed_argument_takes_its_type_or_an_expression(argument: str, fits: bool) -> None:
    text = f"workflow: 表\nsteps:\n  - uses: excel.read_rows\n    with: {{path: a.xlsx, {argument}}}\n"
    assert VALIDATOR.is_valid(load_text(text, "x.yaml").data) is fits


@pytest.mark.parametrize(
    ("button", "fits"),
    [
        ("登録", True),
        ("{label: 登録, nth: '${{ loop.index }}'}", True),
        ("{label: 登録, nth: 0}", False),
        ("[登録]", False),
    ],
)
def test_expressions_may_stand_deep_inside_an_argument(button: str, fits: bool) -> None:
    text = f"workflow: 表\nsteps:\n  - uses: browser.click\n    with: {{button: {button}}}\n"
    assert VALIDATOR.is_valid(load_text(text, "x.yaml").data) is fits


@pytest.mark.parametrize(("name", "fits"), [("受付", True), ("ｱ", True), ("a_1", True), ("1a", False), ("a-b", False)])
def test_ids_may_be_japanese_in_editors_too(name: str, fits: bool) -> None:
    text = f"workflow: 表\nsteps:\n  - {{id: {name}, uses: excel.read_rows, with: {{path: a.xlsx}}}}\n"
    assert VALIDATOR.is_valid(load_text(text, "x.yaml").data) is fits


def test_the_keys_that_hold_a_length_of_time_are_known_to_the_sentences() -> None:
    schema = Workflow.model_json_schema(by_alias=True)
    durations = {
        name
        for node in _nodes(schema)
        for name, field in node.get("properties", {}).items()
        if isinstance(field, dict) and "ms|s|m|h|d" in json.dumps(field)
    }
    assert durations == DURATIONS


def _nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [node for inner in value for node in _nodes(inner)]
    if isinstance(value, dict):
        return [value, *(node for inner in value.values() for node in _nodes(inner))]
    return []


def _references(schema: Any) -> set[str]:
    return {node["$ref"] for node in _nodes(schema) if isinstance(node.get("$ref"), str)}
