"""Reads the state of replication slots, with the Python and the libraries of a tap for PostgreSQL.

Not a module of the runner: it is started as a program. A request is JSON on stdin, {"config": ..., "slots": [names]};
the answer is a list of rows of pg_replication_slots with `lag` and `retained` in bytes, on stdout.
"""

from __future__ import annotations

import json
import sys
from typing import Any

SECONDS = 5
QUERY = """
select s.slot_name, s.active, s.lag, s.retained, s.fields ->> 'wal_status', (s.fields ->> 'safe_wal_size')::bigint
from (
    select slot_name, active, to_jsonb(r) as fields,
        pg_wal_lsn_diff(here, confirmed_flush_lsn)::bigint as lag,
        pg_wal_lsn_diff(here, restart_lsn)::bigint as retained
    from pg_replication_slots r,
        (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end) c (here)
) s
where s.slot_name = any({slots})
"""
COLUMNS = ("slot", "active", "lagBytes", "retainedBytes", "walStatus", "safeWalBytes")
LIMITS = {"connect_timeout": SECONDS, "options": f"-c statement_timeout={SECONDS}s"}


def rows(config: dict[str, Any], slots: list[str]) -> list[tuple[Any, ...]]:
    """The state of the slots, read with the settings and the libraries of the tap."""
    try:
        from tapctl_bulk.tap_postgres.program import connection_of
    except ImportError:
        connection = connect(config)
        with connection.cursor() as cursor:
            cursor.execute(QUERY.format(slots="%s"), (slots,))
            return list(cursor.fetchall())
    found = connection_of(config, LIMITS).execute(QUERY.format(slots="$1"), [slots])
    return list(found.fetchall())


def connect(config: dict[str, Any]) -> Any:
    """A connection with the settings of a published tap."""
    import psycopg2

    if "dbname" in config:
        return psycopg2.connect(
            host=config["host"],
            port=config["port"],
            user=config["user"],
            password=config["password"],
            dbname=config["dbname"],
            **({"sslmode": "require"} if str(config.get("ssl")).lower() == "true" else {}),
            **LIMITS,
        )
    if (config.get("ssh_tunnel") or {}).get("enable"):
        from tap_postgres.tap import TapPostgres

        tap = TapPostgres(config=config, validate_config=False)
        assert tap.connector
        parameters = tap.connection_parameters
    else:
        from tap_postgres.connection_parameters import ConnectionParameters

        parameters = ConnectionParameters.from_tap_config(config)
    return psycopg2.connect(parameters.render_as_psycopg2_dsn(), **LIMITS)


def main() -> None:
    request = json.load(sys.stdin)
    found = rows(request["config"], request["slots"])
    json.dump([dict(zip(COLUMNS, row)) for row in found], sys.stdout)


if __name__ == "__main__":
    main()
