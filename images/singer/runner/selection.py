"""Applies selection rules to a discovered catalog."""

from __future__ import annotations

import re
from typing import Any, Optional

from .catalog import Entry, entries, metadata_of, names
from .codes import USAGE, RunnerError

METHODS = ("FULL_TABLE", "INCREMENTAL", "LOG_BASED")
_FIELDS = ("stream", "replicationMethod", "replicationKey", "include", "exclude")

Rule = dict[str, Any]


def select(catalog: dict[str, Any], rules: list[Any]) -> list[str]:
    """Changes `catalog` so that only what `rules` match is selected.

    A rule is {"stream": name or glob with *, "replicationMethod"?, "replicationKey"?,
    "include"?: property globs, "exclude"?: property globs}. All rules that match a stream apply;
    later rules take precedence. Returns warnings; exit 2 for a rule that matches nothing.
    """
    checked = [_check(rule, place) for place, rule in enumerate(rules)]
    streams = entries(catalog, "what the tap discovered")
    for place, rule in enumerate(checked):
        matched = [entry for entry in streams if _matches(rule, entry)]
        if not matched:
            known = [name for entry in streams for name in names(entry)]
            raise RunnerError(
                USAGE,
                f'selection {place}: no stream matches "{rule["stream"]}"'
                + _nearest(rule["stream"], known),
            )
        _check_properties(rule, place, matched)
    warnings = []
    for entry in streams:
        merged: Rule = {}
        for rule in checked:
            if _matches(rule, entry):
                merged.update(rule)
        warnings.extend(_apply(entry, merged))
    return warnings


def _check(rule: Any, place: int) -> Rule:
    def wrong(what: str) -> RunnerError:
        return RunnerError(USAGE, f"selection {place}: {what}")

    if not isinstance(rule, dict) or not isinstance(rule.get("stream"), str):
        raise wrong('a rule is an object with a "stream", e.g. {"stream": "public-*"}')
    unknown = [name for name in rule if name not in _FIELDS]
    if unknown:
        raise wrong(f'unknown field "{unknown[0]}"; allowed: {", ".join(_FIELDS)}')
    if rule.get("replicationMethod", METHODS[0]) not in METHODS:
        raise wrong(f'"replicationMethod" must be one of {", ".join(METHODS)}')
    if not isinstance(rule.get("replicationKey", ""), str):
        raise wrong('"replicationKey" must be the name of a property')
    for field in ("include", "exclude"):
        globs = rule.get(field, [])
        if not isinstance(globs, list) or not all(isinstance(glob, str) for glob in globs):
            raise wrong(f'"{field}" must be a list of property names')
    return rule


def _matches(rule: Rule, entry: Entry) -> bool:
    return any(fits(rule["stream"], name) for name in names(entry))


def fits(glob: str, name: str) -> bool:
    """Whether `name` matches a pattern in which * stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, glob.split("*"))), name, re.S) is not None


def _properties(entry: Entry) -> list[str]:
    schema = entry.get("schema")
    found = schema.get("properties") if isinstance(schema, dict) else None
    return list(found) if isinstance(found, dict) else []


def _check_properties(rule: Rule, place: int, matched: list[Entry]) -> None:
    known = sorted({name for entry in matched for name in _properties(entry)})
    for field in ("include", "exclude"):
        for glob in rule.get(field, []):
            if not any(fits(glob, name) for name in known):
                raise RunnerError(
                    USAGE,
                    f'selection {place} ("{rule["stream"]}"): no property matches '
                    f'"{glob}" in "{field}"' + _nearest(glob, known),
                )


def _nearest(wanted: str, known: list[str]) -> str:
    if not known:
        return "; the list is empty"
    import difflib

    close = difflib.get_close_matches(wanted.replace("*", ""), known, 1, 0)
    return f'; the nearest is "{close[0]}"' if close else ""


def _apply(entry: Entry, rule: Rule) -> list[str]:
    selected = bool(rule)
    root = metadata_of(entry, [])
    root["selected"] = selected
    if "selected" in entry:
        entry["selected"] = selected
    if not selected:
        return []
    for value, in_metadata, in_entry in (
        (rule.get("replicationMethod"), "replication-method", "replication_method"),
        (rule.get("replicationKey"), "replication-key", "replication_key"),
    ):
        if value is not None:
            root[in_metadata] = value
            if in_entry in entry:
                entry[in_entry] = value
    return [
        warning
        for name in _properties(entry)
        for warning in _apply_property(entry, rule, name)
        if warning
    ]


def _apply_property(entry: Entry, rule: Rule, name: str) -> list[Optional[str]]:
    if "include" not in rule and "exclude" not in rule:
        return []
    metadata = metadata_of(entry, ["properties", name])
    wanted = "include" not in rule or any(fits(glob, name) for glob in rule["include"])
    excluded = any(fits(glob, name) for glob in rule.get("exclude", []))
    if metadata.get("inclusion") == "automatic":
        refused = name in rule.get("exclude", [])
        return (
            [f'"{name}" of "{names(entry)[0]}" cannot be excluded: the tap always sends it']
            if refused
            else []
        )
    if metadata.get("inclusion") != "unsupported":
        metadata["selected"] = wanted and not excluded
    return []
