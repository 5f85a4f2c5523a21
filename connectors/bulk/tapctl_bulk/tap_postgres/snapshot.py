"""One view of the data for all streams: a transaction whose snapshot other connections import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Literal

from tapctl_bulk.common.settings import Config
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.tap_postgres.connection import connect
from tapctl_bulk.tap_postgres.quoting import literal

BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_NOW = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY"
"""Each statement sees what is committed when it starts."""

SESSION: dict[str, str] = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    # Values of the log and their lists are read by the same rules in each session.
    "xmloption": "content",
    "array_nulls": "on",
    # Compiling expressions costs more than it saves in a statement that calls one function a row.
    "jit": "off",
    # The transaction waits while a slow target reads.
    "idle_in_transaction_session_timeout": "0",
}
"""Settings of each transaction: what values look like does not depend on the server."""


class Snapshot:
    """The transaction that holds the snapshot.

    Settings are local to transactions, so that poolers in transaction mode work.
    """

    def __init__(
        self, parameters: dict[str, Any], config: Config, connection: Connection | None = None
    ) -> None:
        """Take a snapshot, on a connection without a transaction if there is one that still works."""
        self._parameters = parameters
        self._settings = _settings(config)
        self.connection = self._first(connection)
        self.taken_at = _now()

    def another_connection(self) -> Connection:
        """Open a connection whose transaction sees the same data."""
        row = self.connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        assert row is not None
        return self._begin(self._open(), f"SET TRANSACTION SNAPSHOT {literal(row[0])}; ")

    def renew(self) -> None:
        """Take a new snapshot, on a new connection."""
        self.connection.close()
        self.connection = self._begin(self._open())
        self.taken_at = _now()

    @contextmanager
    def now(self) -> Iterator[Connection]:
        """A transaction on the same connection, after the end of the snapshot's, that sees the
        present data."""
        yield self._begin(self.connection, begin=BEGIN_NOW)
        self.end()

    def end(self) -> None:
        """End the transaction."""
        self.connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _open(self) -> Connection:
        return connect(self._parameters)

    def _first(self, connection: Connection | None) -> Connection:
        if connection:
            try:
                return self._begin(connection)
            except PostgresError:
                connection.close()
        return self._begin(self._open())

    def _begin(self, connection: Connection, then: str = "", *, begin: str = BEGIN) -> Connection:
        # Several statements in one message: one round trip.
        settings = set_settings(self._settings, "true")
        connection.execute(f"{begin}; {then}{settings}")
        return connection


def set_settings(settings: Mapping[str, str], is_local: Literal["true", "false"]) -> str:
    """Return the statement for settings of the transaction, or of the session."""
    rows = ", ".join(f"({literal(name)}, {literal(value)})" for name, value in settings.items())
    return (
        f"SELECT set_config(name, value, {is_local}) FROM (VALUES {rows}) given(name, value)"
        # Older servers do not have all of them.
        " WHERE pg_catalog.current_setting(name, true) IS NOT NULL"
    )


def _settings(config: Config) -> dict[str, str]:
    """Settings of a transaction."""
    timeouts = {
        name: f"{config[setting]}s"
        for name, setting in (
            ("statement_timeout", "statement_timeout_seconds"),
            ("lock_timeout", "lock_timeout_seconds"),
        )
        if config[setting] is not None
    }
    return {**SESSION, **timeouts}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
