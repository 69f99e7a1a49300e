"""What one cell can hold, and what can be asked for by type."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | Decimal | bool | date | datetime | time | None
"""What one cell can hold."""


class Opaque:
    """A value that an action can ask for by type; editors are told that only an expression can give it."""

    __slots__ = ()

    @classmethod
    def accept(cls, value: Any) -> Any:
        """Turn a close relative into this type, or hand the value on unchanged."""
        return value

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(cls.accept, core_schema.is_instance_schema(cls))

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\$\{\{.*\}\}$"}
