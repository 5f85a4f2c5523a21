"""Mode scd2: every version of a row is kept, with the time from and to which it was current."""

from __future__ import annotations

from tapctl_bulk.duckdb_engine.rows import literal, quoted
from tapctl_bulk.target_duckdb.database import Connection
from tapctl_bulk.target_duckdb.stream import (
    BATCHED_AT,
    DELETED_AT,
    EXTRACTED_AT,
    VALID_FROM,
    VALID_TO,
    VERSION,
    Stream,
)


def add_versions(connection: Connection, stream: Stream, stage: str, now: str) -> int:
    """Close the versions that changed and add the new ones.

    Returns:
        The number of staged rows that are accounted for.
    """
    run = connection.execute
    table, moment = stream.target.sql, f"TIMESTAMP {literal(now)}"
    is_current = " AND ".join(
        [*(f"t.{quoted(one)} = s.{quoted(one)}" for one in stream.keys), f"t.{VALID_TO} IS NULL"]
    )
    is_kept = f"s.{DELETED_AT} IS NULL" if stream.has_metadata else "true"
    is_same = " AND ".join(
        [
            is_kept,
            *(
                f"t.{quoted(one.name)} IS NOT DISTINCT FROM s.{quoted(one.name)}"
                for one in stream.columns
            ),
        ]
    )
    renewed = [EXTRACTED_AT, BATCHED_AT] if stream.has_metadata else []
    renewed += [VERSION] if stream.has_metadata and stream.has_versions else []
    if renewed:
        changes = ", ".join(f"{one} = s.{one}" for one in renewed)
        run(f"UPDATE {table} t SET {changes} FROM {stage} s WHERE {is_current} AND {is_same}")
    unchanged = _count(
        connection, f"DELETE FROM {stage} s USING {table} t WHERE {is_current} AND {is_same}"
    )
    run(f"UPDATE {table} t SET {VALID_TO} = {moment} FROM {stage} s WHERE {is_current}")
    deleted = _count(connection, f"SELECT count(*) FROM {stage} s WHERE NOT ({is_kept})")
    names = [one for one in stream.types if one not in (VALID_FROM, VALID_TO)]
    listed = ", ".join(quoted(one) for one in names)
    added = _count(
        connection,
        f"INSERT INTO {table} ({listed}, {VALID_FROM}) SELECT {listed}, {moment} "
        f"FROM {stage} s WHERE {is_kept}",
    )
    return unchanged + deleted + added


def _count(connection: Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])
