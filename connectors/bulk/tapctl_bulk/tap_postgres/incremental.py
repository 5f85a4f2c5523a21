"""Reading the rows from the bookmark on, in the order of the replication key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import NamedTuple

from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.logs import warn
from tapctl_bulk.tap_postgres.bookmarks import Bookmarks, bookmark_text, last_value
from tapctl_bulk.tap_postgres.full_table import Write
from tapctl_bulk.tap_postgres.quoting import literal
from tapctl_bulk.tap_postgres.reading import Reader
from tapctl_bulk.tap_postgres.snapshot import Snapshot
from tapctl_bulk.tap_postgres.stream import Stream, StreamColumn
from tapctl_bulk.tap_postgres.unchanged import hold_unchanged

STATE_RECORDS = 10_000
STATE_BYTES = 32 * 1024 * 1024

TIMES = ("date", "timestamp without time zone", "timestamp with time zone")
INTEGERS = ("smallint", "integer", "bigint")
NUMBERS = (*INTEGERS, "numeric", "real", "double precision")


class _Part(NamedTuple):
    """Rows that are read by one statement."""

    conditions: tuple[str, ...]
    moves_bookmark: bool


def read_incremental(
    snapshot: Snapshot,
    stream: Stream,
    bookmarks: Bookmarks,
    write: Write,
    write_state: Callable[[], None],
) -> None:
    """Send the rows of a stream from its bookmark on. The bookmark itself is included.

    Rows are in the order of the replication key, so that a STATE after any of them is right: an
    interrupted run resumes from the last one.

    Raises:
        PostgresError: The server reports an error.
    """
    key = stream.replication_key
    assert key is not None
    hold_unchanged(snapshot.connection, stream)
    left = stream.limit
    reader = Reader(snapshot.connection, stream, snapshot.taken_at)
    for part in _parts(stream, key, bookmarks.value(stream.name, key.column.name)):
        order_by = stream.in_sql(key.column) if part.moves_bookmark else ""
        sent = 0
        progress = _Progress(stream, bookmarks, write_state)
        for block, records in reader.blocks(
            snapshot.connection, part.conditions, order_by=order_by, limit=left
        ):
            write(block, records)
            sent += records
            if part.moves_bookmark:
                progress.sent(block, records)
        progress.end()
        left = None if left is None else left - sent


class _Progress:
    """Moves the bookmark every few thousand records and at the end."""

    def __init__(
        self, stream: Stream, bookmarks: Bookmarks, write_state: Callable[[], None]
    ) -> None:
        assert stream.replication_key is not None
        self._stream = stream.name
        self._key = stream.replication_key.column
        self._bookmarks = bookmarks
        self._write_state = write_state
        self._last: bytes | memoryview = b""
        self._records = 0
        self._bytes = 0

    def sent(self, block: bytes | memoryview, records: int) -> None:
        self._last = block
        self._records += records
        self._bytes += len(block)
        if self._records >= STATE_RECORDS or self._bytes >= STATE_BYTES:
            self.end()

    def end(self) -> None:
        endless = self._key.type_name in (*TIMES, *NUMBERS)
        value = last_value(bytes(self._last), self._key.name, may_be_endless=endless)
        self._last, self._records, self._bytes = b"", 0, 0
        if value is not None:
            self._bookmarks.move(self._stream, self._key.name, value)
            self._write_state()


def _parts(stream: Stream, key: StreamColumn, bookmark: Json) -> Iterator[_Part]:
    column = stream.in_sql(key.column)
    if bookmark is None:
        # Rows without a key are sent once: by the first run.
        if not key.column.not_null:
            yield _Part((f"{column} IS NULL",), False)
        yield _Part((f"{column} IS NOT NULL",), True)
        return
    start = f"{literal(bookmark_text(stream.name, bookmark))}::{key.column.type_name}"
    earlier = _earlier(stream, key, bookmark_text(stream.name, bookmark))
    if earlier:
        # Apart, so that no STATE lies before the bookmark.
        yield _Part((f"{column} >= {earlier}", f"{column} < {start}"), False)
    yield _Part((f"{column} >= {start}",), True)


def _earlier(stream: Stream, key: StreamColumn, bookmark: str) -> str:
    """Return where a run with a lookback starts; empty without one."""
    if str(stream.lookback) == "0":
        return ""
    from decimal import Decimal, InvalidOperation  # Slow to import, and rarely needed.

    lookback = Decimal(str(stream.lookback))
    if not lookback:
        return ""
    kind = key.column.type_name
    if kind in TIMES:
        return f"{literal(bookmark)}::{kind} - pg_catalog.make_interval(secs => {lookback})"
    try:
        if kind in INTEGERS:
            return str(int(bookmark) - ceil(lookback))
        if kind in NUMBERS:
            return f"'{Decimal(bookmark) - lookback:f}'"
    except (InvalidOperation, ValueError):
        pass
    warn(f'stream "{stream.name}": no lookback for a replication key of type {kind}')
    return ""
