"""Rows on their way to the server: at most one COPY is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection, CopyIn
from tapctl_bulk.target_postgres.failures import named
from tapctl_bulk.target_postgres.names import TableName


class Destination(NamedTuple):
    """What a COPY fills."""

    statement: str
    stream: str
    table: TableName
    """The stream's table, for errors."""
    add: Callable[[int], None]
    """Is called with the number of rows when they have been copied."""


class _Copy:
    def __init__(self, destination: Destination, copy: CopyIn) -> None:
        self.destination = destination
        self.copy = copy
        self.sent = 0


class Copies:
    """Sends rows. A COPY stays open as long as the next rows go to the same place."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: _Copy | None = None

    @property
    def sent(self) -> int:
        """Rows of the open COPY."""
        return self._open.sent if self._open else 0

    def write(self, destination: Destination, rows: bytes, count: int) -> None:
        """Send rows."""
        current = self._open
        if current is None or current.destination.statement != destination.statement:
            self.close()
            with named(destination.stream, destination.table):
                copy = self._connection.copy_in(destination.statement)
            current = self._open = _Copy(destination, copy)
        with named(destination.stream, destination.table):
            current.copy.write(rows)
        current.sent += count

    def close(self) -> None:
        """End the open COPY.

        Raises:
            ConnectorError: The server has another number of rows than were sent, or refuses them.
        """
        current, self._open = self._open, None
        if current is None:
            return
        to = current.destination
        with named(to.stream, to.table):
            staged = current.copy.end()
        if staged != current.sent:
            raise ConnectorError(
                f'stream "{to.stream}": {current.sent} records were read, but the database staged {staged}',
                "Nothing of this batch was loaded. Report it with the version of PostgreSQL",
            )
        to.add(current.sent)
