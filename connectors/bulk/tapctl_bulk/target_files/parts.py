"""A file that is being written."""

from __future__ import annotations

import gzip
import io
import os
from typing import Protocol

import duckdb
import msgspec

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.rows import literal, select_list, source
from tapctl_bulk.duckdb_engine.spool import Spool
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

    def write(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Complete the file. Returns the number of rows in it."""

    def close(self) -> None:
        """Remove temporary files."""


class TablePart:
    """A CSV or Parquet file, which DuckDB writes."""

    def __init__(
        self,
        path: str,
        columns: tuple[Column, ...],
        options: str,
        folder: str | None,
        as_text: bool,
    ) -> None:
        self.path = path
        self._columns = columns
        self._options = options
        self.spool = Spool(columns, folder, as_text)

    @property
    def rows(self) -> int:
        """Number of records."""
        return self.spool.rows

    @property
    def bytes(self) -> int:
        """Size of the records."""
        return self.spool.bytes

    def add(self, records: Records) -> bool:
        """Append records. False: a new part must pass JSON as text."""
        if not self.spool.fits(records):
            return False
        self.spool.add(records)
        return True

    def write(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Write the file."""
        types = {one.name: one.type for one in self._columns}
        values = select_list(self._columns, types, self.spool.as_text)
        rows = f"SELECT {values} FROM {source(self.spool, self._columns)}"
        done = connection.execute(f"COPY ({rows}) TO {literal(self.path)} ({self._options})")
        (count,) = done.fetchone() or (0,)
        return int(count)

    def close(self) -> None:
        """Remove the batch file."""
        self.spool.close()


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

    def write(self, _connection: duckdb.DuckDBPyConnection) -> int:
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
