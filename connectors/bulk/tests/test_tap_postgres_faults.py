"""tap-postgres: whatever goes wrong, no row is lost and the error is one line."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from postgres_server import PostgresServer
from tap_runs import Extract, TapRuns, read, read_bytes

ROWS = 20_000
"""More than pipes and sockets hold: a tap whose output is not read has not read all rows."""


@pytest.fixture
def tap(server: PostgresServer) -> Iterator[TapRuns]:
    server.query(
        "create schema f; create table f.t (id integer primary key, at timestamptz not null, pad text);"
        f"insert into f.t select n, '2026-01-01'::timestamptz + n / 3 * interval '1 second', repeat('x', 1000) from generate_series(1, {ROWS}) n order by md5(n::text);"
        "create table f.small (id integer primary key); insert into f.small values (1)"
    )
    yield TapRuns(server, filter_schemas=["f"])
    server.query("drop schema f cascade; drop role if exists reader")


def interrupt(
    tap: TapRuns,
    catalog: dict[str, Any],
    action: Callable[[subprocess.Popen[bytes]], object],
    **settings: Any,
) -> Extract:
    """Do something while the tap is in the middle of its first stream, then let it end."""
    with tap.start(catalog, **settings) as child:
        head = read_bytes(child, 200_000)
        action(child)
        output, log = child.communicate(timeout=120)
    return read(child.returncode, head + output, log)


def test_killed_tap_resumes_without_losing_a_row(server: PostgresServer, tap: TapRuns) -> None:
    catalog = tap.catalog({"f-t": "at"})
    tap.frequent_states = True
    chance = random.Random(7)
    state: dict[str, Any] = {}
    received: dict[int, str] = {}
    kills = resumed = 0
    for _ in range(20):
        with tap.start(catalog, state) as child:
            head = read_bytes(child, chance.randrange(1, 2_500_000))
            child.send_signal(signal.SIGKILL)
            output, log = child.communicate(timeout=120)
        part = read(child.returncode, head + output, log)
        # Only what lies before a STATE counts: a target keeps nothing else for sure.
        states = [n for n, message in enumerate(part.messages) if message["type"] == "STATE"]
        kept = part.messages[: states[-1] + 1] if states else []
        received.update(
            (message["record"]["id"], message["record"]["at"])
            for message in kept
            if message["type"] == "RECORD"
        )
        state = kept[-1]["value"] if kept else state
        resumed += bool(kept)
        # The source keeps changing.
        server.query(
            "update f.t set at = now() where id in (select id from f.t order by random() limit 5)"
        )
        kills += part.code == -signal.SIGKILL
    assert kills >= 10
    assert resumed >= 5
    last = tap.run(catalog, state)
    assert last.code == 0
    received.update((record["id"], record["at"]) for record in last.records())
    assert sorted(received) == list(range(1, ROWS + 1))
    stored = server.query("select id, to_json(at at time zone 'UTC') #>> '{}' from f.t")
    assert received == {n: f"{text}+00:00" for n, text in stored}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_tap_with_whole_lines(tap: TapRuns, number: signal.Signals) -> None:
    catalog = tap.catalog({"f-t": "id"})

    def stop(child: subprocess.Popen[bytes]) -> None:
        child.send_signal(number)
        # The tap is in the middle of a block, and its reader is slow.
        time.sleep(1)

    done = interrupt(tap, catalog, stop)
    assert done.code == 128 + number
    assert done.error == f"stopped by {number.name}"
    assert 0 < len(done.records()) < ROWS


def test_signal_ends_a_tap_whose_output_is_not_read(tap: TapRuns) -> None:
    with tap.start(tap.catalog({"f-t": None})) as child:
        read_bytes(child, 1000)
        time.sleep(0.5)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 143


def test_closed_output_ends_the_tap(tap: TapRuns) -> None:
    with tap.start(tap.catalog({"f-t": None})) as child:
        assert child.stdout is not None and child.stderr is not None
        read_bytes(child, 1000)
        child.stdout.close()
        log = child.stderr.read()
    assert child.returncode == 1
    assert b"the reader of the output has ended" in log


@pytest.mark.parametrize("connections", [1, 2])
def test_lost_connection_is_one_line(
    server: PostgresServer, tap: TapRuns, connections: int
) -> None:
    tap.small_ranges = True
    terminate = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tap_postgres' and query like 'COPY%'"
    done = interrupt(
        tap,
        tap.catalog({"f-t": None}),
        lambda _: server.query(terminate),
        connections=connections,
    )
    assert done.code == 1
    assert done.error.startswith('stream "f-t": connection lost: ')
    assert done.error.endswith("Run again: incremental streams resume from the last saved bookmark")
    assert done.states() == []


def test_server_restart_during_an_incremental_run_loses_no_row(
    server: PostgresServer, tap: TapRuns
) -> None:
    catalog = tap.catalog({"f-t": "id"})

    def restart(_: object) -> None:
        server.stop("immediate")
        server.start()

    with tap.start(catalog) as child:
        head = read_bytes(child, 13_000_000)
        restart(child)
        output, log = child.communicate(timeout=120)
    done = read(child.returncode, head + output, log)
    assert done.code == 1
    assert "connection lost" in done.error
    state = done.states()[-1]
    bookmark = state["bookmarks"]["f-t"]["replication_key_value"]
    assert 0 < bookmark < ROWS
    rest = tap.run(catalog, state)
    assert [record["id"] for record in rest.records()] == list(range(bookmark, ROWS + 1))


def test_server_that_does_not_answer_is_one_line(tap: TapRuns) -> None:
    catalog = tap.catalog({"f-t": None})
    done = tap.run(catalog, host="/nowhere")
    assert done.code == 1
    assert done.error.startswith('cannot connect to database "postgres" at /nowhere:5432: ')
    assert done.error.endswith("that the server accepts connections from here")
    assert tap.run(catalog, database="none").error.startswith('cannot connect to database "none"')


def test_statement_timeout_is_one_line(server: PostgresServer, tap: TapRuns) -> None:
    server.query("create view f.slow as select 1 as id, pg_sleep(60)::text as a")
    done = tap.run(tap.catalog({"f-slow": None}), statement_timeout_seconds=1)
    assert done.code == 1
    assert done.error == (
        'stream "f-slow": canceling statement due to statement timeout.'
        " Raise statement_timeout_seconds if the statement timed out"
    )


def test_locked_table_is_one_line(server: PostgresServer, tap: TapRuns) -> None:
    catalog = tap.catalog({"f-small": None})
    with server.connect() as other, other.transaction():
        other.execute("lock table f.small in access exclusive mode")
        done = tap.run(catalog, lock_timeout_seconds=1)
    assert done.code == 1
    assert done.error == (
        'stream "f-small": canceling statement due to lock timeout.'
        " Another session holds a lock on the table: run again later, or raise lock_timeout_seconds"
    )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            "drop table f.small",
            'stream "f-small": relation "f.small" does not exist. Run discovery again, or remove the stream',
        ),
        (
            "truncate f.small",
            'stream "f-small": the table was truncated, rewritten or created again during the run. Run again',
        ),
        (
            "alter table f.small alter id type bigint",
            'stream "f-small": the table was truncated, rewritten or created again during the run. Run again',
        ),
        (
            "drop table f.small; create table f.small (id integer primary key); insert into f.small values (1)",
            'stream "f-small": the table was truncated, rewritten or created again during the run. Run again',
        ),
        (
            "alter table f.small rename id to other",
            'stream "f-small": column small.id does not exist. The table has changed: run discovery again',
        ),
    ],
)
@pytest.mark.parametrize("key", [None, "id"])
def test_table_changed_during_the_run_is_one_line(
    server: PostgresServer, tap: TapRuns, change: str, error: str, key: str | None
) -> None:
    catalog = tap.catalog({"f-t": None, "f-small": key})
    catalog["streams"].sort(key=lambda entry: entry["tap_stream_id"], reverse=True)
    done = interrupt(tap, catalog, lambda _: server.query(change))
    assert (done.code, done.error) == (1, error)
    assert len(done.records("f-t")) == ROWS
    assert done.states() == [{"bookmarks": {"f-t": {}}}]


def test_partition_truncated_during_the_run_is_one_line(
    server: PostgresServer, tap: TapRuns
) -> None:
    server.query(
        "create table f.parted (id integer) partition by range (id);"
        "create table f.p partition of f.parted for values from (0) to (9); insert into f.parted values (1)"
    )
    catalog = tap.catalog({"f-t": None, "f-parted": None})
    catalog["streams"].sort(key=lambda entry: entry["tap_stream_id"], reverse=True)
    done = interrupt(tap, catalog, lambda _: server.query("truncate f.p"))
    assert done.code == 1
    assert done.error.startswith('stream "f-parted": the table was truncated')


def test_table_being_read_cannot_be_dropped(server: PostgresServer, tap: TapRuns) -> None:
    dropping = threading.Thread(target=server.query, args=["drop table f.t"])
    done = interrupt(tap, tap.catalog({"f-t": None}), lambda _: dropping.start())
    dropping.join()
    assert (done.code, len(done.records())) == (0, ROWS)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            "drop table f.small",
            'stream "f-small": table "f"."small" does not exist. Run discovery again, or remove the stream',
        ),
        (
            "alter table f.small rename id to other",
            'stream "f-small": column "id" no longer exists. Run discovery again',
        ),
    ],
)
def test_table_changed_since_discovery_is_one_line(
    server: PostgresServer, tap: TapRuns, change: str, error: str
) -> None:
    catalog = tap.catalog({"f-small": None})
    server.query(change)
    done = tap.run(catalog)
    assert (done.code, done.error, done.messages) == (1, error, [])


def test_missing_privilege_is_one_line(server: PostgresServer, tap: TapRuns) -> None:
    server.query("create role reader login; grant usage on schema f to reader")
    catalog = tap.catalog({"f-small": None})
    done = tap.run(catalog, user="reader")
    assert done.code == 1
    assert done.error == (
        'stream "f-small": permission denied for table small.'
        " Grant it: GRANT USAGE ON SCHEMA and GRANT SELECT ON TABLE"
    )
    server.query("grant select (id) on f.small to reader")
    assert tap.run(catalog, user="reader").code == 0
    server.query("revoke usage on schema f from reader")
    assert tap.run(catalog, user="reader").error.startswith(
        'stream "f-small": permission denied for schema f.'
    )
    server.query("drop owned by reader")


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (
            {"stream_maps": {"f-small": {"id": "id"}}},
            'setting "stream_maps" is not supported by the bulk tap. Remove it, or use tapPostgresSdk (meltanolabs-tap-postgres)',
        ),
        (
            {"flattening_enabled": True},
            'setting "flattening_enabled" is not supported by the bulk tap. Remove it, or use tapPostgresSdk (meltanolabs-tap-postgres)',
        ),
        (
            {"default_replication_method": "LOG_BASED"},
            'setting "replication_slot_name" is missing. LOG_BASED streams need a replication slot of their own, with the plugin pgoutput',
        ),
        (
            {"default_replication_method": "INCREMENTAL"},
            'stream "f-small": INCREMENTAL needs a replication key. Set replication-key in the catalog, or use FULL_TABLE',
        ),
        (
            {"stream_options": {"f-small": {"wher": "x"}}},
            'stream_options of "f-small": unknown option "wher". Options are custom_where_clauses, where and lookback',
        ),
        (
            {"stream_options": {"f-small": {"where": "id >"}}},
            'stream "f-small": syntax error at or near ")". Correct the conditions of the stream',
        ),
    ],
)
def test_wrong_setting_is_one_line(tap: TapRuns, settings: dict[str, Any], error: str) -> None:
    catalog = tap.catalog({"f-small": None})
    catalog["streams"][0]["replication_method"] = None
    done = tap.run(catalog, **settings)
    assert (done.code, done.error, done.records()) == (1, error, [])


def test_wrong_bookmark_is_one_line(tap: TapRuns) -> None:
    catalog = tap.catalog({"f-small": "id"})
    bookmark: dict[str, Any] = {"replication_key": "id", "replication_key_value": "x"}
    done = tap.run(catalog, {"bookmarks": {"f-small": bookmark}})
    assert (
        done.error
        == 'stream "f-small": invalid input syntax for type integer: "x". Correct the saved bookmark, or reset the state of the stream'
    )
    bookmark["replication_key_value"] = [1]
    done = tap.run(catalog, {"bookmarks": {"f-small": bookmark}})
    assert (
        done.error
        == 'stream "f-small": the bookmark [1] is neither text nor a number. Reset the state of the stream'
    )


def test_unfit_replication_key_is_one_line(server: PostgresServer, tap: TapRuns) -> None:
    server.query("create table f.odd (a integer[], j jsonb, b bytea, c boolean)")
    for name in ("a", "j", "b", "c"):
        done = tap.run(tap.catalog({"f-odd": name}))
        assert done.code == 1
        assert (
            "cannot be a replication key. Use a number, date, timestamp or text column"
            in done.error
        )


def test_memory_stays_small_with_large_rows(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table f.large (id integer primary key, a text);"
        "insert into f.large select n, repeat(md5(n::text), 10 * 1024 * 1024 / 32) from generate_series(1, 8) n"
    )
    tap.small_ranges = True
    catalog = tap.catalog({"f-t": None, "f-large": "id"})
    program = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
    command = ["python3", "-c", program, *tap.command(catalog, None, connections=2)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 80 * 1024 * 1024
    peak = int(done.stderr.split(b"peak ")[1].split()[0]) // 1024
    assert peak < 128, f"{peak} MB"
