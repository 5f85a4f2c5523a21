"""The target: collects records, and commits them with the state that follows them."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import duckdb

from tapctl_bulk.common.arguments import Arguments
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.settings import Config, integer
from tapctl_bulk.common.singer import Output
from tapctl_bulk.duckdb_engine.failures import explained
from tapctl_bulk.duckdb_engine.memory import is_out_of_memory
from tapctl_bulk.singer_input import (
    ActivateVersion,
    Pause,
    Records,
    Schema,
    State,
    open_input,
    read_messages,
)
from tapctl_bulk.target_duckdb.database import Database
from tapctl_bulk.target_duckdb.load import load
from tapctl_bulk.target_duckdb.stream import Stream

BATCH_BYTES = 64 << 20
OLDEST_SECONDS = 300.0


def run(arguments: Arguments, config: Config) -> None:
    """Load the input, or test the connection."""
    database = Database(config)
    if arguments.test:
        log("the database can be opened for writing")
        return
    target = Target(database, config)
    try:
        for message in read_messages(open_input(arguments.input)):
            target.handle(message)
        target.finish()
    finally:
        target.close()


class Target:
    """Streams, and the state that is to be reported after the next commit."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config
        self._batch_rows = integer(config, "batch_size_rows")
        self._streams: dict[str, Stream] = {}
        self._state: bytes | None = None
        self._output = Output()
        self._last_flush = time.monotonic()

    def handle(self, message: Schema | Records | ActivateVersion | State | Pause) -> None:
        """Handle one message."""
        match message:
            case Records():
                self._add(message)
            case State():
                self._state = message.value
                if not self._is_waiting():
                    self.flush()
            case Schema():
                self._change(message)
            case ActivateVersion():
                self._activate(message)
            case Pause():
                self._flush_if_old()

    def flush(self) -> None:
        """Commit everything that waits, in one transaction; then report the state."""
        waiting = [one for one in self._streams.values() if _is_dirty(one)]
        if waiting:
            self._commit(waiting)
        for stream in waiting:
            stream.is_synced = True
            stream.empty()
        self._last_flush = time.monotonic()
        if self._state is not None and not self._replaces():
            self._report()

    def finish(self) -> None:
        """Commit the rest, and swap in the tables that replace others."""
        self.flush()
        replaced = [one for one in self._streams.values() if one.mode == "replace"]
        if replaced:
            self._swap(replaced)
        if self._state is not None:
            self._report()
        self._database.connection.close()

    def close(self) -> None:
        """Remove the batch files."""
        for stream in self._streams.values():
            stream.close()

    def _add(self, records: Records) -> None:
        stream = self._streams[records.stream]
        if not stream.spool.fits(records):
            self._commit_only(stream)
            stream.empty(as_text=True)
        stream.spool.add(records)
        if (
            stream.spool.rows >= self._batch_rows
            or sum(one.spool.bytes for one in self._streams.values()) >= BATCH_BYTES
        ):
            self.flush()

    def _commit_only(self, stream: Stream) -> None:
        """Commit the records of a stream. The state is reported with the other streams' records."""
        if _is_dirty(stream):
            self._commit([stream])
            stream.is_synced = True

    def _change(self, message: Schema) -> None:
        old = self._streams.get(message.stream)
        if old is not None:
            self.flush()
            old.close()
        stream = Stream(message, self._database.catalog, self._config)
        for other in self._streams.values():
            if other.table == stream.table and other.name != stream.name:
                raise ConnectorError(
                    f'streams "{other.name}" and "{stream.name}" would both be loaded into the table {stream.table.name}',
                    'Set "schema_mapping", or load them by two pipelines with different settings of "default_target_schema"',
                )
        if old is not None:
            stream.is_synced = old.is_synced if stream.mode == "replace" else False
            stream.has_versions = old.has_versions
        self._streams[message.stream] = stream
        if old is not None and old.spool.as_text:
            stream.empty(as_text=True)

    def _activate(self, message: ActivateVersion) -> None:
        stream = self._streams.get(message.stream)
        if stream is None or not stream.has_metadata:
            return
        if not stream.has_versions:
            # The next rows have a version, and so must those that wait.
            stream.has_versions = True
            stream.is_synced = stream.is_synced and stream.mode == "replace"
        stream.version = message.version
        self.flush()

    def _commit(self, streams: list[Stream]) -> None:
        started = time.monotonic()
        self._database.memory.run(lambda: self._transaction(streams))
        rows = sum(one.spool.rows for one in streams)
        log(f"committed {rows} rows in {time.monotonic() - started:.1f} s")

    def _transaction(self, streams: list[Stream]) -> None:
        connection = self._database.connection
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.execute("BEGIN")
        stream = streams[0]
        try:
            for stream in streams:
                load(connection, stream, now)
            connection.execute("COMMIT")
        except BaseException as error:
            _roll_back(self._database)
            if is_out_of_memory(error) or not isinstance(error, duckdb.Error):
                raise
            raise explained(error, stream.name, stream.spool.as_records(stream.name)) from error

    def _swap(self, streams: list[Stream]) -> None:
        connection = self._database.connection
        connection.execute("BEGIN")
        for stream in streams:
            connection.execute(f"DROP TABLE IF EXISTS {stream.table.sql}")
            connection.execute(
                f'ALTER TABLE {stream.target.sql} RENAME TO "{stream.table.name.replace(chr(34), chr(34) * 2)}"'
            )
        connection.execute("COMMIT")

    def _flush_if_old(self) -> None:
        if self._is_waiting() and time.monotonic() - self._last_flush > OLDEST_SECONDS:
            self.flush()

    def _is_waiting(self) -> bool:
        return any(_is_dirty(one) for one in self._streams.values())

    def _replaces(self) -> bool:
        return any(one.mode == "replace" for one in self._streams.values())

    def _report(self) -> None:
        assert self._state is not None
        self._output.write(self._state + b"\n")
        self._state = None


def _is_dirty(stream: Stream) -> bool:
    return not stream.is_synced or stream.spool.rows > 0 or stream.version is not None


def _roll_back(database: Database) -> None:
    try:
        database.connection.execute("ROLLBACK")
    except duckdb.Error:
        pass  # The failure has ended the transaction.
