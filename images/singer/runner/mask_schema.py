"""Changes SCHEMA messages of masked streams, so that the target expects what it gets."""

from __future__ import annotations

from typing import Any

from .codes import BAD_STREAM, RunnerError
from .lossless import encode, loads
from .mask_rules import DROP, HASH, NULL, StreamMask, refuse_replication_key

_KEPT = ("title", "description")
_CHOICES = ("anyOf", "oneOf", "allOf")
_DEEPEST = 24


def masked_schema(line: bytes, mask: StreamMask) -> bytes:
    """A SCHEMA message of a masked stream, without its line break. Fails for what cannot be masked."""
    message = loads(line, constants=True)
    schema = message.get("schema")
    if not isinstance(schema, dict):
        raise RunnerError(
            BAD_STREAM, f'bad stream: the SCHEMA of stream "{mask.stream}" has no schema'
        )
    for key in _texts(message.get("bookmark_properties")):
        refuse_replication_key(mask, key)
    for key in _texts(message.get("key_properties")):
        if mask.method(key) in (DROP, NULL):
            raise mask.refuse(
                key,
                f'is part of its key and cannot be "{mask.method(key)}"',
                'use "hash", or choose another key',
            )
    masked = _masked(schema, "", mask, schema)
    mask.has_schema = True
    # One without properties, of a source without a schema, says nothing about columns.
    if any(each.get("properties") for each in _alternatives(schema, schema)):
        _require(mask, schema)
    else:
        mask.seen.update(mask.columns)
    return encode({**message, "schema": masked})


def _require(mask: StreamMask, schema: Any) -> None:
    """Fails for a masked column that the stream does not have: a typo must not let its values pass."""
    for column in mask.columns:
        # A rule for several streams may name columns that only some of them have.
        if not column.is_pattern and "*" not in column.rule and column not in mask.seen:
            known = sorted(
                {
                    name
                    for each in _alternatives(schema, schema)
                    for name in each.get("properties", {})
                }
            )
            raise mask.refuse(
                column.pattern,
                "is not in its SCHEMA",
                f"correct the name, or remove it{_near(column.pattern, known)}",
            )


def _near(wanted: str, known: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(wanted, known, 1, 0.6)
    return f'; the nearest is "{close[0]}"' if close else ""


def _masked(node: Any, path: str, mask: StreamMask, root: Any, depth: int = 0) -> Any:
    """The schema of the value at a path."""
    if not isinstance(node, dict):
        return node
    if depth > _DEEPEST:
        # A schema that refers to itself.
        return {}
    if isinstance(node.get("$ref"), str):
        # What it refers to may be used elsewhere: a copy is changed.
        return _masked(_referenced(node, root), path, mask, root, depth + 1)
    result = dict(node)
    properties = node.get("properties")
    if isinstance(properties, dict):
        result["properties"] = found = {}
        for name, child in properties.items():
            own = f"{path}.{name}" if path else name
            method = mask.method(own)
            mask.note(own, nested=bool(path))
            if method == HASH:
                found[name] = _hashed(child, root)
            elif method == NULL:
                found[name] = _nullable(child, root)
            elif method is None:
                found[name] = _masked(child, own, mask, root, depth + 1)
        if isinstance(node.get("required"), list):
            result["required"] = [
                name
                for name in node["required"]
                if not isinstance(name, str)
                or mask.method(f"{path}.{name}" if path else name) != DROP
            ]
    items = node.get("items")
    if isinstance(items, list):
        result["items"] = [_masked(each, path, mask, root, depth + 1) for each in items]
    elif isinstance(items, dict):
        result["items"] = _masked(items, path, mask, root, depth + 1)
    for choice in _CHOICES:
        if isinstance(node.get(choice), list):
            result[choice] = [_masked(each, path, mask, root, depth + 1) for each in node[choice]]
    return result


def _hashed(node: Any, root: Any) -> dict[str, Any]:
    """The schema of a hash: text, or null if the value may be null."""
    kept = {name: node[name] for name in _KEPT if isinstance(node, dict) and name in node}
    return {**kept, "type": ["string", "null"] if _may_be_null(node, root) else "string"}


def _nullable(node: Any, root: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if _may_be_null(node, root) and "enum" not in node and "const" not in node:
        return node
    found = {name: value for name, value in _referenced(node, root).items() if name != "const"}
    for choice in ("anyOf", "oneOf"):
        if isinstance(found.get(choice), list):
            found[choice] = [*found[choice], {"type": "null"}]
    if isinstance(found.get("enum"), list) and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    given = found.get("type")
    types = given if isinstance(given, list) else [given] if isinstance(given, str) else []
    if types and "null" not in types:
        found["type"] = [*types, "null"]
    # Each part of allOf must allow it: the value has no other content.
    return {"type": ["null"]} if "allOf" in found else found


def _may_be_null(node: Any, root: Any) -> bool:
    for each in _alternatives(node, root):
        types = each.get("type")
        if types is None or types == "null" or (isinstance(types, list) and "null" in types):
            return True
    return False


def _alternatives(node: Any, root: Any, depth: int = 0) -> list[Any]:
    """A schema as the alternatives that it allows."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return [{}]
    if isinstance(node.get("$ref"), str):
        return _alternatives(_referenced(node, root), root, depth + 1)
    choices = [
        each
        for choice in ("anyOf", "oneOf")
        for each in (node[choice] if isinstance(node.get(choice), list) else [])
    ]
    if not choices:
        return [node]
    return [found for each in choices for found in _alternatives(each, root, depth + 1)] + (
        [node] if "properties" in node else []
    )


def _referenced(node: Any, root: Any, depth: int = 0) -> Any:
    """A schema with its reference replaced by what it refers to."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    if not isinstance(reference, str):
        return node
    found = root
    for name in reference.lstrip("#").split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if not reference.startswith("#") or not isinstance(found, dict) or depth > _DEEPEST:
        return {}
    return _referenced(found, root, depth + 1)


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
