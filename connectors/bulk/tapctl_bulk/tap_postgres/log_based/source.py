"""The messages of a replication slot, from one position in the log to another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import warn
from tapctl_bulk.libpq import PostgresError
from tapctl_bulk.libpq.replication import ReplicationConnection, ReplicationStream
from tapctl_bulk.tap_postgres.log_based.messages import Begin, Commit, Message, parse
from tapctl_bulk.tap_postgres.log_based.slot import Log, lsn
from tapctl_bulk.tap_postgres.quoting import quoted
from tapctl_bulk.tap_postgres.snapshot import SESSION, set_settings

KEEPALIVE = ord("k")
DATA_HEAD = 25
"""Kind, two positions and a time precede the message of pgoutput."""
IDLE_SECONDS = 0.2
"""After such a pause, the server is asked for its position."""
PAGE_BYTES = 64 * 1024
"""What may lie between the last record and the end of the log: the head of a page."""

IN_USE, NO_PRIVILEGE, UNDEFINED = "55006", "42501", "42704"
IN_USE_SECONDS = 90
"""How long a server may take to notice that an earlier reader is gone: `wal_sender_timeout`, by
default 60 seconds, and some."""


def read_messages(
    log: Log, connect: Callable[[], ReplicationConnection], start: int, end: int
) -> Iterator[tuple[int, Message]]:
    """Yield messages of the log with their positions. The last one ends a transaction.

    The server may forget what is before the start, and nothing else.

    Raises:
        ConnectorError: The slot cannot be read, or the connection is lost.
    """
    try:
        connection = connect()
        stream = _started(connection, log, start)
        try:
            yield from _until(stream, end)
        finally:
            stream.end()
            connection.close()
    except PostgresError as error:
        raise _failure(log, error) from error


def _started(connection: ReplicationConnection, log: Log, start: int) -> ReplicationStream:
    # The server writes values as the transactions read them that make records of them.
    connection.execute(set_settings(SESSION, "false"))
    # The grammar of replication knows only plain texts, without escapes.
    name = quoted(log.publication).replace("'", "''")
    options = f"proto_version '1', publication_names '{name}'"
    statement = f"START_REPLICATION SLOT {quoted(log.slot)} LOGICAL {lsn(start)} ({options})"
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            return connection.start(statement, start)
        except PostgresError as error:
            if error.sqlstate != IN_USE or time.monotonic() > deadline:
                raise
            warn(f"{error.primary}; trying again")
            time.sleep(3)


def _until(stream: ReplicationStream, end: int) -> Iterator[tuple[int, Message]]:
    reached, repeated, is_open, is_asked = 0, 0, False, False
    while True:
        data = stream.read(IDLE_SECONDS)
        if data is None:
            # Several answers to a busy server's queue of questions would look like those of an idle one.
            stream.report(wants_answer=not is_asked)
            is_asked = True
            continue
        position = int.from_bytes(data[1:9], "big")
        message: Message = None
        if data[0] == KEEPALIVE:
            is_asked = False
            if data[17]:
                stream.report()
            if is_open:
                continue
            repeated = repeated + 1 if position == reached else 0
        else:
            message = parse(data[DATA_HEAD:])
            del data  # Long rows are not kept.
            repeated = 0
            if isinstance(message, Begin):
                is_open = True
            elif isinstance(message, Commit):
                is_open, position = False, message.end
        yield position, message
        if is_open:
            continue
        reached = max(reached, position)
        # The server reports the same position again: it has nothing more.
        if reached >= end or (repeated > 1 and reached + PAGE_BYTES >= end):
            return


def _failure(log: Log, error: PostgresError) -> ConnectorError:
    problem = f'replication slot "{log.slot}": {error.primary}'
    if error.sqlstate == IN_USE:
        return ConnectorError(
            problem, "Another program reads it. Each pipeline needs a slot of its own"
        )
    if error.sqlstate == NO_PRIVILEGE or "replication role" in str(error):
        return ConnectorError(
            problem, "ALTER ROLE … REPLICATION; on Amazon RDS: GRANT rds_replication TO …"
        )
    if error.sqlstate == UNDEFINED and "publication" in error.primary:
        return ConnectorError(
            problem,
            "The publication must be older than the slot: drop the slot, create it again and reset the state of the pipeline",
        )
    return ConnectorError(problem, f"SQLSTATE {error.sqlstate}" if error.sqlstate else "Run again")
