"""Formats of files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.target_files.parts import LinePart, Part
from tapctl_bulk.target_files.settings import compression_of

ENDINGS = {"none": "", "gzip": ".gz", "zstd": ".zst"}

NewPart: TypeAlias = Callable[[str, "tuple[Column, ...]", bool], Part]


class Writer:
    """Makes the parts of a format and writes them."""

    def __init__(self, config: Config) -> None:
        format_, compression = text(config, "format"), compression_of(config)
        ending = "" if format_ == "parquet" else ENDINGS[compression]
        self.ending = f".{format_}{ending}"
        self._new_part = _lines(compression) if format_ == "jsonl" else _tables(config)

    def part(self, path: str, columns: tuple[Column, ...], as_text: bool) -> Part:
        """Begin a file."""
        return self._new_part(path, columns, as_text)

    def write(self, part: Part, stream: str) -> int:
        """Complete a file.

        Raises:
            ConnectorError: A value does not fit, or the file has another number of rows than were read.
        """
        expected = part.rows
        try:
            rows = part.write(stream)
        finally:
            part.close()
        if rows != expected:
            raise ConnectorError(
                f'stream "{stream}": {expected} rows were read, but DuckDB wrote {rows}',
                "The file was not published. Report it with the version of DuckDB",
            )
        return rows


def _lines(compression: str) -> NewPart:
    return lambda path, _columns, _as_text: LinePart(path, compression == "gzip")


def _tables(config: Config) -> NewPart:
    # Importing DuckDB takes 40 MB and 0.2 s, which JSON Lines files do not need.
    from tapctl_bulk.target_files.tables import Tables

    return Tables(config).part
