"""Changes on their way from a replication slot.

https://www.postgresql.org/docs/current/protocol-replication.html
"""

from __future__ import annotations

import ctypes
import select
import threading
import time
from collections.abc import Mapping
from typing import Any

from tapctl_bulk.libpq.connection import Connection
from tapctl_bulk.libpq.errors import error_of_connection
from tapctl_bulk.libpq.library import copy_reader, libpq
from tapctl_bulk.libpq.results import last_result

REPORT_SECONDS = 10
"""The server ends a connection that has reported nothing for `wal_sender_timeout`, 60 seconds."""
END_OF_COPY = -1
EPOCH = 946_684_800
"""2000-01-01 in seconds since 1970: the start of PostgreSQL's time."""


class ReplicationConnection(Connection):
    """A connection on which the server sends the changes of its database."""

    def __init__(self, parameters: Mapping[str, object]) -> None:
        super().__init__({**parameters, "replication": "database"}, autocommit=True)

    def start(self, statement: str, confirmed: int) -> ReplicationStream:
        """Run START_REPLICATION.

        Args:
            statement: Without parameters.
            confirmed: Position in the log up to which the server may forget the changes.

        Raises:
            PostgresError: The server refuses.
        """
        self._copy(statement)
        return ReplicationStream(self._handle, confirmed)


class ReplicationStream:
    """The messages of the server. Reports to it meanwhile, also while the caller does other things."""

    def __init__(self, handle: Any, confirmed: int) -> None:
        self._handle = handle
        self._confirmed = confirmed
        self._read = copy_reader()
        self._readable = select.poll()
        self._readable.register(libpq().PQsocket(handle), select.POLLIN)
        self._lock = threading.Lock()
        """libpq allows one thread at a time."""
        self._ended = threading.Event()
        self.report()
        self._reports = threading.Thread(target=self._report_regularly, daemon=True)
        self._reports.start()

    def read(self, seconds: float) -> bytes | None:
        """Return the next message; None if none arrives within this time.

        Raises:
            PostgresError: The server reports an error, or the connection is lost.
        """
        buffer = ctypes.c_void_p()
        with self._lock:
            length = self._read(self._handle, ctypes.byref(buffer), 1)
        if length == 0:
            if not self._readable.poll(seconds * 1000):
                return None
            with self._lock:
                if not libpq().PQconsumeInput(self._handle):
                    raise error_of_connection(self._handle)
                length = self._read(self._handle, ctypes.byref(buffer), 1)
        if length > 0:
            message = ctypes.string_at(buffer, length)
            libpq().PQfreemem(buffer)
            return message
        if length == 0:
            return None
        with self._lock:
            if length == END_OF_COPY:
                libpq().PQclear(last_result(self._handle))
            raise error_of_connection(self._handle)

    def report(self, *, wants_answer: bool = False) -> None:
        """Report what is confirmed. The server answers with its position in the log, if wanted.

        Raises:
            PostgresError: The connection is lost.
        """
        position = self._confirmed.to_bytes(8, "big")
        now = int((time.time() - EPOCH) * 1_000_000).to_bytes(8, "big")
        # What was written, flushed and applied.
        message = b"r" + 3 * position + now + (b"\1" if wants_answer else b"\0")
        with self._lock:
            sent = libpq().PQputCopyData(self._handle, message, len(message)) == 1
            if not sent or libpq().PQflush(self._handle):
                raise error_of_connection(self._handle)

    def end(self) -> None:
        """Report nothing more. The connection can be closed."""
        self._ended.set()
        self._reports.join()

    def _report_regularly(self) -> None:
        while not self._ended.wait(REPORT_SECONDS):
            try:
                self.report()
            except Exception:
                return  # The next read reports why.
