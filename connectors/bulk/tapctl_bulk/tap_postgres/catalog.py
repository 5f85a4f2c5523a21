"""The Singer catalog: what `--discover` prints, and what a run reads of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.tap_postgres.relations import DatabaseType, Relation, Relations
from tapctl_bulk.tap_postgres.values import ValueOptions, represent

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


class Selected(NamedTuple):
    """A selected stream of a catalog."""

    stream: str
    schema: str
    table: str
    method: str
    replication_key: str
    key: tuple[str, ...]
    excluded: frozenset[str]
    """Columns that are not selected."""
    known: frozenset[str]
    """Columns that the catalog lists; a later one of the table is not sent."""


def catalog_of(found: Relations, method: str, options: ValueOptions) -> dict[str, Json]:
    """Return the catalog of relations."""
    return {"streams": [_entry(item, found.types, method, options) for item in found.relations]}


def schema_of(
    relation: Relation, types: Mapping[int, DatabaseType], options: ValueOptions, key: Sequence[str]
) -> dict[str, Json]:
    """Return the JSON schema of a relation."""
    properties: dict[str, Json] = {}
    for column in relation.columns:
        schema = represent(column, types, options).schema(not column.not_null)
        description: dict[str, Json] = {"description": column.comment} if column.comment else {}
        properties[column.name] = {**schema, **description}
    required: dict[str, Json] = {"required": [*key]} if key else {}
    return {"type": "object", "properties": properties, **required, "$schema": JSON_SCHEMA}


def selected_streams(catalog: dict[str, Json], default_method: str) -> list[Selected]:
    """Return the selected streams of a catalog, in its order.

    Raises:
        ConnectorError: It is not a catalog of this tap.
    """
    streams = catalog.get("streams")
    if not isinstance(streams, list):
        raise ConnectorError('the catalog has no list "streams"', "Run discovery again")
    found = [_selected(entry, default_method) for entry in streams if isinstance(entry, dict)]
    return [item for item in found if item is not None]


def _entry(
    relation: Relation, types: Mapping[int, DatabaseType], method: str, options: ValueOptions
) -> Json:
    root: dict[str, Json] = {
        "inclusion": "available",
        "table-key-properties": [*relation.key],
        "schema-name": relation.schema,
    }
    if relation.is_view:
        root["is-view"] = True
    columns: list[Json] = [
        {
            "breadcrumb": ["properties", column.name],
            "metadata": {"inclusion": "automatic" if column.name in relation.key else "available"},
        }
        for column in relation.columns
    ]
    return {
        "tap_stream_id": relation.stream,
        "stream": relation.stream,
        "table_name": relation.name,
        "replication_method": method,
        "key_properties": [*relation.key],
        "is_view": relation.is_view,
        "schema": schema_of(relation, types, options, relation.key),
        "metadata": [*columns, {"breadcrumb": [], "metadata": root}],
    }


def _selected(entry: dict[str, Json], default_method: str) -> Selected | None:
    metadata = _metadata(entry)
    root = metadata.get((), {})
    if not _first(root.get("selected"), entry.get("selected"), root.get("selected-by-default")):
        return None
    stream = str(entry.get("tap_stream_id") or entry.get("stream") or "")
    schema, table = root.get("schema-name"), entry.get("table_name")
    if not isinstance(schema, str) or not isinstance(table, str):
        raise ConnectorError(
            f'stream "{stream}" has no table_name or schema-name in the catalog',
            "Run discovery again",
        )
    key = _first(
        entry.get("key_properties"),
        root.get("view-key-properties"),
        root.get("table-key-properties"),
    )
    names = [item for item in key if isinstance(item, str)] if isinstance(key, list) else []
    replication_key = str(root.get("replication-key") or entry.get("replication_key") or "")
    method = root.get("replication-method") or entry.get("replication_method") or default_method
    columns = entry.get("schema")
    properties = columns.get("properties") if isinstance(columns, dict) else None
    known = frozenset(properties) if isinstance(properties, dict) else frozenset()
    needed = {*names, replication_key}
    excluded = frozenset(
        name for name in known - needed if not _is_selected(metadata.get(("properties", name), {}))
    )
    return Selected(
        stream, schema, table, str(method), replication_key, tuple(names), excluded, known
    )


def _is_selected(metadata: Mapping[str, Json]) -> bool:
    if metadata.get("inclusion") == "automatic":
        return True
    if metadata.get("inclusion") == "unsupported":
        return False
    return bool(_first(metadata.get("selected"), metadata.get("selected-by-default"), True))


def _metadata(entry: dict[str, Json]) -> dict[tuple[str, ...], dict[str, Json]]:
    listed = entry.get("metadata")
    found: dict[tuple[str, ...], dict[str, Json]] = {}
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict):
            breadcrumb, values = item.get("breadcrumb"), item.get("metadata")
            if isinstance(breadcrumb, list) and isinstance(values, dict):
                found[tuple(str(part) for part in breadcrumb)] = values
    return found


def _first(*values: Json) -> Json:
    return next((value for value in values if value is not None), None)
