"""Errors of the server as one line: what is wrong, with which stream and column, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import PostgresError

COPY_PLACE = re.compile(
    r"COPY \S+, line \d+(?:, column (?P<column>.*?): (?P<value>.*))?$", re.M | re.S
)
MAX_VALUE = 100
UNIQUE_VIOLATION = "23505"

FIXES = {
    "22P05": 'Remove U+0000 in the source, or set "sanitize_null_text_characters"',
    "22021": 'Remove U+0000 in the source, or set "sanitize_null_text_characters"',
    "22P02": "Correct the value in the source, or change the column's type to text",
    "22003": "Change the column's type to numeric, then run again",
    "22001": "Change the column's type to text, then run again",
    "23502": "Correct the rows in the source: a key column must have a value",
    UNIQUE_VIOLATION: "Another unique index of the table refuses the row. Drop it, or correct the rows",
    "25006": "The server is read-only. Check that the host is the primary server",
    "2BP01": "Drop the dependent objects, or change the column yourself",
    "0A000": "Drop the views that use the column, then run again",
    "28P01": 'Check the settings "user" and "password"',
    "28000": "Check the user, and the rules in pg_hba.conf",
    "3D000": 'Check the setting "database"',
    "42501": "Grant the privilege to the user, then run again",
    "53100": "Free disk space on the server, then run again",
    "53300": "Close connections or raise max_connections, then run again",
    "55P03": 'Another session holds the lock. Wait for it, or raise "lock_timeout_seconds"',
    "57014": 'The statement was cancelled. Raise "statement_timeout_seconds" or the limit of the server',
    "57P01": "The server was stopped. Run again",
    "40P01": "Another session loads the same rows. Run again",
    "": "Check the address of the server and the network, then run again",
}


def failure(error: PostgresError, stream: str = "", table: str = "") -> ConnectorError:
    """Return the error for what the server or libpq reports."""
    message = error.primary.rstrip(".")
    detail = error.detail
    place = COPY_PLACE.search(error.context)
    column = (place["column"] if place else None) or error.column
    where = [f'stream "{stream}"'] if stream else []
    if column:
        where.append(f'column "{column}"')
    if table:
        where.append(f"table {table}")
    value = place["value"] if place and place["value"] else ""
    text = ", ".join(where) + ": " if where else ""
    text += message
    if detail:
        text += f" ({detail.rstrip('.')})"
    if value and value.strip('"') not in message:
        text += f" in {value[:MAX_VALUE]}"
    return ConnectorError(text, _fix(error))


@contextmanager
def named(stream: str = "", table: object = "") -> Iterator[None]:
    """Turn an error of the server into one that names the stream and the table."""
    try:
        yield
    except PostgresError as error:
        raise failure(error, stream, str(table)) from error


def _fix(error: PostgresError) -> str:
    state = error.sqlstate or ""
    if state in FIXES:
        return FIXES[state]
    if state.startswith("08"):
        return FIXES[""]
    if state.startswith("22"):
        return FIXES["22P02"]
    return "See the log of the server"
