"""Tables: their names, and making them fit the schema of a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.rows import INTEGERS, quoted
from tapctl_bulk.target_duckdb.database import Connection


@dataclass(frozen=True)
class Table:
    """Name of a table."""

    catalog: str
    schema: str
    name: str

    @property
    def sql(self) -> str:
        """The name in SQL."""
        return ".".join(quoted(one) for one in (self.catalog, self.schema, self.name))

    def beside(self, suffix: str) -> Table:
        """Return a table of the same schema."""
        return Table(self.catalog, self.schema, self.name + suffix)


def table_of(stream: str, catalog: str, config: Config) -> Table:
    """Return the table of a stream, named as the published target-duckdb 0.8.0 names it.

    Raises:
        ConnectorError: There is no schema for it.
    """
    parts = stream.split("-")
    # `schema-table`, or `catalog-schema-table`.
    source_schema = parts[0] if len(parts) == 2 else parts[1] if len(parts) > 2 else None
    name = "_".join(parts[min(len(parts) - 1, 2) :])
    mapping = config["schema_mapping"]
    mapped = mapping.get(source_schema or "") if isinstance(mapping, dict) else None
    chosen = mapped.get("target_schema") if isinstance(mapped, dict) else None
    schema = chosen if isinstance(chosen, str) else text(config, "default_target_schema").strip()
    if not schema:
        raise ConnectorError(
            f'stream "{stream}" has no schema',
            'Set "default_target_schema", or add it to "schema_mapping"',
        )
    return Table(catalog, schema, name.replace(".", "_").lower())


def types_of(connection: Connection, table: Table) -> dict[str, str]:
    """Return the types of a table's columns by name; nothing if it does not exist."""
    columns = "SELECT column_name, data_type FROM duckdb_columns()"
    return dict(_described(connection, columns, table, "ORDER BY column_index"))


def has_index(connection: Connection, table: Table) -> bool:
    """Whether a table has an index, such as that of a key constraint."""
    return bool(
        _described(connection, "SELECT 1 FROM duckdb_tables()", table, "AND index_count > 0")
    )


def _described(connection: Connection, query: str, table: Table, rest: str) -> list[Any]:
    """The rows of one of DuckDB's functions that are about a table."""
    return connection.execute(
        f"{query} WHERE lower(database_name) = lower(?) "
        f"AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?) {rest}",
        [table.catalog, table.schema, table.name],
    ).fetchall()


def create(connection: Connection, table: Table, types: Mapping[str, str]) -> None:
    """Create a table. It has no key constraint: an index would have to fit into memory."""
    clauses = ", ".join(f"{quoted(name)} {type_}" for name, type_ in types.items())
    connection.execute(
        f"CREATE SCHEMA IF NOT EXISTS {quoted(table.catalog)}.{quoted(table.schema)}"
    )
    connection.execute(f"CREATE TABLE {table.sql} ({clauses})")


def fit(
    connection: Connection, table: Table, found: Mapping[str, str], wanted: Mapping[str, str]
) -> dict[str, str]:
    """Add columns to a table and widen columns whose values would no longer fit.

    Returns:
        The types of the wanted columns as the table has them: others are not changed, but values
        are converted, and a value that does not fit fails.
    """
    names = {name.lower(): name for name in found}
    types: dict[str, str] = {}
    for name, type_ in wanted.items():
        old = found.get(names.get(name.lower(), ""))
        if old is None:
            connection.execute(f"ALTER TABLE {table.sql} ADD COLUMN {quoted(name)} {type_}")
        elif _is_wider(type_, old):
            connection.execute(f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(name)} TYPE {type_}")
        types[name] = type_ if old is None or _is_wider(type_, old) else old
    return types


def _is_wider(new: str, old: str) -> bool:
    if new in INTEGERS and old in INTEGERS:
        return INTEGERS.index(new) > INTEGERS.index(old)
    return new in ("VARCHAR", "JSON") and old not in ("VARCHAR", "JSON")
