"""CSV and Parquet files, which DuckDB writes."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.failures import explained
from tapctl_bulk.duckdb_engine.memory import Memory, spill_folder
from tapctl_bulk.duckdb_engine.rows import literal, select_list, source
from tapctl_bulk.duckdb_engine.spool import Spool
from tapctl_bulk.singer_input import Records
from tapctl_bulk.target_files.settings import compression_of

ROW_GROUP_ROWS = 40_960
ROW_GROUP_BYTES = 4 << 20
"""DuckDB collects a row group in memory and needs several times as much to compress it."""
MIB = 64
"""Memory limit for a start. With less, most files need a second attempt."""


class Tables:
    """Makes the parts of a format that DuckDB writes."""

    def __init__(self, config: Config) -> None:
        self._is_csv = text(config, "format") == "csv"
        self._folder = text(config, "temp_dir") or None
        self._options = _csv_options(config) if self._is_csv else _parquet_options(config)
        self._memory = Memory(duckdb.connect(), first_mib=MIB, folder=spill_folder(config))
        if not self._is_csv:
            # Required to end a row group by its size. A single thread keeps the order.
            self._memory.connection.execute("SET preserve_insertion_order = false")

    def part(self, path: str, columns: tuple[Column, ...], as_text: bool) -> TablePart:
        """Begin a file."""
        fitting = _as_text if self._is_csv else _for_parquet
        spool = Spool(tuple(fitting(one) for one in columns), self._folder, as_text)
        return TablePart(path, spool, self._options, self._memory)


class TablePart:
    """A CSV or Parquet file. Its records wait in batch files until it is complete."""

    def __init__(self, path: str, spool: Spool, options: str, memory: Memory) -> None:
        self.path = path
        self._spool = spool
        self._options = options
        self._memory = memory

    @property
    def rows(self) -> int:
        """Number of records."""
        return self._spool.rows

    @property
    def bytes(self) -> int:
        """Size of the records."""
        return self._spool.bytes

    def add(self, records: Records) -> bool:
        """Append records. False: a new part must pass JSON as text."""
        if not self._spool.fits(records):
            return False
        self._spool.add(records)
        return True

    def write(self, stream: str) -> int:
        """Write the file."""
        try:
            return self._memory.run(self._copy)
        except duckdb.Error as error:
            raise explained(error, stream, self._spool.as_records(stream)) from error

    def close(self) -> None:
        """Remove the batch files."""
        self._spool.close()

    def _copy(self) -> int:
        spool = self._spool
        values = select_list(
            spool.columns, {one.name: one.type for one in spool.columns}, spool.as_text
        )
        rows = f"SELECT {values} FROM {source(spool, spool.columns)}"
        copy = f"COPY ({rows}) TO {literal(self.path)} ({self._options})"
        (count,) = self._memory.connection.execute(copy).fetchone() or (0,)
        return int(count)


def _parquet_options(config: Config) -> str:
    compression = compression_of(config)
    return (
        f"FORMAT parquet, COMPRESSION {'uncompressed' if compression == 'none' else compression}, "
        f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}, ROW_GROUP_SIZE_BYTES {ROW_GROUP_BYTES}"
    )


def _csv_options(config: Config) -> str:
    return (
        f"FORMAT csv, HEADER true, DELIMITER {literal(text(config, 'delimiter'))}, NULLSTR '', "
        f"COMPRESSION {literal(compression_of(config))}"
    )


def _for_parquet(column: Column) -> Column:
    """Parquet has no HUGEINT: DuckDB would write it as DOUBLE."""
    return replace(column, type="BIGINT") if column.type == "HUGEINT" else column


def _as_text(column: Column) -> Column:
    """A CSV file has no types: values are written as they came, with all their digits."""
    if column.type == "JSON":
        return column
    return replace(column, type="VARCHAR", is_number=column.type == "DOUBLE")
