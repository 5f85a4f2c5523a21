"""What a run reads: the selected streams of the catalog, as the database has them now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.settings import Config
from tapctl_bulk.tap_postgres.catalog import Selected, schema_of
from tapctl_bulk.tap_postgres.log_based.columns import PROPERTIES
from tapctl_bulk.tap_postgres.relations import DatabaseType, Relation, Relations
from tapctl_bulk.tap_postgres.settings import METHODS
from tapctl_bulk.tap_postgres.stream import Stream, StreamColumn
from tapctl_bulk.tap_postgres.values import ValueOptions, represent

UNFIT = ("array", "object", "boolean")
"""JSON types of columns that cannot be a replication key."""


def value_options(config: Config) -> ValueOptions:
    """Return the settings that change how values are sent."""
    return ValueOptions(
        config["dates_as_string"] is True,
        config["json_as_object"] is True,
        config["use_singer_decimal"] is True,
    )


def check_methods(selected: list[Selected]) -> None:
    """Check the replication methods before anything is read.

    Raises:
        ConnectorError: A method is not supported, or has no replication key.
    """
    for item in selected:
        if item.method not in METHODS:
            raise ConnectorError(
                f'stream "{item.stream}": unknown replication method {item.method}',
                f"Use {', '.join(METHODS)}",
            )
        if item.method == "INCREMENTAL" and not item.replication_key:
            raise ConnectorError(
                f'stream "{item.stream}": INCREMENTAL needs a replication key',
                "Set replication-key in the catalog, or use FULL_TABLE",
            )


def plan_stream(selected: Selected, found: Relations, config: Config) -> Stream:
    """Return a stream of a run.

    Raises:
        ConnectorError: The table or one of its selected columns does not exist.
    """
    relation = _relation(selected, found)
    options = value_options(config)
    names = {column.name for column in relation.columns}
    if missing := sorted(selected.known - selected.excluded - names):
        raise ConnectorError(
            f'stream "{selected.stream}": column "{missing[0]}" no longer exists',
            "Run discovery again",
        )
    # These columns of the table would hide those of the log.
    added = set(PROPERTIES) if selected.method == "LOG_BASED" else set()
    columns = tuple(
        StreamColumn(column, represent(column, found.types, options))
        for column in relation.columns
        if column.name in selected.known - selected.excluded - added
    )
    given = _options(config, selected.stream)
    return Stream(
        name=selected.stream,
        relation=relation,
        columns=columns,
        key=selected.key,
        replication_key=_replication_key(selected, columns, found.types),
        conditions=_conditions(selected.stream, given),
        lookback=cast(int, given.get("lookback", config["lookback"])),
        limit=cast("int | None", config["max_record_count"]),
        schema=_schema(relation, found.types, options, selected),
        is_log_based=selected.method == "LOG_BASED",
    )


def _relation(selected: Selected, found: Relations) -> Relation:
    for relation in found.relations:
        if (relation.schema, relation.name) == (selected.schema, selected.table):
            return relation
    raise ConnectorError(
        f'stream "{selected.stream}": table "{selected.schema}"."{selected.table}" does not exist',
        "Run discovery again, or remove the stream",
    )


def _replication_key(
    selected: Selected, columns: tuple[StreamColumn, ...], types: Mapping[int, DatabaseType]
) -> StreamColumn | None:
    if selected.method != "INCREMENTAL":
        return None
    for item in columns:
        if item.column.name == selected.replication_key:
            kinds = item.representation.types
            if any(kind in UNFIT for kind in kinds) or types[item.column.type].name == "bytea":
                raise ConnectorError(
                    f'stream "{selected.stream}": column "{item.column.name}" of type {item.column.type_name} cannot be a replication key',
                    "Use a number, date, timestamp or text column",
                )
            return item
    raise ConnectorError(
        f'stream "{selected.stream}": replication key "{selected.replication_key}" is not a column of the table',
        "Correct the replication key, or run discovery again",
    )


def _schema(
    relation: Relation,
    types: Mapping[int, DatabaseType],
    options: ValueOptions,
    selected: Selected,
) -> dict[str, Json]:
    schema = schema_of(relation, types, options, selected.key)
    properties = cast("dict[str, Json]", schema["properties"])
    kept = selected.known - selected.excluded
    added = PROPERTIES if selected.method == "LOG_BASED" else {}
    return {
        **schema,
        "properties": {
            **{name: value for name, value in properties.items() if name in kept},
            **added,
        },
    }


def _options(config: Config, stream: str) -> dict[str, Json]:
    options = config["stream_options"]
    given = options.get(stream, {}) if isinstance(options, dict) else {}
    if not isinstance(given, dict):
        raise ConnectorError(
            f'stream_options of "{stream}" is not an object', "Change it in the configuration"
        )
    unknown = sorted(set(given) - {"custom_where_clauses", "where", "lookback"})
    if unknown:
        raise ConnectorError(
            f'stream_options of "{stream}": unknown option "{unknown[0]}"',
            "Options are custom_where_clauses, where and lookback",
        )
    return given


def _conditions(stream: str, given: dict[str, Json]) -> tuple[str, ...]:
    clauses = given.get("custom_where_clauses") or []
    where = given.get("where")
    conditions = [*clauses, *([where] if where else [])] if isinstance(clauses, list) else [clauses]
    if not all(isinstance(condition, str) for condition in conditions):
        raise ConnectorError(
            f'stream_options of "{stream}": conditions must be text',
            "Change it in the configuration",
        )
    return tuple(str(condition) for condition in conditions if condition)
