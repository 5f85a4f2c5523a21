"""Reading the log from the saved positions to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.singer import Output
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.libpq.replication import ReplicationConnection
from tapctl_bulk.tap_postgres.bookmarks import Bookmarks
from tapctl_bulk.tap_postgres.failures import stream_failure
from tapctl_bulk.tap_postgres.log_based.changes import (
    LogStream,
    RowChange,
    new_version,
    time_of,
)
from tapctl_bulk.tap_postgres.log_based.messages import (
    ABSENT,
    Begin,
    Change,
    Commit,
    Message,
    Table,
    Truncate,
)
from tapctl_bulk.tap_postgres.log_based.records import records
from tapctl_bulk.tap_postgres.log_based.slot import END, Log
from tapctl_bulk.tap_postgres.log_based.source import read_messages
from tapctl_bulk.tap_postgres.snapshot import Snapshot
from tapctl_bulk.tap_postgres.stream import POSITION, Stream, envelope

BATCH_CHANGES = 10_000
BATCH_BYTES = 4 * 1024 * 1024
ROWS_READ = 100
"""Most rows that are looked up in a table by one statement; fewer if they are long."""
BAD_DATA = ("22", "23")
"""Classes of the errors of values and, in domains, of constraints."""
STATE_SECONDS = 60
"""A STATE follows after that long even if the log has no changes of the streams: a run that is
stopped does not read the same part again."""


class LogRun:
    """Sends the changes of streams."""

    def __init__(
        self,
        snapshot: Snapshot,
        streams: Sequence[LogStream],
        bookmarks: Bookmarks,
        output: Output,
    ) -> None:
        self._snapshot = snapshot
        self._streams = {item.stream.relation.oid: item for item in streams}
        self._bookmarks = bookmarks
        self._output = output
        self._batch = _Batch()
        self._sent = dict.fromkeys(self._streams, 0)
        self._limit = streams[0].stream.limit
        self._begin: Begin | None = None
        self._is_state_due = False
        """Whether records were sent without a STATE after them."""
        self._state_at = time.monotonic()
        self._rows = 1
        """How many rows are looked up at once."""

    def run(self, source: Log, connect: Callable[[], ReplicationConnection]) -> None:
        """Send the changes up to the present end of the log. A STATE follows whole transactions only.

        Raises:
            ConnectorError: The slot cannot be read, or a change cannot be sent.
        """
        row = self._snapshot.connection.execute(f"SELECT {END}").fetchone()
        assert row is not None
        reached = min(item.start for item in self._streams.values())
        for position, message in read_messages(source, connect, reached, row[0]):
            reached = max(reached, position)
            if message:
                self._handle(position, message)
            if self._batch.is_full or (self._begin is None and self._wants_state()):
                self._flush(None if self._begin else reached)
            if self._begin is None and self._is_limit_reached():
                break
        self._flush(reached)
        for oid, item in self._streams.items():
            log(f'stream "{item.stream.name}": {self._sent[oid]} changes')

    def _handle(self, position: int, message: Message) -> None:
        match message:
            case Change():
                item = self._streams.get(message.oid)
                if item and self._begin and item.takes(self._begin):
                    for values, is_deleted in item.changed(message):
                        at = time_of(self._begin.time) if is_deleted else None
                        change = RowChange(values, position, at)
                        self._batch.add(message.oid, change, message.size)
            case Begin():
                self._begin = message
            case Commit():
                self._begin = None
            case Table():
                if item := self._streams.get(message.oid):
                    if message.oid in self._batch.changes:
                        self._flush(None)  # They are of the table as it was.
                    item.describe(message)
            case Truncate():
                for oid in message.oids:
                    item = self._streams.get(oid)
                    if item and self._begin and item.takes(self._begin):
                        self._truncate(item)

    def _wants_state(self) -> bool:
        return self._is_state_due or time.monotonic() - self._state_at > STATE_SECONDS

    def _is_limit_reached(self) -> bool:
        if self._limit is None:
            return False
        waiting = {oid: len(changes) for oid, changes in self._batch.changes.items()}
        return any(count + waiting.get(oid, 0) >= self._limit for oid, count in self._sent.items())

    def _truncate(self, item: LogStream) -> None:
        """Have the target delete what it has: a new version of the table starts, without rows."""
        self._flush(None)
        item.version = new_version(item.version)
        self._output.write_activate_version(item.stream.name, item.version)

    def _flush(self, reached: int | None) -> None:
        """Send what is collected, and a STATE if all transactions up to a position are complete."""
        if self._batch.changes:
            self._write_batch()
        self._batch = _Batch()
        self._is_state_due = reached is None
        if reached is None:
            return
        for item in self._streams.values():
            position = max(reached, item.start)
            self._bookmarks.move(item.stream.name, POSITION, position, **item.details)
        self._output.write_state(self._bookmarks.state())
        self._state_at = time.monotonic()

    def _write_batch(self) -> None:
        name = next(iter(self._streams.values())).stream.name
        try:
            with self._snapshot.now() as connection:
                for oid, changes in self._batch.changes.items():
                    name = self._streams[oid].stream.name
                    self._write(connection, self._streams[oid], changes)
                    self._sent[oid] += len(changes)
        except PostgresError as error:
            raise _failure(name, error) from error

    def _write(self, connection: Connection, item: LogStream, changes: Sequence[RowChange]) -> None:
        stream = item.stream._replace(version=item.version)
        # How long the values are that are read from the table is not known before.
        is_read = any(not change.deleted_at and ABSENT in change.values for change in changes)
        at = 0
        while at < len(changes):
            part = changes[at : at + self._rows] if is_read else changes
            size = self._write_part(connection, stream, part, item.has_present_types)
            at += len(part)
            if is_read:
                fit = len(part) * BATCH_BYTES // size
                self._rows = max(1, min(2 * self._rows, fit, ROWS_READ))

    def _write_part(
        self,
        connection: Connection,
        stream: Stream,
        changes: Sequence[RowChange],
        has_present_types: bool,
    ) -> int:
        """Send records. Returns how many bytes they are."""
        lines = records(connection, stream, changes, has_present_types=has_present_types)
        head, tail = envelope(stream, datetime.now(timezone.utc).isoformat())
        text = b"".join((head, (tail + head).join(lines), tail))
        self._output.write(text)
        return len(text)


def _failure(stream: str, error: PostgresError) -> ConnectorError:
    if (error.sqlstate or "")[:2] not in BAD_DATA:
        return stream_failure(stream, error)
    return ConnectorError(
        f'stream "{stream}": a value in the log does not fit the type of its column: {error.primary}',
        "The type was changed since: reset the state of the stream, so that it is read in full",
    )


class _Batch:
    """Changes that become records together."""

    def __init__(self) -> None:
        self.changes: dict[int, list[RowChange]] = {}
        self._count = 0
        self._bytes = 0

    def add(self, oid: int, change: RowChange, size: int) -> None:
        self.changes.setdefault(oid, []).append(change)
        self._count += 1
        self._bytes += size

    @property
    def is_full(self) -> bool:
        return self._count >= BATCH_CHANGES or self._bytes >= BATCH_BYTES
