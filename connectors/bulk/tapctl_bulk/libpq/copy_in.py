"""Rows on their way to the server."""

from __future__ import annotations

import ctypes
from typing import Any

from tapctl_bulk.libpq.errors import error_of_connection
from tapctl_bulk.libpq.library import libpq
from tapctl_bulk.libpq.results import finish_copy

PART_BYTES = 256 << 10
"""libpq keeps a copy of what it is given, and its buffer stays as large."""


class CopyIn:
    """A COPY FROM STDIN that has started."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def write(self, data: bytes) -> None:
        """Send bytes, which need not end with a row.

        Raises:
            PostgresError: The connection is lost.
        """
        address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
        for start in range(0, len(data), PART_BYTES):
            size = min(PART_BYTES, len(data) - start)
            if libpq().PQputCopyData(self._handle, address + start, size) != 1:
                raise error_of_connection(self._handle)

    def end(self) -> int:
        """End the COPY. Returns how many rows the server has copied.

        Raises:
            PostgresError: The server refuses a row.
        """
        if libpq().PQputCopyEnd(self._handle, None) != 1:
            raise error_of_connection(self._handle)
        return finish_copy(self._handle)
