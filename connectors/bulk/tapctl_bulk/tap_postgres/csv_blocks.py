"""Reading the result of COPY in CSV format as blocks of lines."""

from __future__ import annotations

from collections.abc import Iterator

from tapctl_bulk.libpq import Connection, CopyOut
from tapctl_bulk.tap_postgres.copy_blocks import BLOCK_BYTES, ROOM_BYTES, Buffer, check_count
from tapctl_bulk.tap_postgres.line_template import SEPARATOR, LineTemplate

PART_BYTES = 32 * 1024
"""Values that become lines at once. The memory for more would come from the system each time."""
ROW_END = SEPARATOR + b"\n"


def csv_blocks(
    connection: Connection, statement: str, template: LineTemplate
) -> Iterator[tuple[bytes, int]]:
    """Run a COPY TO STDOUT; yield blocks of whole lines and the number of lines in each.

    Args:
        statement: Has the options `CSV_OPTIONS`. The last value of each row is an empty text.
        template: What makes lines of the rows.

    Raises:
        PostgresError: The server reports an error, or the connection is lost.
        ConnectorError: The server reports another number of rows.
    """
    copy = connection.copy_out(statement)
    lines: list[bytes] = []
    size, count, sent = 0, 0, 0
    for rows, number in _parts(copy):
        lines.append(template.lines(rows, number))
        size, count = size + len(lines[-1]), count + number
        del rows
        if size >= BLOCK_BYTES:
            block = b"".join(lines)
            lines.clear()
            yield block, count
            del block
            size, count, sent = 0, 0, sent + count
    check_count(sent + count, copy.end())
    if count:
        yield b"".join(lines), count


def _parts(copy: CopyOut) -> Iterator[tuple[bytes, int]]:
    """Yield rows without their line ends, and how many they are."""
    read, handle = copy.read, copy.handle
    buffer = Buffer(PART_BYTES + ROOM_BYTES)
    end, count = 0, 0
    while True:
        room = buffer.size - end
        length = read(handle, buffer.address + end, room)
        if length > 0:
            end += length
            if length == room and buffer.view[end - len(ROW_END) : end] != ROW_END:
                buffer = buffer.larger(2 * buffer.size, kept=end)
                continue
            end -= 1  # The next row overwrites the line end.
            count += 1
            if end >= PART_BYTES:
                rows = bytes(buffer.view[:end])
                if buffer.size > PART_BYTES + ROOM_BYTES:
                    buffer = Buffer(PART_BYTES + ROOM_BYTES)
                yield rows, count
                del rows
                end, count = 0, 0
        elif length == 0:
            copy.wait()
        else:
            break
    if count:
        yield bytes(buffer.view[:end]), count
