"""What a Singer catalog says about its streams."""

from __future__ import annotations

import os
from typing import Any, Optional

from .codes import USAGE, RunnerError
from .files import read_json

Entry = dict[str, Any]
FULL_TABLE = "FULL_TABLE"


def read_catalog(path: Optional[str]) -> Any:
    """The catalog that the tap used; None if there is none."""
    return read_json(path, "catalog", constants=True) if path and os.path.exists(path) else None


def entries(catalog: Any, where: str) -> list[Entry]:
    """The streams of a catalog; exit 2 if it is not a catalog."""
    streams = catalog.get("streams") if isinstance(catalog, dict) else None
    if not isinstance(streams, list) or not all(isinstance(entry, dict) for entry in streams):
        raise RunnerError(USAGE, f'{where} is not a Singer catalog: it has no "streams" list')
    return streams


def names(entry: Entry) -> list[str]:
    """The names by which rules and messages refer to a stream."""
    both = [entry.get("tap_stream_id"), entry.get("stream")]
    return [
        name
        for place, name in enumerate(both)
        if isinstance(name, str) and name not in both[:place]
    ]


def metadata_of(entry: Entry, breadcrumb: list[str]) -> dict[str, Any]:
    """The metadata at `breadcrumb`, created if it does not exist."""
    listed = entry.setdefault("metadata", [])
    created: dict[str, Any] = {}
    for item in listed:
        if isinstance(item, dict) and list(item.get("breadcrumb") or []) == breadcrumb:
            existing: dict[str, Any] = item.setdefault("metadata", created)
            return existing
    listed.append({"breadcrumb": breadcrumb, "metadata": created})
    return created


def full_table_streams(catalog: Any) -> frozenset[str]:
    """Names of streams whose replication method is FULL_TABLE (forced, selected, or the stream's default)."""
    return frozenset(
        name
        for entry in entries(catalog, "the catalog")
        if method_of(entry) == FULL_TABLE
        for name in names(entry)
    )


def method_of(entry: Entry) -> Optional[str]:
    """The replication method of a stream: forced, selected, or its default; None if the catalog sets none."""
    root = metadata_of(entry, [])
    method = (
        root.get("forced-replication-method")
        or root.get("replication-method")
        or entry.get("replication_method")
    )
    # Some taps give the forced method as {"replication-method": ...}.
    if isinstance(method, dict):
        method = method.get("replication-method")
    return method if isinstance(method, str) else None


def selected_streams(catalog: Any) -> Optional[frozenset[str]]:
    """Names of the streams that a catalog selects; None if it selects none explicitly, and the tap decides."""
    listed = entries(catalog, "the catalog")
    return (
        frozenset(name for entry in listed if is_selected(entry) for name in names(entry)) or None
    )


def is_selected(entry: Entry) -> bool:
    """Whether a catalog selects a stream."""
    root = metadata_of(entry, [])
    chosen = [root.get("selected"), entry.get("selected"), root.get("selected-by-default")]
    return (
        next((each for each in chosen if each is not None), root.get("inclusion") == "automatic")
        is True
    )
