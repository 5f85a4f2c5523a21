"""The staging table of a stream, and the statements that read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from tapctl_bulk.singer_input import METADATA
from tapctl_bulk.target_postgres.columns import Column
from tapctl_bulk.target_postgres.names import TableName, literal, quoted
from tapctl_bulk.target_postgres.rows import COPY_FORMAT
from tapctl_bulk.target_postgres.wanted import DELETED_AT, VALID_FROM, VALID_TO, Wanted

ORDINAL = "_tapctl_n"
EXTRACTED, VERSION = "_tapctl_extracted", "_tapctl_version"
EXTRACTED_AT, RECEIVED_AT, BATCHED_AT, _, SEQUENCE, TABLE_VERSION, SYNC_STARTED_AT = METADATA


class Stage(NamedTuple):
    """Statements around the staging table of a stream."""

    sql: str
    """The staging table in a statement."""
    target: TableName
    wanted: Wanted
    columns: tuple[Column, ...]
    """Columns that the records fill."""
    has_unique_key: bool
    """Whether the table has a unique index on the stream's key."""

    def create(self) -> str:
        """A statement that creates the staging table. It is empty after every transaction."""
        columns = [f"{quoted(one.name)} {one.staged_type}" for one in self.columns]
        return (
            f"create temporary table {self.sql} ({', '.join(columns)}, "
            f"{EXTRACTED} timestamp with time zone, {VERSION} bigint, "
            f"{ORDINAL} bigint generated always as identity (cache 1000)) on commit delete rows"
        )

    def copy(self, *, with_origin: bool) -> str:
        """The COPY statement for the rows of `RowWriter`."""
        names = [quoted(one.name) for one in self.columns]
        origin = [EXTRACTED, VERSION] if with_origin else []
        return f"copy {self.sql} ({', '.join(names + origin)}) from stdin {COPY_FORMAT}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Quoted names of the key columns."""
        return tuple(quoted(one) for one in self.wanted.keys)

    def source(self, *, last_of_key: bool) -> str:
        """The staged rows as `s`: all of them, or the last one of each key."""
        if not last_of_key:
            return f"{self.sql} s"
        keys = ", ".join(self.keys)
        return f"(select distinct on ({keys}) * from {self.sql} order by {keys}, {ORDINAL} desc) s"

    def values(self, now: datetime, started: datetime, extracted: str | None) -> dict[str, str]:
        """Expressions by column for the rows of a batch.

        Args:
            now: When the batch was received.
            started: When the target started.
            extracted: When all of its rows were extracted; None if the rows have it themselves.
        """
        found = {one.name: one.expression for one in self.columns if one.name != DELETED_AT}
        deleted = next((one for one in self.columns if one.name == DELETED_AT), None)
        if self.wanted.has_metadata:
            found |= self.constants(now, started, extracted)
            if not extracted:
                found[EXTRACTED_AT] = f"coalesce(s.{EXTRACTED}::timestamp, {_moment(now)})"
            found[DELETED_AT] = deleted.expression if deleted else "null::timestamp"
            found[TABLE_VERSION] = f"s.{VERSION}"
        if self.wanted.mode == "scd2":
            found |= {VALID_FROM: _moment(now), VALID_TO: "null::timestamp"}
        return found

    def constants(self, now: datetime, started: datetime, extracted: str | None) -> dict[str, str]:
        """Expressions of metadata columns that are the same for all rows of a batch.

        Args:
            now: When the batch was received.
            started: When the target started.
            extracted: When all of its rows were extracted; if None, when they were received.
        """
        if not self.wanted.has_metadata:
            return {}
        moment = _moment(now)
        at = moment
        if extracted:
            at = f"timestamp with time zone {literal(extracted)}::timestamp"
        return {
            EXTRACTED_AT: at,
            RECEIVED_AT: moment,
            BATCHED_AT: moment,
            SEQUENCE: f"{round(now.timestamp() * 1000)}",
            SYNC_STARTED_AT: f"{round(started.timestamp() * 1000)}",
        }


def _moment(at: datetime) -> str:
    return f"timestamp '{at.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S.%f}'"


def assignments(names: Sequence[str], source: str) -> str:
    """Return `"a" = source."a", …` for an update."""
    return ", ".join(f"{quoted(one)} = {source}.{quoted(one)}" for one in names)


def same_key(keys: Sequence[str], one: str, other: str) -> str:
    """Return the condition that two rows have the same key; the names are quoted."""
    return " and ".join(f"{one}.{key} = {other}.{key}" for key in keys)
