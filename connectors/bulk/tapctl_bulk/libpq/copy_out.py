"""Rows on their way from the server."""

from __future__ import annotations

import select
from typing import Any

from tapctl_bulk.libpq.errors import error_of_connection
from tapctl_bulk.libpq.library import libpq, row_reader
from tapctl_bulk.libpq.results import finish_copy


class CopyOut:
    """A COPY TO STDOUT that has started."""

    def __init__(self, handle: Any) -> None:
        self.read = row_reader()
        """`read(handle, address, size)` copies the next row, or as much of it as there is room for;
        the rest follows. Returns how many bytes these are, 0 if the row has not arrived, and -1 at
        the end."""
        self.handle = handle
        self._readable = select.poll()
        self._readable.register(libpq().PQsocket(handle), select.POLLIN)

    def wait(self) -> None:
        """Wait for more rows.

        Raises:
            PostgresError: The connection is lost.
        """
        self._readable.poll()
        if not libpq().PQconsumeInput(self.handle):
            raise error_of_connection(self.handle)

    def end(self) -> int:
        """End the COPY after its last row. Returns how many rows the server has sent.

        Raises:
            PostgresError: The server reports an error.
        """
        return finish_copy(self.handle)
