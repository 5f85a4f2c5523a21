"""What the steps of a run leave in their results for its lineage."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Optional

from .catalog import entries, is_selected
from .connector import Connector
from .datasets import FILES_OF_RUN, columns_of, place_of
from .lossless import loads
from .session import Session

_MOST_COLUMNS = 10_000
"""Of all streams: a result is read into memory by several steps."""


def source(session: Session, tap: Connector, config: Mapping[str, Any]) -> None:
    """The place that a tap reads."""
    if _wanted():
        _keep(session, "source", place_of(tap.name, config))


def replicated(session: Session, catalog: Optional[dict[str, Any]]) -> None:
    """The columns of the streams that a tap replicates."""
    if not _wanted() or not catalog:
        return
    listed = entries(catalog, "the catalog")
    schemas = {_name(each): each.get("schema") for each in listed if is_selected(each)}
    _keep(session, "columns", _columns(schemas))


def described(session: Session, messages: Mapping[str, bytes]) -> None:
    """The columns of streams as the target gets them, from the last SCHEMA message of each."""
    if not _wanted() or not messages:
        return
    schemas = {stream: _schema_in(text) for stream, text in messages.items()}
    known = session.result.get("lineage", {}).get("columns", {})
    _keep(session, "columns", {**known, **_columns(schemas)})


def _schema_in(text: bytes) -> Any:
    try:
        return loads(text).get("schema")
    except (ValueError, AttributeError, RecursionError):
        return None


def destination(session: Session, target: Connector, config: Mapping[str, Any]) -> None:
    """The place that a target writes."""
    if not _wanted():
        return
    folder, in_pod = session.output_folder, bool(session.args.outcome)
    if folder and folder == session.args.output_directory:
        # Argo stores the files in one archive.
        name = "output.tar.gz" if in_pod else "output"
        _keep(session, "destination", {"namespace": FILES_OF_RUN, "name": f"{name}/{{stream}}"})
    else:
        # A folder in a pod means nothing outside of it.
        outside = None if in_pod and folder and "://" not in folder else folder
        _keep(session, "destination", place_of(target.name, config, outside))


def combined(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The facts of several results, such as those of slices."""
    found: dict[str, Any] = {}
    for facts in (result.get("lineage", {}) for result in results):
        columns = {**found.get("columns", {}), **facts.get("columns", {})}
        found.update(facts, **({"columns": columns} if columns else {}))
    return found


def _wanted() -> bool:
    return bool(os.environ.get("TAPCTL_LINEAGE") or os.environ.get("OPENLINEAGE_URL"))


def _keep(session: Session, name: str, value: Any) -> None:
    if value:
        session.result.setdefault("lineage", {})[name] = value


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("stream") or entry.get("tap_stream_id"))


def _columns(schemas: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    left = _MOST_COLUMNS
    for stream, schema in schemas.items():
        columns = columns_of(schema)
        left -= len(columns)
        if left < 0:
            break
        found[stream] = columns
    return found
