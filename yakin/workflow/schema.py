"""The JSON Schema of workflow files, so that editors complete and check them while they are written.

It is made from the model and from the signatures of the actions, in draft-07, which the YAML language servers of editors
understand best. It tells less than `check` does: it knows no references and no rules about commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakin.actions.declare import ActionSpec
from yakin.actions.registry import Registry
from yakin.workflow.model import STEP_KINDS, Workflow

Schema = dict[str, Any]

_EXPRESSION = {"$ref": "#/definitions/expression"}
_STEP = {"$ref": "#/definitions/step"}
_NAME_IN_PYTHON = r"^[^\W\d]\w*$"
# The \w of editors knows Latin letters only, so what a name cannot hold is said instead.
_NAME_IN_EDITORS = r"^[^\x00-@\[-\^`{-\x7f][^\x00-/:-@\[-\^`{-\x7f]*$"


def workflow_schema(registry: Registry) -> Schema:
    """The schema of a workflow file whose steps may use these actions, as plain JSON data."""
    whole = Workflow.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions: Schema = whole.pop("$defs")
    definitions["expression"] = {
        "type": "string",
        "pattern": r"\$\{\{.*\}\}",
        "description": "${{ … }}: evaluated when the step runs.",
    }
    definitions["step"] = {"oneOf": [{"$ref": f"#/definitions/{kind.__name__}"} for kind in STEP_KINDS.values()]}
    for spec in registry.actions.values():
        definitions |= _arguments(spec)
    _add_actions(definitions["ActionStep"], registry)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Yakin workflow",
        **_tidy(whole),
        "definitions": {name: _tidy(definition) for name, definition in definitions.items()},
    }
    schema["description"] = "One workflow file of Yakin."
    return schema


def _add_actions(step: Schema, registry: Registry) -> None:
    names = sorted(registry.actions)
    step["properties"]["uses"] = {
        "description": "The action.",
        "anyOf": [{"const": name, "description": registry.actions[name].summary} for name in names],
    }
    step["allOf"] = [_rule(registry.actions[name]) for name in names]


def _rule(spec: ActionSpec) -> Schema:
    """If the step uses this action, its arguments have to be these."""
    then: Schema = {"properties": {"with": {"$ref": f"#/definitions/{spec.name}"}}}
    if any(parameter.required for parameter in spec.parameters):
        then["required"] = ["with"]
    return {"if": {"properties": {"uses": {"const": spec.name}}, "required": ["uses"]}, "then": then}


def _arguments(spec: ActionSpec) -> Schema:
    """Definitions of an action's arguments, under its name, and of the types they are made of."""
    whole = spec.arguments.model_json_schema(ref_template=f"#/definitions/{spec.name}.{{model}}")
    inner: Schema = whole.pop("$defs", {})
    whole["description"] = spec.summary
    return {
        spec.name: _open_inside(whole),
        **{f"{spec.name}.{name}": _open_inside(definition) for name, definition in inner.items()},
    }


def _open(schema: Any) -> Any:
    """A schema that also takes an expression, in the place of the value and of every value inside it."""
    if not isinstance(schema, dict) or not schema:
        return schema
    inside = _open_inside(schema)
    if _takes_any_text(schema):
        return inside
    if "anyOf" in inside:
        return inside | {"anyOf": [*inside["anyOf"], _EXPRESSION]}
    outside = {key: inside.pop(key) for key in ("description", "default", "title") if key in inside}
    return outside | {"anyOf": [inside, _EXPRESSION]}


def _open_inside(schema: Schema) -> Schema:
    found = dict(schema)
    for key in ("properties", "patternProperties"):
        if key in found:
            found[key] = {name: _open(inner) for name, inner in found[key].items()}
    for key in ("items", "additionalProperties"):
        if key in found:
            found[key] = _open(found[key])
    if "prefixItems" in found:
        found["items"] = [_open(inner) for inner in found.pop("prefixItems")]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in found:
            found[key] = [_open_inside(inner) for inner in found[key]]
    return found


def _takes_any_text(schema: Mapping[str, Any]) -> bool:
    if any(_takes_any_text(inner) for inner in schema.get("anyOf", ())):
        return True
    limits = {"enum", "const", "pattern", "minLength", "maxLength"}
    plain_format = schema.get("format", "path") in ("path", "file-path", "directory-path")
    return schema.get("type") == "string" and plain_format and not limits & schema.keys()


def _tidy(schema: Any, *, names: bool = False) -> Any:
    """A schema as people would write it: no made-up titles, no null beside what is meant, no keys beside a $ref."""
    if isinstance(schema, list):
        return [_tidy(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {name: _tidy(inner) for name, inner in schema.items()}
    found = {
        key: _tidy(value, names=key in ("properties", "patternProperties", "definitions"))
        if key not in ("default", "const", "enum", "examples")
        else value
        for key, value in schema.items()
        if key not in ("title", "discriminator") and not (key == "default" and value is None)
    }
    if found.get("pattern") == _NAME_IN_PYTHON:
        found["pattern"] = _NAME_IN_EDITORS
    return _single_reference(_without_null(_shared_step(found)))


def _shared_step(schema: Schema) -> Schema:
    kinds = [{"$ref": f"#/definitions/{kind.__name__}"} for kind in STEP_KINDS.values()]
    items = schema.get("items")
    if isinstance(items, dict) and items.get("oneOf") == kinds:
        schema["items"] = _STEP
    return schema


def _without_null(schema: Schema) -> Schema:
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return schema
    left = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}


def _single_reference(schema: Schema) -> Schema:
    # In draft-07 whatever stands beside a $ref is not read.
    if "$ref" in schema and len(schema) > 1:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "allOf": [{"$ref": schema["$ref"]}]}
    return schema
