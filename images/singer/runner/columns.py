"""Selects the properties of a stream, nested ones included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, NamedTuple, Optional

from .catalog import Entry, metadata_of, names

_DEEPEST = 20
"""Schemas that contain themselves would never end."""


class Property(NamedTuple):
    """A property of a stream's schema."""

    path: str
    """Its names from the top, with dots between them."""
    breadcrumb: list[str]
    """Its place in the metadata, as in the Singer specification."""
    parents: list[str]
    """Paths of the properties around it, from the top."""


def properties_of(entry: Entry) -> Iterator[Property]:
    """All properties of a stream, each before those in it."""
    yield from _below(entry.get("schema"), [], [], 0)


def _below(
    schema: Any, breadcrumb: list[str], parents: list[str], depth: int
) -> Iterator[Property]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(found, dict) or depth > _DEEPEST:
        return
    for name, inner in found.items():
        place = [*breadcrumb, "properties", name]
        path = f"{parents[-1]}.{name}" if parents else name
        yield Property(path, place, parents)
        yield from _below(inner, place, [*parents, path], depth + 1)


def paths_of(entry: Entry) -> list[str]:
    """Paths of all properties of a stream."""
    return [found.path for found in properties_of(entry)]


def keys_of(entry: Entry) -> list[str]:
    """The columns that identify a row of a stream."""
    root = metadata_of(entry, [])
    for keys in (
        entry.get("key_properties"),
        root.get("view-key-properties"),
        root.get("table-key-properties"),
    ):
        if isinstance(keys, list) and keys:
            return [key for key in keys if isinstance(key, str)]
    return []


def select_columns(
    entry: Entry, rule: dict[str, Any], kept: set[str], fits: Callable[[str, str], bool]
) -> list[str]:
    """Selects the properties that a rule names, and those in `kept`; returns warnings."""
    patterns = _patterns(rule)
    if patterns is None:
        return []
    found = list(properties_of(entry))
    chosen = [selects for selects, _ in patterns] if "columns" in rule else ["include" in rule]
    default = not any(chosen)
    decisions: dict[str, bool] = {}
    for each in found:
        decisions[each.path] = _last(each, patterns, default, fits)
    for each in found:
        if decisions[each.path] or each.path in kept:
            # A property within one that is not selected would not be sent.
            decisions.update(dict.fromkeys(each.parents, True))
    listed = _listed(entry)
    warnings = []
    for each in found:
        inclusion = listed.get(tuple(each.breadcrumb), {}).get("inclusion")
        exact = next((selects for selects, glob in reversed(patterns) if glob == each.path), None)
        if inclusion == "automatic" or each.path in kept:
            if exact is False:
                why = "the tap always sends it" if inclusion == "automatic" else "it is a key"
                warnings.append(f'"{each.path}" of "{names(entry)[0]}" cannot be excluded: {why}')
            if inclusion != "automatic":
                metadata_of(entry, each.breadcrumb)["selected"] = True
        elif inclusion == "unsupported":
            if exact:
                warnings.append(
                    f'"{each.path}" of "{names(entry)[0]}" cannot be selected: the tap does not support it'
                )
        elif (
            not each.parents
            or tuple(each.breadcrumb) in listed
            or decisions[each.path] != decisions[each.parents[-1]]
        ):
            # Without metadata of its own, a nested property counts as the one around it.
            metadata_of(entry, each.breadcrumb)["selected"] = decisions[each.path]
    return warnings


def _patterns(rule: dict[str, Any]) -> Optional[list[tuple[bool, str]]]:
    """Patterns in the order in which they count, and whether each selects; None for no choice."""
    if "columns" in rule:
        return [
            (False, glob[1:]) if glob.startswith("!") else (True, glob) for glob in rule["columns"]
        ]
    if "include" not in rule and "exclude" not in rule:
        return None
    return [(True, glob) for glob in rule.get("include", [])] + [
        (False, glob) for glob in rule.get("exclude", [])
    ]


def _last(
    each: Property,
    patterns: list[tuple[bool, str]],
    default: bool,
    fits: Callable[[str, str], bool],
) -> bool:
    """The value of the last pattern that matches a property or one that contains it."""
    around = [each.path, *each.parents]
    for selects, glob in reversed(patterns):
        if any(fits(glob, path) for path in around):
            return selects
    return default


def _listed(entry: Entry) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        tuple(item.get("breadcrumb") or []): item.get("metadata") or {}
        for item in entry.get("metadata") or []
        if isinstance(item, dict)
    }
