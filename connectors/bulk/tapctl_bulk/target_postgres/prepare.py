"""Making a table ready for a stream."""

from __future__ import annotations

from tapctl_bulk.libpq import Connection
from tapctl_bulk.target_postgres.columns import Column
from tapctl_bulk.target_postgres.names import TableName, fitting, quoted
from tapctl_bulk.target_postgres.scd2 import index_statement
from tapctl_bulk.target_postgres.stage import Stage
from tapctl_bulk.target_postgres.table import (
    Existing,
    adapt_table,
    check_key,
    create_schema,
    create_table,
    existing,
    lock,
)
from tapctl_bulk.target_postgres.types import TIMESTAMP
from tapctl_bulk.target_postgres.wanted import DELETED_AT, Wanted


def prepare(
    connection: Connection, wanted: Wanted, table: TableName, stage_name: str
) -> tuple[Stage, bool]:
    """Create or adapt a table, and create its staging table.

    Returns:
        The staging table, and whether the table is new.
    """
    lock(connection, f"table {table}")
    create_schema(connection, table.schema)
    goal = new_table(table) if wanted.mode == "replace" else table
    found = existing(connection, goal)
    if found is None:
        create_table(connection, goal, wanted)
    else:
        if wanted.mode != "append":
            check_key(goal, found, wanted.keys)
        adapt_table(connection, goal, found, wanted)
    now = existing(connection, goal)
    assert now is not None
    unique = frozenset(wanted.keys) in now.unique
    stage = Stage(f"pg_temp.{quoted(stage_name)}", goal, wanted, _columns(wanted, now), unique)
    if found is None and wanted.mode == "scd2":
        connection.execute(index_statement(stage))
    connection.execute(stage.create())
    return stage, found is None


def new_table(table: TableName) -> TableName:
    """The table that takes the place of another."""
    return TableName(table.schema, fitting(f"_tapctl_new_{table.table}"))


def _columns(wanted: Wanted, table: Existing) -> tuple[Column, ...]:
    return tuple(
        Column(name, described.name, table.columns.get(name, TIMESTAMP))
        for name, described in wanted.properties.items()
        if name not in table.generated and (name in table.columns or name == DELETED_AT)
    )
