"""A table that has no columns but those of the stream: batches go straight into it.

That saves the staging table, and the search for the keys of each batch. DuckDB compresses such
rows once and writes them into the file during the transaction, instead of first into its log.
Before the transaction ends, `complete` keeps the last row of each key: later rows have a higher
rowid, and those of the open transaction the highest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.duckdb_engine.rows import quoted
from tapctl_bulk.target_duckdb.table import Table, has_index, types_of

LEAST_MIB = 8
KEY_BYTES, SEARCHED_KEY_BYTES = 4, 16
"""Memory for each key of a transaction, alone and if it is searched among older rows."""


@dataclass
class Filling:
    """What is known of the table of a stream. The batches of a stream share it."""

    may_fill: bool
    """Whether the table may be filled so, as far as is known."""
    is_known: bool = False
    before: tuple[int, int] | None = None
    """Highest rowid (-1 if there is none) and number of rows before the first new row of the open
    transaction."""
    rows: int = 0
    """Rows that were inserted in the open transaction."""

    @property
    def mib(self) -> int:
        """Memory that `complete` needs. Temporary files have most of the keys."""
        is_searched = self.before is not None and self.before[1] > 0
        key_bytes = SEARCHED_KEY_BYTES if is_searched else KEY_BYTES
        return LEAST_MIB + (self.rows * key_bytes >> 20)

    def begin(self) -> None:
        """Begin a transaction."""
        self.before, self.rows = None, 0

    def is_possible(
        self, connection: duckdb.DuckDBPyConnection, table: Table, columns: Collection[str]
    ) -> bool:
        """Whether rows with these columns are whole rows, and the table takes several of a key."""
        if self.may_fill and not self.is_known:
            names = {one.lower() for one in columns}
            others = {one.lower() for one in types_of(connection, table)} - names
            self.may_fill = not others and not has_index(connection, table)
            self.is_known = True
        return self.may_fill

    def insert(
        self, connection: duckdb.DuckDBPyConnection, table: str, work: Callable[[], int]
    ) -> int:
        """Insert rows. Returns their number."""
        if self.before is None:
            query = f"SELECT coalesce(max(rowid), -1), count(*) FROM {table}"
            self.before = _row(connection, query)
        rows = work()
        self.rows += rows
        return rows

    def complete(
        self, connection: duckdb.DuckDBPyConnection, stream: str, table: str, keys: tuple[str, ...]
    ) -> None:
        """Keep the last row of each key.

        Raises:
            ConnectorError: A row has no key, or DuckDB reports another number of rows than were read.
        """
        if self.before is None or not self.rows:
            return
        newest, kept = self.before
        kept -= remove_replaced(
            connection, stream, table, keys, self.rows, newest=newest, has_older=kept > 0
        )
        count_rows = f"SELECT count(*) FROM {table}"
        (found,) = _row(connection, count_rows)
        if found != kept + self.rows:
            raise different_counts(stream, kept + self.rows, found, table)
        self.begin()


def remove_replaced(
    connection: duckdb.DuckDBPyConnection,
    stream: str,
    table: str,
    keys: tuple[str, ...],
    rows: int,
    *,
    newest: int = -1,
    has_older: bool = False,
) -> int:
    """Remove the rows whose key a later row has. Returns how many.

    Args:
        connection: Connection with an open transaction.
        stream: Name for errors.
        table: Table in SQL.
        keys: Columns of the key.
        rows: Number of rows that were inserted.
        newest: Highest rowid before them.
        has_older: Whether the table had rows before them.

    Raises:
        ConnectorError: An inserted row has no key.
    """
    listed = ", ".join(quoted(one) for one in keys)
    is_new = f"rowid > {newest}"
    empty = " OR ".join(f"{quoted(one)} IS NULL" for one in keys)
    (missing,) = _row(connection, f"SELECT count(*) FROM {table} WHERE {is_new} AND ({empty})")
    if missing:
        raise missing_keys(stream, missing, keys)
    distinct = f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {table})"
    if not has_older and _row(connection, distinct) == (rows,):
        return 0
    last = f"SELECT {listed}, max(rowid) AS last FROM {table} WHERE {is_new} GROUP BY {listed}"
    is_same = " AND ".join(f"t.{quoted(one)} = n.{quoted(one)}" for one in keys)
    removal = f"DELETE FROM {table} t USING ({last}) n WHERE {is_same} AND t.rowid < n.last"
    return int(_row(connection, removal)[0])


def missing_keys(stream: str, rows: int, keys: tuple[str, ...]) -> ConnectorError:
    """Return the error of records without a key."""
    return ConnectorError(
        f'stream "{stream}": {rows} records have no value for the key {", ".join(keys)}',
        "Correct table-key-properties in the catalog, or the rows in the source",
    )


def different_counts(stream: str, expected: int, reported: int, table: str) -> ConnectorError:
    """Return the error of a table that has not the rows that were read."""
    return ConnectorError(
        f'stream "{stream}": {expected} rows were read, but DuckDB reports {reported} for table {table}',
        "Nothing of this batch was loaded. Report it with the version of DuckDB",
    )


def _row(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
