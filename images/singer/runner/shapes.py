"""The columns that a JSON Schema describes: nested properties by dotted path, with their types as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ANY = "any"
NULL = "null"
_DEEPEST = 24
_MOST_COLUMNS = 5000
_PLAIN = re.compile(r"[^\s.\[\]\"|]+")

Schema = Mapping[str, Any]


class Shape(NamedTuple):
    """What a stream looks like."""

    columns: dict[str, str]
    """Types by path: `address.city`, `tags[]` for the items of a list. E.g. `string(date-time)|null`."""
    required: frozenset[str]
    """Paths of columns that every record has."""
    closed: frozenset[str]
    """Paths of objects that allow no other properties; the empty path is the record."""


def shape_of(schema: Any) -> Shape:
    """The columns of a JSON Schema, which describes a record."""
    found = Shape({}, frozenset(), frozenset())
    columns: dict[str, str] = {}
    required: set[str] = set()
    closed: set[str] = set()
    _add(_alternatives(schema, schema, 0), "", schema, 0, columns, required, closed)
    return found._replace(columns=columns, required=frozenset(required), closed=frozenset(closed))


def types_of(text: str) -> list[str]:
    """The types in text such as `string(date-time)|null`."""
    return text.split("|")


def parents(path: str) -> Iterator[str]:
    """The paths of the objects and lists that a column is in, innermost first."""
    for place in range(len(path) - 1, 0, -1):
        if path[place] in ".[" and _is_path(path[:place]):
            yield path[:place]


def digest(columns: Mapping[str, str]) -> str:
    """The same text for the same columns."""
    # Loaded late: it loads OpenSSL, and only what has too many columns is hashed.
    import hashlib

    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()[:16]


def is_large(columns: Mapping[str, str]) -> bool:
    """Whether there are too many columns to keep them one by one."""
    return len(columns) > _MOST_COLUMNS


def _is_path(text: str) -> bool:
    return text.count('"') % 2 == 0


def _add(
    nodes: list[Schema],
    path: str,
    root: Any,
    depth: int,
    columns: dict[str, str],
    required: set[str],
    closed: set[str],
) -> None:
    """Adds what is below `path`, which has the alternatives `nodes`."""
    if depth > _DEEPEST:
        return
    if any(node.get("additionalProperties") is False for node in nodes):
        closed.add(path)
    children: dict[str, list[Schema]] = {}
    for node in nodes:
        properties = node.get("properties")
        for name, child in properties.items() if isinstance(properties, dict) else ():
            below = _joined(path, name)
            children.setdefault(below, []).extend(_alternatives(child, root, depth))
            if name in _listed(node.get("required")):
                required.add(below)
        items = node.get("items")
        for child in _listed(items) or ([items] if isinstance(items, dict) else []):
            children.setdefault(f"{path}[]", []).extend(_alternatives(child, root, depth))
    for below, found in children.items():
        columns[below] = _types(found)
        _add(found, below, root, depth + 1, columns, required, closed)


def _alternatives(node: Any, root: Any, depth: int) -> list[Schema]:
    """A schema as the alternatives that it allows, without anyOf, oneOf, allOf and references."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return [{}]
    if isinstance(node.get("$ref"), str):
        return _alternatives(_referenced(node["$ref"], root), root, depth + 1)
    parts = _listed(node.get("allOf"))
    if parts:
        together: dict[str, Any] = {}
        for part in [*parts, {name: node[name] for name in node if name != "allOf"}]:
            for found in _alternatives(part, root, depth + 1):
                together = _both(together, found)
        return [together]
    choices = _listed(node.get("anyOf")) + _listed(node.get("oneOf"))
    if not choices:
        return [node]
    own = {name: node[name] for name in node if name not in ("anyOf", "oneOf")}
    return [
        _both(own, found) for choice in choices for found in _alternatives(choice, root, depth + 1)
    ]


def _both(first: Schema, second: Schema) -> dict[str, Any]:
    merged = {**first, **second}
    for name in ("properties", "required"):
        one, other = first.get(name), second.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            merged[name] = {**one, **other}
        elif isinstance(one, list) and isinstance(other, list):
            merged[name] = one + other
    return merged


def _referenced(place: str, root: Any) -> Any:
    if not place.startswith("#"):
        return {}
    found = root
    for name in place[1:].split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _types(nodes: list[Schema]) -> str:
    found = sorted({kind for node in nodes for kind in _kinds(node)})
    if ANY in found:
        return ANY
    return "|".join([kind for kind in found if kind != NULL] + [NULL] * (NULL in found))


def _kinds(node: Schema) -> list[str]:
    given = node.get("type")
    kinds = [given] if isinstance(given, str) else [str(each) for each in _listed(given)]
    if not kinds:
        kinds = _implied(node)
    form = node.get("format")
    return [
        f"string({form})" if kind == "string" and isinstance(form, str) else kind for kind in kinds
    ]


def _implied(node: Schema) -> list[str]:
    """The types of a schema that names none."""
    values = _listed(node.get("enum")) + ([node["const"]] if "const" in node else [])
    if values:
        return [_kind_of(value) for value in values]
    if "properties" in node:
        return ["object"]
    return ["array"] if "items" in node else [ANY]


def _kind_of(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "boolean"
    kinds = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "number")


def _joined(path: str, name: str) -> str:
    own = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{path}.{own}" if path else own


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
