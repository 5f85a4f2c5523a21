"""Errors of the database in words that say what to do."""

from __future__ import annotations

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import PostgresError

FIXES = {
    "42P01": "Run discovery again, or remove the stream",
    "42703": "The table has changed: run discovery again",
    "3F000": "Run discovery again, or remove the stream",
    "42501": "Grant it: GRANT USAGE ON SCHEMA and GRANT SELECT ON TABLE",
    "55P03": "Another session holds a lock on the table: run again later, or raise lock_timeout_seconds",
    "57014": "Raise statement_timeout_seconds if the statement timed out",
    "40001": "On the replica, set hot_standby_feedback = on or raise max_standby_streaming_delay, or read from the primary",
    "53100": "Free space on the server, or create an index on the replication key, so that it needs no sort",
    "42601": "Correct the conditions of the stream",
    "22P02": "Correct the saved bookmark, or reset the state of the stream",
    "22007": "Correct the saved bookmark, or reset the state of the stream",
    "0A000": "Exclude the column, or use another stream",
}


def is_conflict(error: BaseException) -> bool:
    """Whether a replica canceled the statement because of a conflict with recovery."""
    if not isinstance(error, PostgresError):
        return False
    return error.sqlstate in ("40001", "40P01") or "conflict with recovery" in str(error)


def is_connection_lost(state: str | None) -> bool:
    """Whether the server or the network ended the connection, given the code of an error."""
    return state is None or (state[:2] in ("08", "57") and state != "57014")


def stream_failure(stream: str, error: PostgresError) -> ConnectorError:
    """Return the error that ends the tap."""
    state = error.sqlstate
    message = error.primary or type(error).__name__
    if "conflict with recovery" in str(error):
        state = "40001"
    if "geometry type not supported" in message:
        return ConnectorError(
            f'stream "{stream}": {message}: GeoJSON has no curves',
            "Exclude the column, or read a view that converts it with ST_CurveToLine",
        )
    if state is None or is_connection_lost(state):
        return ConnectorError(
            f'stream "{stream}": connection lost: {message}',
            "Run again: incremental streams resume from the last saved bookmark",
        )
    return ConnectorError(f'stream "{stream}": {message}', FIXES.get(state, f"SQLSTATE {state}"))
