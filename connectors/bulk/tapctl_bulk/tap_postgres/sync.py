"""A run: sends the selected streams sequentially from one snapshot."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.logs import log, warn
from tapctl_bulk.common.settings import Config, integer, text
from tapctl_bulk.common.singer import Output
from tapctl_bulk.libpq import PostgresError
from tapctl_bulk.tap_postgres.bookmarks import Bookmarks
from tapctl_bulk.tap_postgres.catalog import selected_streams
from tapctl_bulk.tap_postgres.failures import is_conflict, stream_failure
from tapctl_bulk.tap_postgres.full_table import read_full_table
from tapctl_bulk.tap_postgres.incremental import read_incremental
from tapctl_bulk.tap_postgres.plan import check_methods, plan_stream
from tapctl_bulk.tap_postgres.relations import read_relations
from tapctl_bulk.tap_postgres.snapshot import Snapshot
from tapctl_bulk.tap_postgres.stream import Stream

if TYPE_CHECKING:
    from tapctl_bulk.libpq.replication import ReplicationConnection
    from tapctl_bulk.tap_postgres.log_based.sync import LogBased


def sync(
    config: Config,
    take_snapshot: Callable[[], Snapshot],
    connect: Callable[[], ReplicationConnection],
    catalog: dict[str, Json],
    state: dict[str, Json],
    output: Output,
) -> None:
    """Send the selected streams of a catalog.

    Args:
        config: Settings of the tap.
        take_snapshot: Connects, and takes the snapshot that the run reads.
        connect: Opens a connection for reading the log.
        catalog: Says which streams are selected.
        state: Saved state.
        output: Where the messages go.

    Raises:
        ConnectorError: Whatever a user can fix.
    """
    selected = selected_streams(catalog, text(config, "default_replication_method"))
    check_methods(selected)
    bookmarks = Bookmarks(state)
    if not selected:
        warn("no stream is selected in the catalog")
        return
    snapshot = take_snapshot()
    found = read_relations(
        snapshot.connection, names=[(item.schema, item.table) for item in selected]
    )
    streams = [plan_stream(item, found, config) for item in selected]
    logged = [stream for stream in streams if stream.is_log_based]
    log_based = _log_based(config, snapshot, logged, bookmarks, output) if logged else None

    def send(stream: Stream) -> int:
        return _StreamRun(config, snapshot, stream, bookmarks, output).run()

    for stream in streams:
        if log_based and stream.is_log_based:
            log_based.add(stream, send)
        else:
            send(stream)
    snapshot.end()
    if log_based:
        log_based.read_changes(connect)
    snapshot.close()


def _log_based(
    config: Config,
    snapshot: Snapshot,
    streams: Sequence[Stream],
    bookmarks: Bookmarks,
    output: Output,
) -> LogBased:
    from tapctl_bulk.tap_postgres.log_based.sync import LogBased  # Other runs do not load it.

    return LogBased(config, snapshot, streams, bookmarks, output)


class _StreamRun:
    def __init__(
        self,
        config: Config,
        snapshot: Snapshot,
        stream: Stream,
        bookmarks: Bookmarks,
        output: Output,
    ) -> None:
        self._connections = integer(config, "connections")
        self._retries = integer(config, "conflict_retries")
        self._snapshot = snapshot
        self._stream = stream
        self._bookmarks = bookmarks
        self._output = output
        self._records = 0

    def run(self) -> int:
        """Send the stream: SCHEMA, records and STATE. Returns the number of records."""
        stream, started = self._stream, time.monotonic()
        self._output.write_schema(
            stream.name, stream.schema, stream.key, stream.bookmark_properties
        )
        for retries in range(self._retries, -1, -1):
            try:
                self._read()
                break
            except PostgresError as error:
                if retries == 0 or not is_conflict(error) or not self._may_repeat():
                    raise stream_failure(stream.name, error) from error
                self._wait(error)
        self._bookmarks.touch(stream.name)
        self._write_state()
        seconds = time.monotonic() - started
        log(f'stream "{stream.name}": {self._records} records in {seconds:.1f} s')
        return self._records

    def _read(self) -> None:
        # What was sent before a conflict counts.
        limit = self._stream.limit
        left = None if limit is None else max(limit - self._records, 0)
        stream = self._stream._replace(limit=left)
        if stream.replication_key is None:
            read_full_table(self._snapshot, stream, self._connections, self._write)
        else:
            read_incremental(
                self._snapshot, stream, self._bookmarks, self._write, self._write_state
            )

    def _may_repeat(self) -> bool:
        """Whether the stream can be read from another snapshot: an incremental one resumes; the
        rows of a full one must all be of the same snapshot."""
        return self._stream.replication_key is not None or self._records == 0

    def _wait(self, error: PostgresError) -> None:
        warn(f'stream "{self._stream.name}": {error}; trying again from a new snapshot')
        time.sleep(1)
        self._snapshot.renew()

    def _write(self, block: bytes | memoryview, records: int) -> None:
        self._output.write(block)
        self._records += records

    def _write_state(self) -> None:
        self._output.write_state(self._bookmarks.state())
