"""Loading the batch of a stream within the transaction of a flush."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tapctl_bulk.duckdb_engine.memory import Memory
from tapctl_bulk.duckdb_engine.rows import expression, literal, quoted, select_list, source, utc
from tapctl_bulk.target_duckdb.database import Connection
from tapctl_bulk.target_duckdb.filling import different_counts, remove_replaced
from tapctl_bulk.target_duckdb.scd2 import add_versions
from tapctl_bulk.target_duckdb.stream import (
    BATCHED_AT,
    DELETED_AT,
    EXTRACTED_AT,
    VALID_TO,
    VERSION,
    Stream,
)
from tapctl_bulk.target_duckdb.table import create, fit, types_of

STAGE = "_tapctl_stage"


def load(memory: Memory, stream: Stream, now: str) -> None:
    """Load the records of a stream and activate its version.

    Raises:
        ConnectorError: DuckDB reports another number of rows than were read, or a key is missing.
        duckdb.Error: A value does not fit its column.
    """
    connection = memory.connection
    types = _sync(connection, stream)
    if stream.spool.rows:
        with memory.reading(stream.spool):
            _load_rows(connection, stream, types, now)
        if stream.hard_delete:
            connection.execute(f"DELETE FROM {stream.target.sql} WHERE {DELETED_AT} IS NOT NULL")
    if stream.version is not None:
        with memory.more(stream.filling.mib):
            complete(connection, stream)
        _activate(connection, stream, stream.version, now)


def complete(connection: Connection, stream: Stream) -> None:
    """Prepare a stream for the end of the transaction."""
    stream.filling.complete(connection, stream.name, stream.target.sql, stream.keys)


def _load_rows(connection: Connection, stream: Stream, types: Mapping[str, str], now: str) -> None:
    values, table = _values(stream, types, now), stream.target.sql
    if not stream.has_unique_rows:
        _insert(connection, stream, types, values)
    elif stream.filling.is_possible(connection, stream.target, types):
        stream.filling.insert(connection, table, lambda: _insert(connection, stream, types, values))
    else:
        _load_by_key(connection, stream, types, values, now)


def _sync(connection: Connection, stream: Stream) -> dict[str, str]:
    found = types_of(connection, stream.target)
    if stream.mode == "replace" and not stream.is_synced and found:
        # Left by a run that was killed.
        connection.execute(f"DROP TABLE {stream.target.sql}")
        found = {}
    if found:
        return fit(connection, stream.target, found, stream.types)
    create(connection, stream.target, stream.types)
    return stream.types


def _values(stream: Stream, types: Mapping[str, str], now: str) -> str:
    values = [select_list(stream.columns, types, stream.spool.as_text)]
    if stream.has_metadata:
        extracted = f"{utc('time_extracted')} AS {EXTRACTED_AT}"
        batched = f"TIMESTAMP {literal(now)} AS {BATCHED_AT}"
        deletion = stream.deletion and expression(stream.deletion, "VARCHAR", stream.spool.as_text)
        values += [extracted, batched, f"{deletion or 'NULL::VARCHAR'} AS {DELETED_AT}"]
        values += [f"version AS {VERSION}"] if stream.has_versions else []
    return ", ".join(values)


def _insert(connection: Connection, stream: Stream, types: Mapping[str, str], values: str) -> int:
    names = ", ".join(quoted(one) for one in types)
    rows = source(stream.spool, stream.read_columns)
    inserted = _count(
        connection, f"INSERT INTO {stream.target.sql} ({names}) SELECT {values} FROM {rows}"
    )
    _compare(stream, stream.spool.rows, inserted)
    return inserted


def _load_by_key(
    connection: Connection, stream: Stream, types: Mapping[str, str], values: str, now: str
) -> None:
    run = connection.execute
    rows = source(stream.spool, stream.read_columns)
    staged = _count(
        connection, f"CREATE OR REPLACE TEMP TABLE {STAGE} AS SELECT {values} FROM {rows}"
    )
    _compare(stream, stream.spool.rows, staged)
    distinct = staged - remove_replaced(connection, stream.name, STAGE, stream.keys, staged)
    if stream.mode == "scd2":
        reported = add_versions(connection, stream, STAGE, now)
    else:
        reported = _upsert(connection, stream, types)
    _compare(stream, distinct, reported)
    run(f"DROP TABLE {STAGE}")


def _upsert(connection: Connection, stream: Stream, types: Mapping[str, str]) -> int:
    names = [quoted(one) for one in types]
    listed = ", ".join(names)
    table = stream.target.sql
    if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
        return _count(connection, f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {STAGE}")
    return _count(
        connection,
        f"MERGE INTO {table} t USING {STAGE} s ON {_same_key(stream.keys)} "
        f"WHEN MATCHED THEN UPDATE SET {_assignments(names, stream.keys)} "
        f"WHEN NOT MATCHED THEN INSERT ({listed}) VALUES ({', '.join(f's.{one}' for one in names)})",
    )


def _assignments(names: Sequence[str], keys: Sequence[str]) -> str:
    key_names = {quoted(one) for one in keys}
    changed = [one for one in names if one not in key_names] or [quoted(keys[0])]
    return ", ".join(f"{one} = s.{one}" for one in changed)


def _same_key(keys: Sequence[str]) -> str:
    return " AND ".join(f"t.{quoted(one)} = s.{quoted(one)}" for one in keys)


def _activate(connection: Connection, stream: Stream, version: int, now: str) -> None:
    """Delete or mark the rows of older versions."""
    if not stream.has_metadata:
        return
    table = stream.target.sql
    older = f"({VERSION} IS NULL OR {VERSION} < {version})"
    if stream.mode == "scd2":
        connection.execute(
            f"UPDATE {table} SET {VALID_TO} = TIMESTAMP {literal(now)} WHERE {older} AND {VALID_TO} IS NULL"
        )
    elif stream.hard_delete:
        connection.execute(f"DELETE FROM {table} WHERE {older}")
    else:
        connection.execute(
            f"UPDATE {table} SET {DELETED_AT} = {literal(now)} WHERE {older} AND {DELETED_AT} IS NULL"
        )


def _count(connection: Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


def _compare(stream: Stream, expected: int, reported: int) -> None:
    if expected != reported:
        raise different_counts(stream.name, expected, reported, stream.target.name)
