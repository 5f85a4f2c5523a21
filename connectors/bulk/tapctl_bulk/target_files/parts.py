"""A file that is being written."""

from __future__ import annotations

import gzip
import io
import os
from typing import Protocol

import msgspec

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.singer_input import Records, find_damage


class Part(Protocol):
    """Records of a stream and partition that become one file."""

    @property
    def path(self) -> str:
        """Where the file is written."""

    @property
    def rows(self) -> int:
        """Number of records."""

    @property
    def bytes(self) -> int:
        """Size of the records."""

    def add(self, records: Records) -> bool:
        """Append records. False: the part must end first."""

    def write(self, stream: str) -> int:
        """Complete the file of a stream. Returns the number of rows in it."""

    def close(self) -> None:
        """Remove temporary files."""


class _Line(msgspec.Struct):
    record: msgspec.Raw


class LinePart:
    """A JSON Lines file: the records, every byte as it came."""

    _decoder = msgspec.json.Decoder(_Line)

    def __init__(self, path: str, is_compressed: bool) -> None:
        self.path = path
        self._file: io.BufferedIOBase = (
            gzip.open(path, "wb", compresslevel=6) if is_compressed else open(path, "wb")
        )
        self.rows = 0
        self.bytes = 0

    def add(self, records: Records) -> bool:
        """Append records."""
        try:
            lines = [
                bytes(self._decoder.decode(one).record) for one in records.data.split(b"\n")[:-1]
            ]
        except (ValueError, RecursionError):
            raise find_damage(records) or ValueError("a line cannot be read") from None
        wrong = next((one for one in lines if not one.startswith(b"{")), None)
        if wrong is not None:
            raise find_damage(records) or ConnectorError(f'stream "{records.stream}": no record')
        block = b"\n".join([*lines, b""])
        self._file.write(block)
        self.rows += len(lines)
        self.bytes += len(block)
        return True

    def write(self, _stream: str) -> int:
        """Complete the file."""
        self._file.close()
        return self.rows

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def sync(path: str) -> int:
    """Write a file to the disk. Returns its size in bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
