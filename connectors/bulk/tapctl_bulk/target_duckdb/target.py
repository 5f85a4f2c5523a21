"""The target: collects records, and has them committed with the state that follows them."""

from __future__ import annotations

import time

from tapctl_bulk.common.arguments import Arguments
from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.settings import Config, integer
from tapctl_bulk.common.singer import Output
from tapctl_bulk.duckdb_engine.spool import LONG_LINE_BYTES
from tapctl_bulk.singer_input import (
    ActivateVersion,
    Pause,
    Records,
    Schema,
    State,
    open_input,
    read_messages,
)
from tapctl_bulk.target_duckdb.commits import Commits
from tapctl_bulk.target_duckdb.database import Database
from tapctl_bulk.target_duckdb.stream import Stream

BATCH_BYTES = 64 << 20
PART_BYTES = 8 << 20
"""A batch that need not be committed yet is loaded while the next one is read, which becomes larger
if it takes longer: each batch has a cost of its own."""
LARGE_BATCH_BYTES = 8 << 20
"""A batch with large rows ends earlier: DuckDB keeps each of their values in memory several times."""
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
    except Exception:
        target.settle()
        raise
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
        self._commits = Commits(database, Output())
        self._last_flush = time.monotonic()

    def handle(self, message: Schema | Records | ActivateVersion | State | Pause) -> None:
        """Handle one message."""
        self._commits.check()
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

    def flush(self, *, may_wait: bool = False) -> None:
        """Have everything that waits committed in one transaction, and then the state reported.

        Args:
            may_wait: Whether the commit may wait if there is no state to report.
        """
        waiting = [one for one in self._streams.values() if _is_dirty(one)]
        state = None if self._replaces() else self._state
        may_wait = may_wait and state is None
        self._commits.add([one.hand_over() for one in waiting], state, may_wait=may_wait)
        if state is not None:
            self._state = None
        self._last_flush = time.monotonic()

    def finish(self) -> None:
        """Commit the rest, and swap in the tables that replace others."""
        self.flush()
        self._commits.wait()
        replaced = [one for one in self._streams.values() if one.mode == "replace"]
        if replaced:
            self._swap(replaced)
        if self._state is not None:
            self._commits.add([], self._state)
            self._commits.wait()
        self._database.connection.close()

    def settle(self) -> None:
        """After an error, let the batch that is being committed end, and report its state."""
        self._commits.settle()

    def close(self) -> None:
        """Remove the batch files."""
        for stream in self._streams.values():
            stream.close()

    def _add(self, records: Records) -> None:
        stream = self._streams[records.stream]
        if not stream.spool.fits(records):
            self._commit_only(stream)
            stream.pass_as_text()
        stream.spool.add(records)
        spools = [one.spool for one in self._streams.values()]
        is_large = any(one.longest >= LONG_LINE_BYTES for one in spools)
        may_wait = not is_large and all(
            one.may_wait for one in self._streams.values() if _is_dirty(one)
        )
        is_part = may_wait and (self._state is None or self._replaces())
        most = LARGE_BATCH_BYTES if is_large else BATCH_BYTES
        if is_part and not self._commits.is_busy:
            most = PART_BYTES
        if stream.spool.rows >= self._batch_rows or sum(one.bytes for one in spools) >= most:
            self.flush(may_wait=is_part)

    def _commit_only(self, stream: Stream) -> None:
        """Commit the records of a stream. The state is reported with the other streams' records."""
        if _is_dirty(stream):
            self._commits.add([stream.hand_over()], None)

    def _change(self, message: Schema) -> None:
        old = self._streams.get(message.stream)
        if old is not None:
            self.flush()
            old.close()
        stream = Stream(
            message, self._database.catalog, self._config, may_wait=self._database.is_file
        )
        for other in self._streams.values():
            if other.table == stream.table and other.name != stream.name:
                raise ConnectorError(
                    f'streams "{other.name}" and "{stream.name}" would both be loaded into the table {stream.table.name}',
                    'Set "schema_mapping", or load them with two pipelines and different settings of "default_target_schema"',
                )
        if old is not None:
            stream.is_synced = old.is_synced if stream.mode == "replace" else False
            stream.has_versions = old.has_versions
        self._streams[message.stream] = stream
        if old is not None and old.spool.as_text:
            stream.pass_as_text()

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


def _is_dirty(stream: Stream) -> bool:
    return not stream.is_synced or stream.spool.rows > 0 or stream.version is not None
