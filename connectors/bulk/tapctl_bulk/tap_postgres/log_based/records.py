"""Making records of changes.

Unless all types are simple, the server makes them, by the expressions that it reads tables with: so a
record is the same, however it was read. Values that the log does not contain, such as long ones that
did not change, are read from the table. They may be newer than the change, but then a later change
follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from tapctl_bulk.libpq import Connection
from tapctl_bulk.libpq.parameters import Parameter
from tapctl_bulk.tap_postgres.log_based.changes import RowChange
from tapctl_bulk.tap_postgres.log_based.columns import DELETED_AT
from tapctl_bulk.tap_postgres.log_based.local_records import is_local, local_records
from tapctl_bulk.tap_postgres.log_based.messages import ABSENT
from tapctl_bulk.tap_postgres.quoting import quoted
from tapctl_bulk.tap_postgres.relations import Column
from tapctl_bulk.tap_postgres.stream import POSITION, Stream, record_of, unused_name

NAMES_OF_OBJECTS = (
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
)
"""Types whose values are names of objects in the database, which may no longer exist."""


def records(
    connection: Connection,
    stream: Stream,
    changes: Sequence[RowChange],
    *,
    has_present_types: bool,
) -> list[bytes]:
    """Return the record of each change.

    Args:
        connection: Connection in a transaction that sees the present data.
        stream: The stream.
        changes: Its changes.
        has_present_types: Whether the values are of the types that the columns have now.

    Raises:
        PostgresError: The server reports an error.
    """
    found: dict[int, bytes] = {}
    makes_them_here = has_present_types and is_local(stream)
    for known, indexes in _by_known_columns(changes).items():
        present = [index for index in indexes if changes[index].deleted_at is None]
        if present and len(known) < len(stream.columns) and _has_key(stream, known):
            found |= _records(connection, stream, changes, present, known, from_table=True)
        # Deleted rows, and rows that are no longer in the table: another change of them follows.
        rest = [index for index in indexes if index not in found]
        if makes_them_here:
            made = local_records(stream, [changes[index] for index in rest], known)
            found |= zip(rest, made, strict=True)
        elif rest:
            found |= _records(connection, stream, changes, rest, known, from_table=False)
    return [found[index] for index in range(len(changes))]


def _by_known_columns(changes: Sequence[RowChange]) -> dict[tuple[int, ...], list[int]]:
    groups: dict[tuple[int, ...], list[int]] = {}
    every = tuple(range(len(changes[0].values)))
    for index, (values, _, _) in enumerate(changes):
        known = every
        if ABSENT in values:
            known = tuple(at for at in every if values[at] is not ABSENT)
        groups.setdefault(known, []).append(index)
    return groups


def _records(
    connection: Connection,
    stream: Stream,
    changes: Sequence[RowChange],
    indexes: Sequence[int],
    known: Sequence[int],
    *,
    from_table: bool,
) -> dict[int, bytes]:
    chosen = [changes[index] for index in indexes]
    columns = [_texts(chosen, at) for at in known]
    parameters: list[Parameter] = [
        indexes,
        [change.position for change in chosen],
        [change.deleted_at for change in chosen],
        *columns,
    ]
    statement = _statement(stream, known, from_table=from_table)
    made = connection.execute(statement, parameters).fetchall()
    return {index: record.encode() for index, record in made}


def _texts(changes: Sequence[RowChange], at: int) -> list[bytes | None]:
    values = [change.values[at] for change in changes]
    return [value if isinstance(value, bytes) else None for value in values]


def _statement(stream: Stream, known: Sequence[int], *, from_table: bool) -> str:
    alias = unused_name("given", {stream.relation.name})
    given = {at: f"({alias}.v{at}::{_type(stream.columns[at].column)})" for at in known}
    values = []
    for at, item in enumerate(stream.columns):
        source = given.get(at) or (stream.in_sql(item.column) if from_table else None)
        if source:
            values.append(f"{item.representation.expression(source)} AS {quoted(item.column.name)}")
    values += [f"{alias}.lsn AS {POSITION}", f"{alias}.deleted_at AS {DELETED_AT}"]
    arrays = ["$1::int[]", "$2::bigint[]", "$3::text[]"]
    arrays += [f"${4 + number}::text[]" for number in range(len(known))]
    names = ["number", "lsn", "deleted_at", *(f"v{at}" for at in known)]
    row, record = record_of(stream)
    table = f"JOIN {stream.table} ON {_same_key(stream, given)}" if from_table else ""
    return (
        f"SELECT {alias}.number, ({record})::text FROM unnest({', '.join(arrays)}) {alias}({', '.join(names)})"
        f" {table} CROSS JOIN LATERAL (SELECT {', '.join(values)}) {row}"
    )


def _has_key(stream: Stream, known: Sequence[int]) -> bool:
    return bool(stream.key) and set(stream.key) <= {stream.columns[at].column.name for at in known}


def _same_key(stream: Stream, given: dict[int, str]) -> str:
    return " AND ".join(
        f"{_comparable(stream, item.column)} = {given[at]}"
        for at, item in enumerate(stream.columns)
        if item.column.name in stream.key
    )


def _type(column: Column) -> str:
    return "text" if column.type_name in NAMES_OF_OBJECTS else column.type_name


def _comparable(stream: Stream, column: Column) -> str:
    return stream.in_sql(column) + ("::text" if column.type_name in NAMES_OF_OBJECTS else "")
