"""Running tap-postgres with LOG_BASED streams, and loading what it sends as a target does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from postgres_server import PostgresServer, programs
from tap_runs import Extract, TapRuns, metadata

LOGICAL = ("wal_level = logical", "max_replication_slots = 20", "max_wal_senders = 20")
ADDED = ("_sdc_lsn", "_sdc_deleted_at", "version")
PROGRAM = """
from tapctl_bulk.libpq import replication
from tapctl_bulk.tap_postgres import program
from tapctl_bulk.tap_postgres.log_based import read, records, source
read.BATCH_CHANGES = {batch_changes}
source.IN_USE_SECONDS = {in_use_seconds}
replication.REPORT_SECONDS = {report_seconds}
{patch}
program.main()
"""


def serve(*settings: str) -> Iterator[PostgresServer]:
    """A server with a log that can be read; skips the test if there is none."""
    if not programs():
        pytest.skip("PostgreSQL is not installed")
    one = PostgresServer([*LOGICAL, *settings])
    one.start()
    yield one
    one.remove()


def runs_on(server: PostgresServer) -> Iterator[LogRuns]:
    """Runs on an empty schema `m`; no schema, publication or slot remains."""
    server.query("create schema m")
    yield LogRuns(server)
    server.query("drop schema m cascade; drop publication if exists log")
    server.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots")


class LogRuns(TapRuns):
    """Runs of which each continues the state of the last one."""

    small_batches = False
    patch = ""
    """A line of Python that changes the tap."""
    in_use_seconds = 90
    report_seconds = 10

    def __init__(self, server: PostgresServer) -> None:
        super().__init__(server, filter_schemas=["m"], replication_slot_name="log")
        self.server = server
        self.state: dict[str, Any] = {}

    def prepare(self, sql: str, publication: str = "for all tables") -> None:
        """Create tables, the publication and the slot."""
        self.server.query(f"{sql}; create publication log {publication}")
        self.server.query("select pg_create_logical_replication_slot('log', 'pgoutput')")

    def log_catalog(self, *streams: str, **settings: Any) -> dict[str, Any]:
        """Return a catalog in which these streams are LOG_BASED."""
        catalog = self.catalog(dict.fromkeys(streams), **settings)
        for entry in catalog["streams"]:
            metadata(entry, [])["replication-method"] = "LOG_BASED"
        return catalog

    def next(self, *streams: str, **settings: Any) -> Extract:
        """Run to the end, and keep the state."""
        done = self.run(self.log_catalog(*streams, **settings), self.state, **settings)
        assert done.code == 0, done.log
        self.state = done.states()[-1]
        return done

    def position(self, stream: str) -> int:
        """Return the bookmark of a stream."""
        position: int = self.state["bookmarks"][stream]["replication_key_value"]
        return position

    def command(self, *given: Any, **settings: Any) -> list[str]:
        command = super().command(*given, **settings)
        if self.small_batches or self.patch or self.in_use_seconds != 90:
            program = PROGRAM.format(
                batch_changes=50 if self.small_batches else 10_000,
                in_use_seconds=self.in_use_seconds,
                report_seconds=self.report_seconds,
                patch=self.patch,
            )
            return [sys.executable, "-c", program, *command[3:]]
        return command


class Destination:
    """What a target has that replaces rows by key and deletes rows."""

    def __init__(self, *key: str) -> None:
        self._key = key or ("id",)
        self._rows: dict[str, dict[Any, dict[str, Any]]] = {}

    def load(self, messages: list[dict[str, Any]]) -> None:
        """Load messages in their order."""
        for message in messages:
            rows = self._rows.setdefault(message.get("stream", ""), {})
            if message["type"] == "RECORD":
                record = {**message["record"], "version": message.get("version") or 0}
                key = tuple(record[name] for name in self._key)
                if record["_sdc_deleted_at"]:
                    rows.pop(key, None)
                else:
                    rows[key] = record
            elif message["type"] == "ACTIVATE_VERSION":
                for key in [key for key in rows if rows[key]["version"] < message["version"]]:
                    del rows[key]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Return the rows of a stream by key, without the columns of the log."""
        rows = self._rows.get(stream, {})
        return [plain(rows[key]) for key in sorted(rows)]


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what LOG_BASED adds."""
    return {name: value for name, value in record.items() if name not in ADDED}
