"""What the messages of the log mean for the streams of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.tap_postgres.log_based.messages import ABSENT, Begin, Change, Row, Table, Value
from tapctl_bulk.tap_postgres.stream import Stream

TABLE = "table"
"""Number of the table in a bookmark: a table of the same name may be another one."""
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""Start of PostgreSQL's time."""


class Seen(NamedTuple):
    """The transactions that a snapshot sees: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT."""

    first_running: int
    next: int
    running: frozenset[int]

    @staticmethod
    def of(snapshot: str) -> Seen:
        """Read a snapshot such as `10:20:10,14,15`."""
        first, following, running = snapshot.split(":")
        return Seen(
            int(first), int(following), frozenset(map(int, running.split(",")) if running else ())
        )

    def sees(self, transaction: int) -> bool:
        """Whether the snapshot sees the changes of a transaction, given its number of 32 bits."""
        before = (self.next - transaction) & 0xFFFFFFFF
        number = self.next - before
        if before == 0 or before >= 0x80000000:
            return False
        return number < self.first_running or number not in self.running


class LogStream:
    """A stream, and which changes of it are to be sent."""

    def __init__(
        self, stream: Stream, start: int, version: int | None, seen: Seen | None = None
    ) -> None:
        self.stream = stream
        self.start = start
        """Position in the log of its first change."""
        self.version = version
        """Version of the table; None if the tap that saved the state had none."""
        self._seen = seen
        """Transactions that were read with the whole table, in this run."""
        self._places: tuple[int, ...] = ()
        self._keys = [
            place for place, item in enumerate(stream.columns) if item.column.name in stream.key
        ]
        self._identity: tuple[bool, ...] = ()
        self._has_all_columns = False
        """Whether the columns of the stream are those of the table, in the same order."""
        self.has_present_types = False
        """Whether the values are of the types that the columns have now."""

    @property
    def details(self) -> dict[str, int]:
        """What the bookmark has besides the position."""
        version = {} if self.version is None else {"version": self.version}
        return {**version, TABLE: self.stream.relation.oid}

    def takes(self, begin: Begin) -> bool:
        """Whether the changes of a transaction are to be sent."""
        return begin.commit >= self.start and not (
            self._seen and self._seen.sees(begin.transaction)
        )

    def describe(self, table: Table) -> None:
        """Note where the values of columns are in the following changes."""
        at = {name: place for place, name in enumerate(table.columns)}
        self._places = tuple(at.get(item.column.name, -1) for item in self.stream.columns)
        self._has_all_columns = self._places == tuple(range(len(table.columns)))
        self.has_present_types = all(
            place < 0 or table.types[place] == item.column.type
            for place, item in zip(self._places, self.stream.columns, strict=True)
        )
        self._identity = tuple(place >= 0 and table.identity[place] for place in self._places)

    def changed(self, change: Change) -> Iterator[tuple[list[Value], bool]]:
        """Yield the values of the stream's columns and whether they are those of a deleted row.

        Raises:
            ConnectorError: The log does not contain the key of the row.
        """
        old = self._values(change.old, is_key=not change.has_whole_old) if change.old else None
        if change.new is None:
            if old:
                yield self._with_key(old), True
            return
        new = self._values(change.new, is_key=False)
        if old:
            new = [
                before if value is ABSENT else value for value, before in zip(new, old, strict=True)
            ]
            if any(old[place] != new[place] for place in self._keys):
                yield self._with_key(old), True
        yield self._with_key(new), False

    def _with_key(self, values: list[Value]) -> list[Value]:
        for place in self._keys:
            if values[place] is ABSENT:
                name = self.stream.columns[place].column.name
                raise ConnectorError(
                    f'stream "{self.stream.name}": the log does not contain the column "{name}" of the key of a changed row',
                    "If the column was renamed, reset the state of the stream, so that it is read in full. If it is generated or not published, use another key, or INCREMENTAL",
                )
        return values

    def _values(self, row: Row, *, is_key: bool) -> list[Value]:
        """Return the values of the stream's columns. Of a key, the log has NULL for all others."""
        if self._has_all_columns and not is_key:
            return row
        return [
            ABSENT if place < 0 or (is_key and not identity) else row[place]
            for place, identity in zip(self._places, self._identity, strict=True)
        ]


class RowChange(NamedTuple):
    """What becomes a record."""

    values: Sequence[Value]
    """By column of the stream; absent: not known from the log."""
    position: int
    deleted_at: str | None


def new_version(version: int | None = None) -> int:
    """Return a version of a table that is later than another one."""
    return max(int(time.time() * 1000), (version or 0) + 1)


@lru_cache(maxsize=1)
def time_of(microseconds: int) -> str:
    """Return a time of PostgreSQL as text."""
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()
