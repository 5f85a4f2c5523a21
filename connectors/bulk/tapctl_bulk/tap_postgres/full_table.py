"""Reading a whole table, in ranges of its pages if it is large."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeAlias

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import warn
from tapctl_bulk.libpq import Connection
from tapctl_bulk.tap_postgres.reading import Reader
from tapctl_bulk.tap_postgres.snapshot import Snapshot
from tapctl_bulk.tap_postgres.stream import Stream
from tapctl_bulk.tap_postgres.unchanged import hold_unchanged

Write: TypeAlias = Callable[[bytes | memoryview, int], None]
"""Writes a block of records; the number says how many."""

RANGE_PAGES = 16_384
"""Pages of a range: 128 MB."""
FIRST_VERSION = 140_000
"""PostgreSQL reads a range of pages without the rest of the table from version 14 on."""


def read_full_table(snapshot: Snapshot, stream: Stream, connections: int, write: Write) -> None:
    """Send all rows of a table.

    Raises:
        PostgresError: The server reports an error.
    """
    hold_unchanged(snapshot.connection, stream)
    reader = Reader(snapshot.connection, stream, snapshot.taken_at)
    ranges = _ranges(snapshot.connection, stream) if connections > 1 else []
    if len(ranges) < 2:
        for block, records in reader.blocks(snapshot.connection, limit=stream.limit):
            write(block, records)
        return
    waiting: SimpleQueue[str] = SimpleQueue()
    for condition in ranges:
        waiting.put(condition)
    others = _more_connections(snapshot, stream, min(connections, len(ranges)) - 1)
    _read_in_parallel([snapshot.connection, *others], waiting, reader, write)
    for connection in others:
        connection.close()


def _ranges(connection: Connection, stream: Stream) -> list[str]:
    """Return conditions on `ctid` that together select every row once; empty for one range."""
    relation = stream.relation
    if (
        relation.kind not in ("r", "m")
        or relation.has_children
        or relation.access_method != "heap"
        or stream.limit is not None
        or connection.server_version < FIRST_VERSION
    ):
        return []
    row = connection.execute(
        "SELECT pg_catalog.pg_relation_size($1::oid) / current_setting('block_size')::int",
        [relation.oid],
    ).fetchone()
    pages = int(row[0]) if row else 0
    bounds = range(RANGE_PAGES, pages, RANGE_PAGES)
    starts, ends = [0, *bounds], [*bounds, None]
    column = f"{stream.table}.ctid"
    return [
        f"{column} >= '({start},0)'" + (f" AND {column} < '({end},0)'" if end is not None else "")
        for start, end in zip(starts, ends, strict=True)
    ]


def _more_connections(snapshot: Snapshot, stream: Stream, count: int) -> list[Connection]:
    opened: list[Connection] = []
    try:
        for _ in range(count):
            connection = snapshot.another_connection()
            hold_unchanged(connection, stream)
            opened.append(connection)
    except ConnectorError as error:
        warn(f"{error.problem}; continuing with {len(opened) + 1} connections")
    return opened


def _read_in_parallel(
    connections: list[Connection], waiting: SimpleQueue[str], reader: Reader, write: Write
) -> None:
    failures: SimpleQueue[BaseException] = SimpleQueue()

    def work(connection: Connection) -> None:
        try:
            while failures.empty():
                for block, records in reader.blocks(connection, [waiting.get_nowait()]):
                    write(block, records)
        except Empty:
            return
        except BaseException as error:
            failures.put(error)

    threads = [
        threading.Thread(target=work, args=[connection], daemon=True) for connection in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        # The first failure ends the wait: another connection may wait for a server that no longer exists.
        while thread.is_alive() and failures.empty():
            thread.join(timeout=0.2)
    if not failures.empty():
        raise failures.get()
