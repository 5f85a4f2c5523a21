"""From the staging table into the table: one statement per batch, and what it must report."""

from __future__ import annotations

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection, PostgresError
from tapctl_bulk.target_postgres.failures import UNIQUE_VIOLATION
from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.scd2 import add_versions
from tapctl_bulk.target_postgres.stage import Stage, same_key
from tapctl_bulk.target_postgres.wanted import DELETED_AT

REPEATED_KEYS = (UNIQUE_VIOLATION, "21000")
"""A unique index has the key already, or a statement would change a row twice."""


class Habits:
    """What earlier batches of the stream taught. Each guess that fails costs one statement."""

    def __init__(self, *, is_new_table: bool, has_unique_key: bool) -> None:
        self.is_new_table = is_new_table
        """All rows had new keys: a plain INSERT is enough."""
        self.repeats_keys = False
        """A key came twice in a batch."""
        self.has_unique_key = has_unique_key
        """The table has a unique index on the stream's key."""


def merge(
    connection: Connection,
    stage: Stage,
    habits: Habits,
    staged: int,
    values: dict[str, str],
) -> None:
    """Load the staged rows, with these expressions by column.

    Raises:
        ConnectorError: The database reports another number of rows than were staged.
    """
    mode = stage.wanted.mode
    if mode == "scd2":
        _compare(stage, staged, add_versions(connection, stage, values))
        return
    if mode == "append" or not stage.keys:
        _compare(
            stage,
            staged,
            _rows(connection, _insert(stage, values, stage.source(last_of_key=False))),
        )
        return
    removed = _delete_marked(connection, stage) if _deletes(stage) else 0
    if removed:
        # A row before its deletion must not be loaded: only the last row of each key counts.
        habits.is_new_table = False
        habits.repeats_keys = True
    _compare(stage, staged, removed + _upsert(connection, stage, habits, values))


def _deletes(stage: Stage) -> bool:
    replaces_rows = bool(stage.keys) and stage.wanted.mode in ("upsert", "replace")
    return stage.wanted.hard_delete and stage.wanted.reads_deletion and replaces_rows


def _upsert(connection: Connection, stage: Stage, habits: Habits, values: dict[str, str]) -> int:
    """Return the number of staged rows that are accounted for."""
    if habits.is_new_table:
        rows = _attempt(connection, _insert(stage, values, stage.source(last_of_key=False)))
        if rows is not None:
            return rows
        habits.is_new_table = False
    if not habits.has_unique_key:
        return _update_and_insert(connection, stage, values)
    if not habits.repeats_keys:
        statement = _insert(stage, values, stage.source(last_of_key=False)) + _on_conflict(
            stage, values
        )
        rows = _attempt(connection, statement)
        if rows is not None:
            return rows
        habits.repeats_keys = True
    repeated = _repeated(connection, stage)
    statement = _insert(stage, values, stage.source(last_of_key=True)) + _on_conflict(stage, values)
    return repeated + _rows(connection, statement)


def _attempt(connection: Connection, statement: str) -> int | None:
    """Run a statement that fails if keys repeat. None: it failed, and changed nothing."""
    try:
        with connection.savepoint():
            return _rows(connection, statement)
    except PostgresError as error:
        if error.sqlstate in REPEATED_KEYS:
            return None
        raise


def _insert(stage: Stage, values: dict[str, str], source: str) -> str:
    names = ", ".join(quoted(one) for one in values)
    condition = f" where s.{quoted(DELETED_AT)} is null" if _deletes(stage) else ""
    return (
        f"insert into {stage.target.sql} as t ({names}) select {', '.join(values.values())} "
        f"from {source}{condition}"
    )


def _on_conflict(stage: Stage, values: dict[str, str]) -> str:
    keys = set(stage.wanted.keys)
    changed = [quoted(one) for one in values if one not in keys] or [stage.keys[0]]
    update = ", ".join(f"{one} = excluded.{one}" for one in changed)
    return f" on conflict ({', '.join(stage.keys)}) do update set {update}"


def _update_and_insert(connection: Connection, stage: Stage, values: dict[str, str]) -> int:
    """Upsert into a table without a unique index on the key, as tables of other tools are."""
    connection.execute(f"analyze {stage.sql}")
    repeated = _repeated(connection, stage)
    source = stage.source(last_of_key=True)
    update = ", ".join(f"{quoted(one)} = {value}" for one, value in values.items())
    matches = same_key(stage.keys, "t", "s")
    condition = f" and s.{quoted(DELETED_AT)} is null" if _deletes(stage) else ""
    found = f"exists (select 1 from {stage.target.sql} t where {matches})"
    already = _count(connection, f"select count(*) from {source} where {found}{condition}")
    inserted = _rows(
        connection,
        _insert(stage, values, source) + f"{' and' if condition else ' where'} not {found}",
    )
    connection.execute(
        f"update {stage.target.sql} t set {update} from {source} where {matches}{condition}"
    )
    return repeated + already + inserted


def _delete_marked(connection: Connection, stage: Stage) -> int:
    """Delete the rows that the tap marks as deleted. Return how many staged rows are marked."""
    connection.execute(f"analyze {stage.sql}")
    source = stage.source(last_of_key=True)
    marked = f"s.{quoted(DELETED_AT)} is not null"
    count = _count(connection, f"select count(*) from {source} where {marked}")
    if count:
        connection.execute(
            f"delete from {stage.target.sql} t using {source} "
            f"where {same_key(stage.keys, 't', 's')} and {marked}"
        )
    return count


def _repeated(connection: Connection, stage: Stage) -> int:
    """How many staged rows are followed by one of the same key."""
    keys = ", ".join(stage.keys)
    return _count(
        connection,
        f"select (select count(*) from {stage.sql}) - (select count(*) from (select 1 from {stage.sql} group by {keys}) k)",
    )


def _rows(connection: Connection, statement: str) -> int:
    return connection.execute(statement).rowcount


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _compare(stage: Stage, staged: int, reported: int) -> None:
    if staged != reported:
        raise ConnectorError(
            f'stream "{stage.wanted.stream}": {staged} rows were staged, but the database reports {reported} for table {stage.target}',
            "Nothing of this batch was loaded. Look for triggers, rules and row security on the table",
        )
