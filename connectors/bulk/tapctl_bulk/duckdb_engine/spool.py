"""Records of a stream that wait for the next flush, in files that DuckDB reads."""

from __future__ import annotations

import io
import tempfile

from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.exact import Tree, may_be_rounded, tree_of, with_text_values
from tapctl_bulk.singer_input import Records, find_damage

FILE_BYTES = 4 << 20
"""DuckDB reads up to 32 MB of a file at once, and several files sequentially."""
LONG_LINE_BYTES = 1 << 20
"""Shorter lines need no allowance, and finding the longest one looks at each byte."""


class Spool:
    """Batch files. They have no names, so that a killed process leaves nothing behind."""

    def __init__(self, columns: tuple[Column, ...], folder: str | None, as_text: bool) -> None:
        self.columns = columns
        self._folder = folder
        self._files = [self._new_file()]
        self._left = FILE_BYTES
        self._exact: Tree = tree_of(one.path for one in columns if one.may_lose_digits)
        self._runs: list[tuple[int, int]] = []
        self.as_text = as_text
        """Whether values of JSON columns, and numbers that are stored as text, are texts."""
        self.rows = 0
        self.bytes = 0
        self.longest = 0
        """Bytes of the longest line, if it is a long one."""

    @property
    def paths(self) -> list[str]:
        """Paths of the files in order, valid in this process."""
        return [f"/dev/fd/{file.fileno()}" for file in self._files]

    def fits(self, records: Records) -> bool:
        """Whether the records can be added. If not, the next spool must pass JSON as text."""
        return self.as_text or not self._exact or not may_be_rounded(records.data)

    def add(self, records: Records) -> None:
        """Append records.

        Raises:
            ConnectorError: A line is not a RECORD message.
        """
        data = records.data
        if self.as_text and self._exact:
            try:
                data = with_text_values(data, self._exact)
            except (ValueError, RecursionError):
                raise find_damage(records) or ValueError("a line cannot be read") from None
        if self._left <= 0:
            self._files.append(self._new_file())
            self._left = FILE_BYTES
        view = memoryview(data)
        while view:
            view = view[self._files[-1].write(view) :]
        self._left -= len(data)
        self.rows += records.count
        self.bytes += len(data)
        if len(data) > max(self.longest, LONG_LINE_BYTES):
            self.longest = max(self.longest, max(map(len, data.split(b"\n"))))
        self._runs.extend(records.runs)

    def as_records(self, stream: str) -> Records:
        """Return all records again, to find the one that cannot be read."""
        for file in self._files:
            file.seek(0)
        data = b"".join(file.read() for file in self._files)
        return Records(stream, data, self.rows, tuple(self._runs))

    def close(self) -> None:
        """Remove the files."""
        for file in self._files:
            file.close()

    def _new_file(self) -> io.FileIO:
        return tempfile.TemporaryFile(dir=self._folder, buffering=0)
