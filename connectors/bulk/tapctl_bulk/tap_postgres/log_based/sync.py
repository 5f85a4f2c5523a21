"""Sending LOG_BASED streams: each in full once, then the changes of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import warn
from tapctl_bulk.common.settings import Config
from tapctl_bulk.common.singer import Output
from tapctl_bulk.libpq.replication import ReplicationConnection
from tapctl_bulk.tap_postgres.bookmarks import Bookmarks
from tapctl_bulk.tap_postgres.log_based.changes import TABLE, LogStream, Seen, new_version
from tapctl_bulk.tap_postgres.log_based.columns import with_log_columns
from tapctl_bulk.tap_postgres.log_based.read import LogRun
from tapctl_bulk.tap_postgres.log_based.slot import Log, check_position, open_log
from tapctl_bulk.tap_postgres.snapshot import Snapshot, set_settings
from tapctl_bulk.tap_postgres.stream import POSITION, Stream

TRANSACTIONS = """
SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
  ELSE pg_catalog.txid_current_snapshot()::text END
"""
"""On a replica, the list of running transactions is not complete."""


class LogBased:
    """The LOG_BASED streams of a run."""

    def __init__(
        self,
        config: Config,
        snapshot: Snapshot,
        streams: Sequence[Stream],
        bookmarks: Bookmarks,
        output: Output,
    ) -> None:
        """Check what the streams need.

        Raises:
            ConnectorError: Something is missing, or changes since a saved position are.
        """
        self._snapshot = snapshot
        self._bookmarks = bookmarks
        self._output = output
        self._log = open_log(snapshot.connection, config, streams)
        self._positions = {stream.name: self._position(stream, self._log) for stream in streams}
        self._waiting: list[LogStream] = []

    def add(self, stream: Stream, read: Callable[[Stream], int]) -> None:
        """Send a stream in full if it was not yet, by the function, which returns how many records
        it has sent. Its changes will follow."""
        position = self._positions[stream.name]
        if position is not None:
            self._output.write_schema(
                stream.name, stream.schema, stream.key, stream.bookmark_properties
            )
            version = self._bookmarks.version(stream.name)
            self._waiting.append(LogStream(stream, position, version))
            return
        version = new_version(self._bookmarks.version(stream.name))
        records = read(with_log_columns(stream._replace(version=version), self._log.start))
        if stream.limit is not None and records >= stream.limit:
            return  # Rows are missing: the next run reads the stream in full, too.
        item = LogStream(stream, self._log.start, version, self._seen())
        self._waiting.append(item)
        self._output.write_activate_version(stream.name, version)
        self._bookmarks.move(stream.name, POSITION, item.start, **item.details)
        self._output.write_state(self._bookmarks.state())

    def read_changes(self, connect: Callable[[], ReplicationConnection]) -> None:
        """Send the changes up to the present end of the log, after the end of the snapshot.

        Raises:
            ConnectorError: The slot cannot be read, or a change cannot be sent.
        """
        if self._waiting:
            # The connection waits while the server reads a part of the log without changes.
            self._snapshot.connection.execute(set_settings({"idle_session_timeout": "0"}, "false"))
            LogRun(self._snapshot, self._waiting, self._bookmarks, self._output).run(
                self._log, connect
            )

    def _position(self, stream: Stream, log: Log) -> int | None:
        value = self._bookmarks.value(stream.name, POSITION)
        if value is None:
            return None
        table = self._bookmarks.detail(stream.name, TABLE)
        if table not in (None, stream.relation.oid):
            warn(f'stream "{stream.name}": the table was created again, so it is read in full')
            return None
        if not isinstance(value, int):
            raise ConnectorError(
                f'stream "{stream.name}": the bookmark {value!r} is not a position in the log',
                "Reset the state of the stream",
            )
        check_position(log, stream.name, value)
        return value

    def _seen(self) -> Seen | None:
        row = self._snapshot.connection.execute(TRANSACTIONS).fetchone()
        return Seen.of(row[0]) if row and row[0] else None
