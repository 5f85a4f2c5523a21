"""Tables: what exists, creating it, and following changes of a stream's schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.libpq import Connection
from tapctl_bulk.target_postgres.names import TableName, literal, quoted
from tapctl_bulk.target_postgres.types import JSONS, base, changed_type
from tapctl_bulk.target_postgres.wanted import Wanted

COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> ''
from pg_attribute a
where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""
UNIQUE_KEYS = """
select i.indisprimary, (
    select json_agg(a.attname) from pg_attribute a
    where a.attrelid = i.indrelid and a.attnum = any(i.indkey::int[])
)
from pg_index i
where i.indrelid = to_regclass($1) and i.indisunique and i.indisvalid and i.indimmediate
    and i.indpred is null and i.indexprs is null
"""


class Existing(NamedTuple):
    """A table of the database: types by column, and sets of columns that are unique."""

    columns: dict[str, str]
    generated: frozenset[str]
    primary_key: frozenset[str]
    unique: tuple[frozenset[str], ...]


def existing(connection: Connection, name: TableName) -> Existing | None:
    """Return a table as the database has it, or None."""
    columns = connection.execute(COLUMNS, [name.sql]).fetchall()
    if not columns:
        return None
    keys = connection.execute(UNIQUE_KEYS, [name.sql]).fetchall()
    primary = [frozenset(one) for is_primary, one in keys if is_primary]
    return Existing(
        {one: type_name for one, type_name, _ in columns},
        frozenset(one for one, _, is_generated in columns if is_generated),
        primary[0] if primary else frozenset(),
        tuple(frozenset(one) for _, one in keys),
    )


def create_schema(connection: Connection, schema: str) -> None:
    """Create a schema unless it exists. CREATE SCHEMA IF NOT EXISTS requires a privilege that is
    not needed for one that exists, and fails if two sessions run it."""
    query = "select 1 from pg_namespace where nspname = $1"
    if connection.execute(query, [schema]).fetchone():
        return
    lock(connection, f"schema {schema}")
    if not connection.execute(query, [schema]).fetchone():
        connection.execute(f"create schema {quoted(schema)}")


def create_table(connection: Connection, name: TableName, wanted: Wanted) -> None:
    """Create a table. The primary key is the stream's key in the order of the columns, as
    SQLAlchemy creates it."""
    parts = [f"{quoted(one)} {type_name}" for one, type_name in wanted.types.items()]
    keys = [quoted(one) for one in wanted.types if one in wanted.primary_key]
    if keys:
        parts.append(f"primary key ({', '.join(keys)})")
    connection.execute(f"create table {name.sql} ({', '.join(parts)})")


def adapt_table(connection: Connection, name: TableName, found: Existing, wanted: Wanted) -> None:
    """Add columns that are new, and change the types of columns that cannot hold the new schema."""
    changes: list[str] = []
    for column, type_name in wanted.types.items():
        current = found.columns.get(column)
        if current is None:
            changes.append(f"add column {quoted(column)} {type_name}")
            continue
        described = wanted.properties.get(column)
        wider = changed_type(current, described, type_name) if described else None
        if wider:
            log(f'column "{column}" of table {name} changes from {current} to {wider}')
            changes.append(
                f"alter column {quoted(column)} type {wider} using {_converted(column, current, wider)}"
            )
    if changes:
        connection.execute(f"alter table {name.sql} {', '.join(changes)}")


def check_key(name: TableName, found: Existing, keys: Sequence[str]) -> None:
    """Refuse a stream whose key is not the primary key of its table.

    Raises:
        ConnectorError: The keys differ.
    """
    if not keys or not found.primary_key or found.primary_key == frozenset(keys):
        return
    raise ConnectorError(
        f"the key of the stream is {_list(keys)}, but the primary key of table {name} is {_list(sorted(found.primary_key))}",
        "Drop the table or change its primary key, then run with --full-refresh",
    )


def lock(connection: Connection, subject: str) -> None:
    """Wait until no other run of this target changes a table, to the end of the transaction."""
    connection.execute(f"select pg_advisory_xact_lock({_lock_key(subject)})")


def try_lock(connection: Connection, subject: str) -> bool:
    """Do the same without waiting. Returns whether it is locked now."""
    row = connection.execute(f"select pg_try_advisory_xact_lock({_lock_key(subject)})").fetchone()
    return row == (True,)


def _lock_key(subject: str) -> str:
    return f"hashtextextended({literal('tapctl ' + subject)}, 0)"


def _converted(column: str, current: str, wider: str) -> str:
    value = quoted(column)
    if wider in JSONS and base(current) not in JSONS:
        return f"to_jsonb({value})"
    return f"{value}::{wider}"


def _list(names: Sequence[str]) -> str:
    return ", ".join(f'"{one}"' for one in names)
