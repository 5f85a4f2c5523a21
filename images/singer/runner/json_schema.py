"""Validates a value against the subset of JSON Schema that `request.schema.json` uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable, Optional

from .lossless import JsonText

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("a string", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": (
        "a whole number",
        lambda value: isinstance(value, int) and not isinstance(value, bool),
    ),
    "number": (
        "a number",
        lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    ),
    "array": ("a list", lambda value: isinstance(value, list)),
    "object": ("an object", lambda value: isinstance(value, dict)),
}


class Invalid(Exception):
    """What is wrong with a value and how to fix it, in one line."""


def branch(value: Mapping[str, Any], schema: Schema, name: str) -> Schema:
    """The alternative of a `oneOf` whose field `name` matches the value."""
    found: dict[str, Schema] = {each["properties"][name]["const"]: each for each in schema["oneOf"]}
    wanted = value.get(name)
    chosen = found.get(wanted) if isinstance(wanted, str) else None
    if chosen is None:
        given = f"is {_shown(value[name])}" if name in value else "is missing"
        raise Invalid(f'"{name}" {given}; it must be one of: {", ".join(found)}')
    return chosen


def check(value: Any, schema: Schema, at: str) -> None:
    """Raises Invalid for a value that does not match the schema; `at` names the value."""
    kind = str(schema.get("type"))
    if kind in _TYPES:
        expected, matches = _TYPES[kind]
        if not matches(value):
            raise Invalid(f"{at} is {_shown(value)}; it must be {_expected(schema, expected)}")
    if "enum" in schema and value not in schema["enum"]:
        raise Invalid(f"{at} is {_shown(value)}; it must be one of: {', '.join(schema['enum'])}")
    if "const" in schema and value != schema["const"]:
        raise Invalid(f"{at} is {_shown(value)}; it must be {_shown(schema['const'])}")
    if (
        not schema.get("minimum", value) <= value <= schema.get("maximum", value)
        if kind in ("integer", "number")
        else False
    ):
        raise Invalid(f"{at} is {_shown(value)}; it must be {_expected(schema, _TYPES[kind][0])}")
    if kind in ("string", "array") and len(value) < schema.get(
        "minLength", schema.get("minItems", 0)
    ):
        raise Invalid(f"{at} is empty; give it a value")
    if kind == "array":
        for number, item in enumerate(value):
            check(item, schema["items"], f"{at}[{number}]")
    if kind == "object":
        _check_fields(value, schema, at)


def _check_fields(value: Mapping[str, Any], schema: Schema, at: str) -> None:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name in schema.get("required", []):
        if name not in value:
            raise Invalid(f'{at}: "{name}" is missing; add it to the request')
    for name, item in value.items():
        if name not in known and others is False:
            raise Invalid(f'{at}: "{name}" is not a field{_similar(name, list(known))}')
        check(item, known.get(name, others), f'"{name}"')


def _similar(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name, known, 1)
    return (
        f'; did you mean "{found[0]}"?'
        if found
        else "; remove it, or see the fields in request.schema.json"
    )


def _expected(schema: Schema, expected: str) -> str:
    least: Optional[int] = schema.get("minimum")
    return f"{expected} of at least {least}" if least is not None else expected


def _shown(value: Any) -> str:
    text = (
        value.text
        if isinstance(value, JsonText)
        else json.dumps(value, ensure_ascii=False, default=lambda each: each.text)
    )
    return text if len(text) <= 60 else f"{text[:57]}..."
