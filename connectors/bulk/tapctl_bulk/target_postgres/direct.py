"""The first batch of a new table: COPY straight into it, while it has no key.

It saves the staging table, the statement that reads it, and inserting each row into the index.
Everything happens in the transaction of the batch. During it, the table is empty for others or
locked, and afterwards it is as it was created:

- Metadata columns have the values of the batch as defaults.
- A timestamp without time zone is one with time zone, which reads offsets. Both have the same
  binary form when the session's time zone is UTC, so the change back rewrites nothing.
- The key is created after the rows are copied. If rows have the same key, the last one stays. A
  table that was truncated in the same transaction is filled from front to back, so it is the one
  with the highest place.
"""

from __future__ import annotations

from collections.abc import Mapping

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.target_postgres.columns import Column
from tapctl_bulk.target_postgres.failures import UNIQUE_VIOLATION
from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.rows import COPY_FORMAT
from tapctl_bulk.target_postgres.stage import Stage
from tapctl_bulk.target_postgres.table import try_lock

LOCK_NOT_AVAILABLE, INSUFFICIENT_PRIVILEGE = "55P03", "42501"
ORDINARY = """
select c.relkind = 'r' and a.amname = 'heap' and not c.relhasrules and not c.relhastriggers
    and not c.relrowsecurity and not c.relispartition, k.conname
from pg_class c join pg_am a on a.oid = c.relam
left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
where c.oid = to_regclass($1)
"""


class DirectLoad:
    """A table that is being filled."""

    def __init__(self, stage: Stage, key: str | None, defaults: tuple[str, ...]) -> None:
        self.stage = stage
        self.key = key
        """The name of the primary key; None if the table has none."""
        self.defaults = defaults
        """Columns that have a default for the time of the load."""
        self.rows = 0
        """Rows that were copied."""

    def copy(self) -> str:
        """The COPY statement for the rows of `RowWriter`."""
        names = ", ".join(quoted(one.name) for one in self.stage.columns)
        return f"copy {self.stage.target.sql} ({names}) from stdin {COPY_FORMAT}"

    def add(self, rows: int) -> None:
        """Count rows that were copied."""
        self.rows += rows


def fits(stage: Stage) -> bool:
    """Whether the rows of a stream need only COPY to be in a new table."""
    wanted = stage.wanted
    return (
        wanted.mode != "scd2"
        and not wanted.reads_deletion
        and all(one.type == one.staged_type or _is_moment(one) for one in stage.columns)
    )


def begin(connection: Connection, stage: Stage, constants: Mapping[str, str]) -> DirectLoad | None:
    """Prepare a new table. None: it is not empty, is in use, or is more than a plain table.

    Args:
        constants: Expressions by column, the same for all rows.
    """
    table = stage.target.sql
    if not try_lock(connection, f"table {stage.target}"):
        return None
    try:
        with connection.savepoint():
            connection.execute(f"lock table {table} in access exclusive mode nowait")
            found = connection.execute(ORDINARY, [table]).fetchone()
            if found is None or not found[0] or _has_rows(connection, table):
                return None
            connection.execute(f"truncate {table}")
            key: str | None = found[1]
            _alter(
                connection,
                table,
                [
                    *([f"drop constraint {quoted(key)}"] if key else []),
                    *(_type(one.name, one.staged_type) for one in _moments(stage)),
                    *(
                        f"alter column {quoted(name)} set default {value}"
                        for name, value in constants.items()
                    ),
                ],
            )
    except PostgresError as error:
        if error.sqlstate in (LOCK_NOT_AVAILABLE, INSUFFICIENT_PRIVILEGE):
            return None
        raise
    return DirectLoad(stage, key, tuple(constants))


def end(connection: Connection, load: DirectLoad) -> None:
    """Give the table its key, and everything else that it was created with.

    Raises:
        ConnectorError: The table does not have the rows that were copied.
    """
    table = load.stage.target.sql
    try:
        with connection.savepoint():
            _restore(connection, load)
    except PostgresError as error:
        if error.sqlstate != UNIQUE_VIOLATION:
            raise
        removed = _remove_repeated(connection, load)
        _restore(connection, load)
        row = connection.execute(f"select count(*) from {table}").fetchone()
        if row != (load.rows - removed,):
            raise ConnectorError(
                f'stream "{load.stage.wanted.stream}": {load.rows} rows were copied into table {load.stage.target} '
                f"and {removed} with a repeated key removed, but it has {row and row[0]}",
                "Nothing of this batch was loaded. Report it with the version of PostgreSQL",
            ) from None


def _restore(connection: Connection, load: DirectLoad) -> None:
    stage = load.stage
    key = load.key and (
        f"add constraint {quoted(load.key)} primary key ({', '.join(_key_columns(stage))})"
    )
    _alter(
        connection,
        stage.target.sql,
        [
            *(_type(one.name, one.type) for one in _moments(stage)),
            *(f"alter column {quoted(name)} drop default" for name in load.defaults),
            *([key] if key else []),
        ],
    )


def _remove_repeated(connection: Connection, load: DirectLoad) -> int:
    """Remove all rows but the last one of each key. Returns how many."""
    table, keys = load.stage.target.sql, ", ".join(_key_columns(load.stage))
    numbered = (
        f"select ctid, row_number() over (partition by {keys} order by ctid desc) as n from {table}"
    )
    # Where a table is published with its deletions, it needs an identity for them.
    connection.execute(f"alter table {table} replica identity full")
    removed = connection.execute(
        f"delete from {table} where ctid = any(array(select ctid from ({numbered}) r where n > 1))"
    ).rowcount
    connection.execute(f"alter table {table} replica identity default")
    return removed


def _key_columns(stage: Stage) -> list[str]:
    """Quoted names of the key, in the order of the columns, as the table was created."""
    return [quoted(one) for one in stage.wanted.types if one in stage.wanted.primary_key]


def _has_rows(connection: Connection, table: str) -> bool:
    row = connection.execute(f"select exists (select from {table})").fetchone()
    return row != (False,)


def _alter(connection: Connection, table: str, changes: list[str]) -> None:
    if changes:
        connection.execute(f"alter table {table} {', '.join(changes)}")


def _type(column: str, type_name: str) -> str:
    return f"alter column {quoted(column)} type {type_name}"


def _moments(stage: Stage) -> list[Column]:
    return [one for one in stage.columns if _is_moment(one)]


def _is_moment(column: Column) -> bool:
    return column.type != column.staged_type and column.staged_type == "timestamp with time zone"
