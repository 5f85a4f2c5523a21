"""Records of a stream that wait for the next flush, in a file that DuckDB reads."""

from __future__ import annotations

import tempfile

from tapctl_bulk.duckdb_engine.columns import Column
from tapctl_bulk.duckdb_engine.exact import Tree, may_be_rounded, tree_of, with_text_values
from tapctl_bulk.singer_input import Records, find_damage


class Spool:
    """A batch file. It has no name, so that a killed process leaves nothing behind."""

    def __init__(self, columns: tuple[Column, ...], folder: str | None, as_text: bool) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)
        self._exact: Tree = tree_of(one.path for one in columns if one.may_lose_digits)
        self._runs: list[tuple[int, int]] = []
        self.as_text = as_text
        """Whether values of JSON columns, and numbers that are stored as text, are texts."""
        self.rows = 0
        self.bytes = 0
        self.longest = 0

    @property
    def path(self) -> str:
        """A path of the file, valid in this process."""
        return f"/dev/fd/{self._file.fileno()}"

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
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.rows += records.count
        self.bytes += len(data)
        if len(data) > self.longest:
            self.longest = max(self.longest, max(map(len, data.split(b"\n"))))
        self._runs.extend(records.runs)

    def as_records(self, stream: str) -> Records:
        """Return all records again, to find the one that cannot be read."""
        self._file.seek(0)
        return Records(stream, self._file.read(), self.rows, tuple(self._runs))

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
