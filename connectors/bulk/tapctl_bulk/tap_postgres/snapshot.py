"""One view of the data for all streams: a transaction whose snapshot other connections import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from tapctl_bulk.common.settings import Config
from tapctl_bulk.libpq import Connection
from tapctl_bulk.tap_postgres.connection import connect
from tapctl_bulk.tap_postgres.quoting import literal

BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

SESSION: dict[str, str] = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
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

    def __init__(self, parameters: dict[str, Any], config: Config) -> None:
        self._open: Callable[[], Connection] = lambda: connect(parameters)
        self._settings = _settings(config)
        self.connection = self._begin()
        self.taken_at = _now()

    def another_connection(self) -> Connection:
        """Open a connection whose transaction sees the same data."""
        row = self.connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        assert row is not None
        return self._begin(f"; SET TRANSACTION SNAPSHOT {literal(row[0])}")

    def renew(self) -> None:
        """Take a new snapshot, on a new connection."""
        self.connection.close()
        self.connection = self._begin()
        self.taken_at = _now()

    def end(self) -> None:
        """End the transaction."""
        self.connection.execute("COMMIT")
        self.connection.close()

    def _begin(self, after: str = "") -> Connection:
        connection = self._open()
        # Several statements in one message: one round trip.
        connection.execute(BEGIN + after)
        connection.execute(
            "SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) given(name, value)"
            # Older servers do not have all of them.
            " WHERE name IN (SELECT lower(s.name) FROM pg_catalog.pg_settings s)",
            [[*self._settings], [*self._settings.values()]],
        )
        return connection


def _settings(config: Config) -> dict[str, str]:
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
