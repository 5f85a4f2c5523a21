"""ACTIVATE_VERSION: what to do with rows that the source no longer has."""

from __future__ import annotations

from tapctl_bulk.libpq import Connection
from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.stage import Stage
from tapctl_bulk.target_postgres.wanted import DELETED_AT, VALID_TO

VERSION_COLUMN = '"_sdc_table_version"'


def activate_version(connection: Connection, stage: Stage, version: int) -> None:
    """Delete the rows of earlier versions, or mark them with the time."""
    table = stage.target.sql
    earlier = f"({VERSION_COLUMN} < {version} or {VERSION_COLUMN} is null)"
    deleted_at = quoted(DELETED_AT)
    if stage.wanted.mode == "scd2":
        statement = (
            f"update {table} set {deleted_at} = now()::timestamp, {quoted(VALID_TO)} = now()::timestamp "
            f"where {earlier} and {quoted(VALID_TO)} is null"
        )
    elif stage.wanted.hard_delete:
        statement = f"delete from {table} where {earlier}"
    else:
        statement = f"update {table} set {deleted_at} = now()::timestamp where {earlier} and {deleted_at} is null"
    connection.execute(statement)
