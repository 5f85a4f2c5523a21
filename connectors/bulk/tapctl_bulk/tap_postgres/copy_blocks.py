"""Reading the result of COPY as blocks of lines.

The server makes the records only, not the messages around them, which are all the same. The format
is binary, in which it sends a record unchanged: in text and CSV it checks each character. Both
together are a quarter of its time.

libpq copies each record to its place in the block, so that the block needs no further copy.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection, CopyOut

BLOCK_BYTES = 256 * 1024
ROOM_BYTES = 64 * 1024
"""A longer row needs a larger block of its own."""
SIGNATURE_BYTES = 19
"""What a binary COPY starts with."""
HEAD_BYTES = 6
"""Before the value of a row: the number of fields, 1, and the length of the value. The COPY ends
with another number of fields, without a value."""
LENGTH_BYTES = 4
"""The length of the value: the last bytes of the head."""


class Envelope(NamedTuple):
    """What is before and after each record in its line."""

    head: bytes
    """Is longer than what is before the value of a row."""
    tail: bytes
    """Ends with a line end."""


def copy_blocks(
    connection: Connection, statement: str, envelope: Envelope
) -> Iterator[tuple[bytes, int]]:
    """Run a binary COPY TO STDOUT; yield blocks of whole lines and the number of lines in each.

    Args:
        statement: Its rows have one value, which has no line end.
        envelope: What makes a line of it.

    Raises:
        PostgresError: The server reports an error, or the connection is lost.
        ConnectorError: The server reports another number of rows.
    """
    copy = connection.copy_out(statement)
    read, handle = copy.read, copy.handle
    between, tail = envelope.tail + envelope.head, envelope.tail
    buffer = Buffer(BLOCK_BYTES + ROOM_BYTES)
    # Bytes of a row must not be where the end of its line will be.
    limit = buffer.size - len(between)
    # The text of a block starts after the tail of a line before it. What precedes the value of a
    # row overwrites the end of `between`, which is written once more afterwards.
    start, end, count, sent = len(tail), 0, 0, 0
    skipped = SIGNATURE_BYTES + HEAD_BYTES
    while True:
        place = end + len(between) - skipped
        length = read(handle, buffer.address + place, limit - place)
        if length > skipped:
            if length == limit - place:
                buffer, length = _with_rest(copy, buffer, place, length, skipped)
                limit = buffer.size - len(between)
            buffer.view[end : end + len(between)] = between
            end, count, skipped = place + length, count + 1, HEAD_BYTES
            if end >= BLOCK_BYTES:
                yield buffer.block(start, end, tail), count
                end, count, sent = 0, 0, sent + count
                if buffer.size > BLOCK_BYTES + ROOM_BYTES:
                    buffer = Buffer(BLOCK_BYTES + ROOM_BYTES)
                    limit = buffer.size - len(between)
        elif length == 0:
            copy.wait()
        elif length < 0:
            break
    check_count(sent + count, copy.end())
    if count:
        yield buffer.block(start, end, tail), count


def check_count(read: int, reported: int) -> None:
    """Compare the rows that were read with those that the server reports.

    Raises:
        ConnectorError: They differ.
    """
    if read != reported:
        raise ConnectorError(
            f"{read} rows were read, but the database reports {reported}",
            "Report it with the version of PostgreSQL",
        )


class Buffer:
    """Memory at an address."""

    def __init__(self, size: int) -> None:
        memory = (ctypes.c_char * size)()
        self.size = size
        self.view = memoryview(memory).cast("B")
        self.address = ctypes.addressof(memory)

    def larger(self, size: int, kept: int) -> Buffer:
        """Return memory of another size, with a copy of the first bytes."""
        other = Buffer(size)
        other.view[:kept] = self.view[:kept]
        return other

    def block(self, start: int, end: int, tail: bytes) -> bytes:
        """Return the text, with the tail of its last line."""
        self.view[end : end + len(tail)] = tail
        return bytes(self.view[start : end + len(tail)])


def _with_rest(
    copy: CopyOut, buffer: Buffer, place: int, length: int, skipped: int
) -> tuple[Buffer, int]:
    """Read the rest of a row that fills the buffer. Returns a larger buffer and the row's length."""
    field = buffer.view[place + skipped - LENGTH_BYTES : place + skipped]
    whole = skipped + int.from_bytes(field, "big")
    buffer = buffer.larger(place + whole + ROOM_BYTES, kept=place + length)
    while length < whole:
        length += copy.read(copy.handle, buffer.address + place + length, whole - length)
    return buffer, whole
