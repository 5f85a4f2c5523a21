"""Applies selection rules to a discovered catalog."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from .catalog import Entry, entries, metadata_of, names
from .codes import USAGE, RunnerError
from .columns import keys_of, paths_of, select_columns

METHODS = ("FULL_TABLE", "INCREMENTAL", "LOG_BASED")
_LISTS = ("include", "exclude", "columns", "primaryKeys")
_FIELDS = ("stream", "replicationMethod", "replicationKey", *_LISTS, "ignore")
_MOST_NAMED = 5

Rule = dict[str, Any]


def select(catalog: dict[str, Any], rules: list[Any]) -> list[str]:
    """Changes `catalog` so that only what `rules` match is selected.

    A rule is {"stream": name or glob with *, "replicationMethod"?, "replicationKey"?, "include"?: property globs,
    "exclude"?: property globs, "columns"?: property globs in order, ! before those to exclude, "primaryKeys"?,
    "ignore"?: true}. All rules that match a stream apply; later rules take precedence, and the last one decides
    whether the stream is ignored. Returns warnings; exit 2 for a rule that matches nothing.
    """
    checked = [check_rule(rule, place) for place, rule in enumerate(rules)]
    streams = entries(catalog, "what the tap discovered")
    places = _Places(streams)
    of_stream: list[list[Rule]] = [[] for _ in streams]
    warnings = []
    for place, rule in enumerate(checked):
        matched = places.matching(rule["stream"])
        for index in matched:
            of_stream[index].append(rule)
        if matched:
            _check_properties(rule, place, [streams[index] for index in matched])
            continue
        known = [name for entry in streams for name in names(entry)]
        text = f'selection {place}: no stream matches "{rule["stream"]}"' + _nearest(
            rule["stream"], known
        )
        if not rule.get("ignore"):
            raise RunnerError(USAGE, text)
        warnings.append(text)
    merged = [(entry, _merged(matching)) for entry, matching in zip(streams, of_stream)]
    _check_forced(merged)
    for entry, rule in merged:
        warnings.extend(_apply(entry, rule))
    return warnings + _same_but_for_case([entry for entry, rule in merged if rule])


def check_rule(rule: Any, place: int) -> Rule:
    """The rule, if it is one; exit 2 otherwise."""

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
    for field in _LISTS:
        globs = rule.get(field, [])
        if not isinstance(globs, list) or not all(isinstance(glob, str) for glob in globs):
            raise wrong(f'"{field}" must be a list of property names')
    if not isinstance(rule.get("ignore", False), bool):
        raise wrong('"ignore" must be true or false')
    return rule


def fits(glob: str, name: str) -> bool:
    """Whether `name` matches a pattern in which * stands for any text."""
    return glob == name if "*" not in glob else _pattern(glob).fullmatch(name) is not None


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))), re.S)


class _Places:
    """Finds streams by name: thousands of rules may name one each."""

    def __init__(self, streams: list[Entry]) -> None:
        self._by_name: dict[str, list[int]] = {}
        for index, entry in enumerate(streams):
            for name in names(entry):
                self._by_name.setdefault(name, []).append(index)

    def matching(self, glob: str) -> list[int]:
        if "*" not in glob:
            return self._by_name.get(glob, [])
        found = (places for name, places in self._by_name.items() if fits(glob, name))
        return sorted({index for places in found for index in places})


def _merged(rules: list[Rule]) -> Rule:
    """What the rules that match a stream say about it; nothing if it is not selected."""
    merged: Rule = {}
    ignored = False
    for rule in rules:
        merged.update(rule)
        ignored = bool(rule.get("ignore"))
    return {} if ignored else merged


def _check_properties(rule: Rule, place: int, matched: list[Entry]) -> None:
    given = [(field, glob) for field in _LISTS for glob in rule.get(field, [])]
    if not given and "replicationKey" not in rule:
        return
    known = sorted({path for entry in matched for path in paths_of(entry)})
    if known and "replicationKey" in rule:
        valid = [key for entry in matched for key in _valid_keys(entry)]
        if rule["replicationKey"] not in valid:
            given.append(("replicationKey", rule["replicationKey"]))
    for field, glob in given:
        wanted = glob[1:] if field == "columns" and glob.startswith("!") else glob
        if not any(fits(wanted, path) for path in known):
            raise RunnerError(
                USAGE,
                f'selection {place} ("{rule["stream"]}"): no property matches '
                f'"{wanted}" in "{field}"' + _nearest(wanted, known),
            )


def _valid_keys(entry: Entry) -> list[str]:
    """Replication keys that need not be properties."""
    valid = metadata_of(entry, []).get("valid-replication-keys")
    return valid if isinstance(valid, list) else []


def _nearest(wanted: str, known: list[str]) -> str:
    if not known:
        return "; the list is empty"
    import difflib

    close = difflib.get_close_matches(wanted.replace("*", ""), known, 1, 0)
    return f'; the nearest is "{close[0]}"' if close else ""


def _check_forced(merged: list[tuple[Entry, Rule]]) -> None:
    """The Singer specification does not let a catalog change a forced method."""
    refused = []
    for entry, rule in merged:
        wanted, forced = rule.get("replicationMethod"), forced_method(entry)
        if wanted is not None and forced not in (None, wanted):
            refused.append(f'"{names(entry)[0]}" ({forced}, not {wanted})')
    if refused:
        more = len(refused) - _MOST_NAMED
        raise RunnerError(
            USAGE,
            "selection: the tap forces the replication method of "
            + ", ".join(refused[:_MOST_NAMED])
            + (f" and {more} more" if more > 0 else "")
            + "; give these streams that method",
        )


def forced_method(entry: Entry) -> Any:
    """The only replication method that a tap has for a stream; None if it can be chosen."""
    forced = metadata_of(entry, []).get("forced-replication-method") or None
    # Some taps give {"replication-method": ...}.
    return forced.get("replication-method") if isinstance(forced, dict) else forced


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
    if "primaryKeys" in rule:
        _override_keys(entry, root, rule["primaryKeys"])
    kept = {*keys_of(entry), *([rule["replicationKey"]] if "replicationKey" in rule else [])}
    return select_columns(entry, rule, kept, fits)


def _override_keys(entry: Entry, root: dict[str, Any], keys: list[str]) -> None:
    """Taps read the keys of a stream at any of these places."""
    root["table-key-properties"] = keys
    if "view-key-properties" in root or root.get("is-view") is True:
        root["view-key-properties"] = keys
    entry["key_properties"] = keys


def _same_but_for_case(selected: list[Entry]) -> list[str]:
    seen: dict[str, str] = {}
    warnings = []
    for entry in selected:
        name = entry.get("stream", entry.get("tap_stream_id"))
        if not isinstance(name, str):
            continue
        other = seen.setdefault(name.lower(), name)
        if other != name:
            warnings.append(
                f'the streams "{other}" and "{name}" differ only in case: a target that ignores it would load both into one table'
            )
    return warnings
