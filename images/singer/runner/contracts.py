"""Contracts: what the SCHEMA of a stream must offer, as a JSON Schema."""

from __future__ import annotations

from typing import Any

from .shapes import ANY, NULL, Shape, parents, shape_of, types_of

KEY = "x-key-properties"
"""Keyword of a contract that lists the key properties."""

Violation = str


def violations(contract: Any, shape: Shape, key: tuple[str, ...]) -> list[Violation]:
    """Where a stream with these columns and this key breaks a contract.

    Its columns must exist with types that the contract allows; those that the contract requires must have a value in
    every record. Other columns are allowed unless the contract says `additionalProperties: false`.
    """
    wanted = shape_of(contract)
    return [
        *_missing(wanted, shape),
        *_retyped(wanted, shape),
        *_nullable(wanted, shape, key, _required(contract)),
        *_surplus(wanted, shape),
        *_other_key(contract, key),
    ]


def _missing(wanted: Shape, shape: Shape) -> list[Violation]:
    absent = {path for path in wanted.columns if not _offers(shape, path)}
    return [
        f"column {path}: expected {wanted.columns[path]}, found none"
        for path in sorted(absent)
        if not any(parent in absent for parent in parents(path))
    ]


def _offers(shape: Shape, path: str) -> bool:
    """A column exists, or is in one of any type."""
    return path in shape.columns or any(
        shape.columns.get(parent) == ANY for parent in parents(path)
    )


def _retyped(wanted: Shape, shape: Shape) -> list[Violation]:
    return [
        f"column {path}: expected {types}, found {shape.columns[path]}"
        for path, types in sorted(wanted.columns.items())
        if path in shape.columns and not _contains(types, shape.columns[path])
    ]


def _contains(wanted: str, found: str) -> bool:
    allowed = types_of(wanted)
    return wanted == ANY or all(_is_one_of(kind, allowed) for kind in types_of(found))


def _is_one_of(kind: str, allowed: list[str]) -> bool:
    if kind in allowed or (kind == "integer" and "number" in allowed):
        return True
    # A contract without a format allows each.
    return kind.startswith("string(") and "string" in allowed


def _required(contract: Any) -> set[str]:
    """Names that the contract requires without describing them."""
    names = contract.get("required") if isinstance(contract, dict) else None
    return {str(name) for name in names} if isinstance(names, list) else set()


def _nullable(
    wanted: Shape, shape: Shape, key: tuple[str, ...], named: set[str]
) -> list[Violation]:
    found = []
    for path in sorted(wanted.required | named):
        types = shape.columns.get(path)
        if types is None:
            if path not in wanted.columns:
                found.append(f"column {path}: expected a required column, found none")
        elif NULL in types_of(types) and path not in shape.required and path not in key:
            found.append(f"column {path}: expected a value in every record, found {types}")
    return found


def _surplus(wanted: Shape, shape: Shape) -> list[Violation]:
    return [
        f"column {path}: expected no other columns, found {shape.columns[path]}"
        for path in sorted(shape.columns)
        if path not in wanted.columns
        and not path.endswith("[]")
        and next(parents(path), "") in wanted.closed
    ]


def _other_key(contract: Any, key: tuple[str, ...]) -> list[Violation]:
    names = contract.get(KEY) if isinstance(contract, dict) else None
    if not isinstance(names, list) or sorted(map(str, names)) == sorted(key):
        return []
    return [f"key: expected {', '.join(map(str, names))}, found {', '.join(key) or 'none'}"]
