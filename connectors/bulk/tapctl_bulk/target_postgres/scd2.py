"""Mode scd2: every version of a row is kept, with the time from and to which it was current."""

from __future__ import annotations

from tapctl_bulk.libpq import Connection
from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.stage import Stage, same_key
from tapctl_bulk.target_postgres.types import base
from tapctl_bulk.target_postgres.wanted import DELETED_AT, VALID_FROM, VALID_TO

BATCH = "_tapctl_changed"


def index_statement(stage: Stage) -> str:
    """A statement that creates the index on the current rows of a new table."""
    return (
        f"create unique index on {stage.target.sql} ({', '.join(stage.keys)}) "
        f"where {quoted(VALID_TO)} is null"
    )


def add_versions(connection: Connection, stage: Stage, values: dict[str, str]) -> int:
    """Close the versions that changed and add the new ones. A key that comes several times in a
    batch counts once, with its last row.

    Returns:
        The number of staged rows that are accounted for.
    """
    deleted = f"s.{quoted(DELETED_AT)} is not null" if stage.wanted.reads_deletion else "false"
    table, current = stage.target.sql, f"t.{quoted(VALID_TO)} is null"
    matches = same_key(stage.keys, "t", "s")
    run = connection.execute
    run(f"analyze {stage.sql}")
    selected = ", ".join(f"{value} as {quoted(name)}" for name, value in values.items())
    run(
        f"create temporary table {BATCH} on commit drop as "
        f"select {selected}, {deleted} as _tapctl_deleted from {stage.source(last_of_key=True)}"
    )
    total = _one(connection, f"select count(*) from {stage.sql}")
    distinct = _one(connection, f"select count(*) from {BATCH}")
    renewed = [
        one for one in values if one.startswith("_sdc_") and one not in (VALID_FROM, VALID_TO)
    ]
    unchanged = 0
    update = ", ".join(f"{quoted(one)} = s.{quoted(one)}" for one in renewed) or (
        f"{stage.keys[0]} = s.{stage.keys[0]}"
    )
    unchanged = run(
        f"update {table} t set {update} from {BATCH} s where {matches} and {current} "
        f"and not s._tapctl_deleted and {_row(stage, 't')} is not distinct from {_row(stage, 's')}"
    ).rowcount
    run(
        f"delete from {BATCH} s using {table} t where {matches} and {current} "
        f"and not s._tapctl_deleted and {_row(stage, 't')} is not distinct from {_row(stage, 's')}"
    )
    run(
        f"update {table} t set {quoted(VALID_TO)} = s.{quoted(VALID_FROM)} from {BATCH} s "
        f"where {matches} and {current}"
    )
    names = ", ".join(quoted(one) for one in values)
    added = run(
        f"insert into {table} ({names}) select {names} from {BATCH} where not _tapctl_deleted"
    ).rowcount
    removed = _one(connection, f"select count(*) from {BATCH} where _tapctl_deleted")
    run(f"drop table {BATCH}")
    return (total - distinct) + unchanged + added + removed


def _row(stage: Stage, alias: str) -> str:
    """What makes two versions of a row differ: all columns of the stream. json has no equality."""
    columns = [one for one in stage.columns if not one.name.startswith("_sdc_")]
    values = [
        f"{alias}.{quoted(one.name)}{'::text' if base(one.type) == 'json' else ''}"
        for one in columns
    ]
    return f"row({', '.join(values)})"


def _one(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
