"""The replication slot and the publication that LOG_BASED streams are read from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.libpq import Connection
from tapctl_bulk.tap_postgres.quoting import quoted
from tapctl_bulk.tap_postgres.stream import Stream

END = """
(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
 ELSE pg_catalog.pg_current_wal_flush_lsn() END - '0/0')::bigint
"""
"""Position of the end of the log, in SQL."""

SLOT = f"""
SELECT plugin, database, pg_catalog.current_database(), to_jsonb(s) ->> 'wal_status',
  (confirmed_flush_lsn - '0/0')::bigint, {END}
FROM pg_catalog.pg_replication_slots s WHERE slot_name = $1
"""
PUBLICATION = "SELECT FROM pg_catalog.pg_publication WHERE pubname = $1"

TABLES = """
SELECT c.oid, c.relreplident::text,
  (SELECT pg_catalog.json_agg(a.attname::text)
   FROM pg_catalog.pg_index i
   JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
   WHERE i.indrelid = c.oid
     AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END),
  c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid),
  EXISTS (SELECT FROM pg_catalog.pg_index i
          WHERE i.indrelid = c.oid AND i.indisprimary AND NOT i.indimmediate)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_publication_tables p ON p.schemaname = n.nspname AND p.tablename = c.relname
WHERE p.pubname = $1 AND c.oid = ANY($2::oid[])
"""

WHOLE_ROW = "f"
"""The replica identity that consists of all columns."""


class Log(NamedTuple):
    """What LOG_BASED streams are read from."""

    slot: str
    publication: str
    start: int
    """Position from which on the slot has changes."""
    end: int
    """End of the server's log."""


def open_log(connection: Connection, config: Config, streams: Sequence[Stream]) -> Log:
    """Check everything that LOG_BASED streams need.

    Raises:
        ConnectorError: Something is missing or unfit.
    """
    slot = text(config, "replication_slot_name")
    if not slot:
        raise ConnectorError(
            'setting "replication_slot_name" is missing',
            "LOG_BASED streams need a replication slot of their own, with the plugin pgoutput",
        )
    publication = text(config, "publication_name") or slot
    start, end = _range(connection, slot)
    _check_publication(connection, publication, streams)
    for stream in streams:
        if stream.conditions:
            raise ConnectorError(
                f'stream "{stream.name}": LOG_BASED streams cannot have conditions',
                "Use a row filter of the publication, or INCREMENTAL",
            )
    return Log(slot, publication, start, end)


def check_position(log: Log, stream: str, position: int) -> None:
    """Check that the slot has all changes since a saved position.

    Raises:
        ConnectorError: Changes are missing.
    """
    if position < log.start:
        raise ConnectorError(
            f'stream "{stream}": replication slot "{log.slot}" no longer has the changes from the saved position {lsn(position)} to {lsn(log.start)}',
            "Reset the state of the stream, so that it is read in full. Each pipeline needs a slot of its own",
        )
    if position > log.end:
        raise ConnectorError(
            f'stream "{stream}": the saved position {lsn(position)} is after the end of the server\'s log, {lsn(log.end)}',
            "It is another server, or was restored from a backup: reset the state of the stream, so that it is read in full",
        )


def lsn(position: int) -> str:
    """Return a position in the log as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def _range(connection: Connection, slot: str) -> tuple[int, int]:
    row = connection.execute(SLOT, [slot]).fetchone()
    if row is None:
        raise ConnectorError(
            f'replication slot "{slot}" does not exist',
            f"Create it: {_create(slot)}. The server needs wal_level = logical",
        )
    plugin, database, current, status, start, end = row
    if plugin is None:
        raise ConnectorError(
            f'replication slot "{slot}" is one of physical replication',
            f"Create another one: {_create(slot + '2')}",
        )
    if plugin != "pgoutput":
        raise ConnectorError(
            f'replication slot "{slot}" has the plugin {plugin}, not pgoutput',
            "Create another one with the plugin pgoutput, or use tapPostgresSdk, which reads wal2json",
        )
    if database != current:
        raise ConnectorError(
            f'replication slot "{slot}" belongs to database "{database}", not "{current}"',
            "Create one in this database, with another name",
        )
    if status == "lost":
        raise ConnectorError(
            f'replication slot "{slot}" is lost: the server has removed changes that were not read (max_slot_wal_keep_size)',
            "Drop the slot, create it again and reset the state of the pipeline",
        )
    if start is None:
        raise ConnectorError(
            f'replication slot "{slot}" is still being created: the server waits for the end of transactions that are older',
            "Run again later, or end the long transactions in pg_stat_activity",
        )
    return int(start), int(end)


def _create(slot: str) -> str:
    return f"SELECT pg_create_logical_replication_slot('{slot}', 'pgoutput')"


def _check_publication(connection: Connection, publication: str, streams: Sequence[Stream]) -> None:
    tables = ", ".join(stream.table for stream in streams)
    if not connection.execute(PUBLICATION, [publication]).fetchall():
        raise ConnectorError(
            f'publication "{publication}" does not exist',
            f"Create it: CREATE PUBLICATION {quoted(publication)} FOR TABLE {tables}",
        )
    oids = [stream.relation.oid for stream in streams]
    found = {
        oid: (identity, columns or [], *rest)
        for oid, identity, columns, *rest in connection.execute(
            TABLES, [publication, oids]
        ).fetchall()
    }
    for stream in streams:
        if stream.relation.oid not in found:
            raise _not_published(publication, stream)
        identity, columns, has_children, is_deferrable = found[stream.relation.oid]
        if has_children:
            raise ConnectorError(
                f'stream "{stream.name}": other tables inherit from the table; the log does not contain their rows as rows of it',
                "Use FULL_TABLE or INCREMENTAL",
            )
        if is_deferrable and stream.key == stream.relation.key:
            raise ConnectorError(
                f'stream "{stream.name}": the primary key is DEFERRABLE, so two rows may have the same key during a transaction',
                "Make it NOT DEFERRABLE, or use FULL_TABLE or INCREMENTAL",
            )
        if identity != WHOLE_ROW and not set(stream.key) <= set(columns):
            raise ConnectorError(
                f'stream "{stream.name}": the log does not contain the key ({", ".join(stream.key)}) of rows that are deleted',
                f"ALTER TABLE {stream.table} REPLICA IDENTITY FULL, or use the primary key as key",
            )


def _not_published(publication: str, stream: Stream) -> ConnectorError:
    name = quoted(publication)
    if stream.relation.kind == "p":
        fix = f"ALTER PUBLICATION {name} SET (publish_via_partition_root = true), and add the table if it is not part of it"
    elif stream.relation.kind == "r":
        fix = f"ALTER PUBLICATION {name} ADD TABLE {stream.table}. If the stream has a saved position, reset its state: changes until then are not in the log"
    else:
        fix = "Only tables have LOG_BASED: use FULL_TABLE or INCREMENTAL"
    return ConnectorError(
        f'stream "{stream.name}": publication "{publication}" does not contain the table', fix
    )
