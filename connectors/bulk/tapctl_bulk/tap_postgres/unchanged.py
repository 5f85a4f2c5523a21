"""A table must be, when it is read, the one that the snapshot saw."""

from __future__ import annotations

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection
from tapctl_bulk.tap_postgres.stream import Stream

CHANGED = """
with recursive tree(oid) as (
  select $1::oid
  union select i.inhrelid from pg_catalog.pg_inherits i join tree on i.inhparent = tree.oid
)
select $1::oid is distinct from pg_catalog.to_regclass($2)::oid
  or exists (
    select from tree join pg_catalog.pg_class c using (oid)
    where c.relkind in ('r', 'm')
      and c.relfilenode is distinct from pg_catalog.pg_relation_filenode(c.oid))
"""


def hold_unchanged(connection: Connection, stream: Stream) -> None:
    """Keep a table from changing its structure until the transaction ends; fail if it already did.

    TRUNCATE, DROP and the forms of ALTER TABLE that rewrite a table do not respect snapshots: a
    table that was truncated, rewritten or created again since the snapshot looks empty
    (https://www.postgresql.org/docs/current/mvcc-caveats.html).

    Raises:
        ConnectorError: The table was truncated, rewritten or created again.
    """
    connection.execute(f"SELECT FROM {stream.table} LIMIT 0")
    row = connection.execute(CHANGED, [stream.relation.oid, stream.table]).fetchone()
    if row is None or row[0]:
        raise ConnectorError(
            f'stream "{stream.name}": the table was truncated, rewritten or created again during the run',
            "Run again",
        )
