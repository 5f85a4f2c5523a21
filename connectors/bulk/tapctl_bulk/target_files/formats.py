"""Formats of files, and DuckDB, which writes CSV and Parquet."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.failures import explained
from tapctl_bulk.duckdb_engine.memory import Memory
from tapctl_bulk.duckdb_engine.rows import literal
from tapctl_bulk.target_files.parts import LinePart, Part, TablePart
from tapctl_bulk.target_files.settings import compression_of

ROW_GROUP_ROWS = 40_960
"""DuckDB collects a row group in memory; three times as many rows need 14 MB more and a third more CPU."""

ENDINGS = {"none": "", "gzip": ".gz", "zstd": ".zst"}


class Writer:
    """Makes the parts of a format and writes them."""

    def __init__(self, config: Config) -> None:
        self._format = text(config, "format")
        self._compression = compression_of(config)
        self._folder = text(config, "temp_dir") or None
        self._delimiter = text(config, "delimiter")
        self._memory = Memory(duckdb.connect())
        self.ending = (
            ".parquet"
            if self._format == "parquet"
            else f".{self._format}{ENDINGS[self._compression]}"
        )

    def part(self, path: str, columns: tuple[Column, ...], as_text: bool) -> Part:
        """Begin a file."""
        if self._format == "jsonl":
            return LinePart(path, self._compression == "gzip")
        fitting = _as_text if self._format == "csv" else _for_parquet
        columns = tuple(fitting(one) for one in columns)
        return TablePart(path, columns, self._options(), self._folder, as_text)

    def write(self, part: Part, stream: str) -> int:
        """Complete a file.

        Raises:
            ConnectorError: A value does not fit, or the file has another number of rows than were read.
        """
        expected = part.rows
        try:
            rows = self._memory.run(lambda: part.write(self._memory.connection))
        except duckdb.Error as error:
            records = part.spool.as_records(stream) if isinstance(part, TablePart) else None
            raise explained(error, stream, records) from error
        finally:
            part.close()
        if rows != expected:
            raise ConnectorError(
                f'stream "{stream}": {expected} rows were read, but DuckDB wrote {rows}',
                "The file was not published. Report it with the version of DuckDB",
            )
        return rows

    def _options(self) -> str:
        if self._format == "parquet":
            compression = "uncompressed" if self._compression == "none" else self._compression
            return f"FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
        return (
            f"FORMAT csv, HEADER true, DELIMITER {literal(self._delimiter)}, NULLSTR '', "
            f"COMPRESSION {literal(self._compression)}"
        )


def _for_parquet(column: Column) -> Column:
    """Parquet has no HUGEINT: DuckDB would write it as DOUBLE."""
    return replace(column, type="BIGINT") if column.type == "HUGEINT" else column


def _as_text(column: Column) -> Column:
    """A CSV file has no types: values are written as they came, with all their digits."""
    if column.type == "JSON":
        return column
    return replace(column, type="VARCHAR", is_number=column.type == "DOUBLE")
