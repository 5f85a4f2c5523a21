"""Splits the selected streams of a catalog into slices, which taps and targets of their own replicate in parallel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from .bookmarks import State, bookmarks, streams_of
from .catalog import Entry, entries, is_selected, metadata_of, names
from .selection import fits

_LONGEST_TABLE = 63
"""Longer names are cut to the same one by some databases."""
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_IN_PROGRESS = "currently_syncing"
"""Keys that begin like this name the stream that a tap was working on."""


class Options(NamedTuple):
    """How a run may be split."""

    slices: int
    """The most slices."""
    aliases: Mapping[str, str]
    """Other names of streams in the destination: stream or glob and table."""
    new_together: bool
    """Whether only one target at a time may create schemas: streams without a bookmark stay together."""
    by_stream: bool
    """Whether the tap is known to keep a state per stream."""


class Slices(NamedTuple):
    """Streams that run in parallel."""

    streams: list[list[str]]
    """The streams of each slice, by the names that they have in the catalog."""
    serial: Optional[str]
    """Why there is only one slice; None if there are more, or only one was possible."""


def plan(
    catalog: Optional[Mapping[str, Any]],
    state: Optional[State],
    sizes: Mapping[str, int],
    options: Options,
) -> Slices:
    """The slices of the streams that `catalog` selects, balanced by `sizes`, the bytes of an earlier run."""
    listed = entries(catalog, "the catalog") if catalog else []
    chosen = [entry for entry in listed if names(entry) and is_selected(entry)]
    together = [names(entry)[0] for entry in chosen]
    why = _serial(bool(catalog), chosen, state, options)
    if why:
        return Slices([together], why)
    groups = _groups(chosen, state, options)
    if len(groups) == 1 and len(chosen) > 1:
        return Slices(
            [together], "all streams have to stay together: " + _reason(chosen, state, options)
        )
    return Slices(_balanced(groups, sizes, options.slices), None)


def _serial(
    has_catalog: bool, chosen: list[Entry], state: Optional[State], options: Options
) -> Optional[str]:
    if not has_catalog:
        return "the tap selects its streams itself; list them in `streams`"
    if not chosen:
        return "the catalog selects no stream, so the tap decides which it sends"
    if not state:
        return (
            None
            if options.by_stream
            else (
                "it is not known yet whether the tap keeps its state per stream; the saved state of this run will show it"
            )
        )
    if bookmarks(state) is None:
        return 'the state of the tap has no "bookmarks" per stream'
    shared = shared_values(state)
    return f"the tap keeps state outside of its streams ({', '.join(shared)})" if shared else None


def shared_values(state: State) -> list[str]:
    """Names of the values in a state that belong to no single stream."""
    return [
        name for name in state.members if name != "bookmarks" and not name.startswith(_IN_PROGRESS)
    ]


def _groups(chosen: list[Entry], state: Optional[State], options: Options) -> list[list[str]]:
    """Streams that have to stay together, in the order of the catalog."""
    marked = set(streams_of(state))
    leaders = list(range(len(chosen)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            leaders[number] = number = leaders[leaders[number]]
        return number

    first: dict[str, int] = {}
    for number, entry in enumerate(chosen):
        for key in _keys(entry, marked, options):
            pair = leader(first.setdefault(key, number)), leader(number)
            leaders[max(pair)] = min(pair)
    found: dict[int, list[str]] = {}
    for number, entry in enumerate(chosen):
        found.setdefault(leader(number), []).append(names(entry)[0])
    return list(found.values())


def _keys(entry: Entry, marked: set[str], options: Options) -> list[str]:
    """Streams that share one of these keys have to stay together."""
    own = names(entry)
    keys = [f"stream {name}" for name in own]
    keys += [f"stream {parent}" for parent in _parents(entry)]
    keys += [f"table {table}" for table in tables(own, options.aliases)]
    if _method(entry) == "LOG_BASED":
        keys.append("log")
    if options.new_together and not marked & set(own):
        keys.append("new")
    return keys


def tables(stream_names: Iterable[str], aliases: Mapping[str, str]) -> set[str]:
    """The tables that a stream may be loaded into, in a form that is equal for names that may be one table.

    Targets name a table after the last part of a stream's name.
    """
    own = list(stream_names)
    renamed = [
        table for stream, table in aliases.items() if any(fits(stream, name) for name in own)
    ]
    parts = [re.split(r"[-.]", name)[-1] for name in own + renamed]
    return {_NOT_IN_NAMES.sub("_", part.lower())[:_LONGEST_TABLE] for part in parts}


def aliases_in(config: Mapping[str, Any]) -> dict[str, str]:
    """The tables that the `stream_maps` of a connector give to streams, by stream or glob."""
    maps = config.get("stream_maps")
    found: dict[str, str] = {}
    for stream, rules in maps.items() if isinstance(maps, dict) else ():
        if not isinstance(rules, dict):
            continue
        alias, source = rules.get("__alias__"), rules.get("__source__")
        if isinstance(source, str):
            found[source] = alias if isinstance(alias, str) else str(stream)
        elif isinstance(alias, str):
            found[str(stream)] = alias
    return found


def _parents(entry: Entry) -> list[str]:
    """The parent streams that a tap names: `parent-tap-stream-id` in the taps of singer-io."""
    root = metadata_of(entry, [])
    found = [value for key, value in root.items() if str(key).startswith("parent")]
    listed = [each for value in found for each in (value if isinstance(value, list) else [value])]
    return [each for each in listed if isinstance(each, str)]


def _method(entry: Entry) -> Any:
    root = metadata_of(entry, [])
    return (
        root.get("forced-replication-method")
        or root.get("replication-method")
        or entry.get("replication_method")
    )


def _reason(chosen: list[Entry], state: Optional[State], options: Options) -> str:
    if all(_method(entry) == "LOG_BASED" for entry in chosen):
        return "they are LOG_BASED and share a replication slot"
    if options.new_together and not any(
        set(names(entry)) & set(streams_of(state)) for entry in chosen
    ):
        return "in the first run only one target creates schemas and tables"
    return "they are parents and children, or are loaded into one table"


def _balanced(groups: list[list[str]], sizes: Mapping[str, int], slices: int) -> list[list[str]]:
    """The largest groups first, each to the slice with the least data so far."""
    known = [size for size in sizes.values() if size > 0]
    usual = max(1, sum(known) // len(known)) if known else 1
    weights = [sum(max(1, sizes.get(name, usual)) for name in group) for group in groups]
    found: list[list[int]] = [[] for _ in range(min(slices, len(groups)))]
    filled = [0] * len(found)
    for number in sorted(range(len(groups)), key=lambda each: -weights[each]):
        place = filled.index(min(filled))
        found[place].append(number)
        filled[place] += weights[number]
    return [[name for number in sorted(each) for name in groups[number]] for each in found]


def catalog_of(catalog: Mapping[str, Any], streams: Iterable[str]) -> dict[str, Any]:
    """The catalog of a slice: the other streams are not selected."""
    own = set(streams)
    return {
        **catalog,
        "streams": [
            entry if own & set(names(entry)) else _deselected(entry)
            for entry in entries(catalog, "the catalog")
        ],
    }


def _deselected(entry: Entry) -> Entry:
    items = [
        {**item, "metadata": {**(item.get("metadata") or {}), "selected": False}}
        if isinstance(item, dict) and not item.get("breadcrumb")
        else item
        for item in entry.get("metadata") or []
    ]
    if not any(isinstance(item, dict) and not item.get("breadcrumb") for item in items):
        items.append({"breadcrumb": [], "metadata": {"selected": False}})
    return {**entry, "metadata": items, **({"selected": False} if "selected" in entry else {})}
