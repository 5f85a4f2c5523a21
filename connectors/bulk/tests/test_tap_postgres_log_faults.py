"""tap-postgres, LOG_BASED: whatever goes wrong, no change is lost and the error is one line."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from log_runs import Destination, LogRuns, runs_on, serve
from postgres_server import PostgresServer, programs
from tap_runs import Extract, read, read_bytes

ROWS = 20_000
"""More than pipes and sockets hold: a tap whose output is not read has not read all changes."""
CREATE = "create table m.t (id integer primary key, a text)"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    yield from serve("wal_sender_timeout = 3s")


@pytest.fixture
def tap(server: PostgresServer) -> Iterator[LogRuns]:
    yield from runs_on(server)
    server.query("drop role if exists reader")


def change(server: PostgresServer, rows: int = ROWS) -> None:
    """Insert rows in transactions of a thousand."""
    server.query(
        f"do $$ begin for part in 0..{rows // 1000 - 1} loop "
        "insert into m.t select part * 1000 + n, repeat('x', 100) from generate_series(1, 1000) n;"
        "commit; end loop; end $$"
    )


def kept(part: Extract) -> list[dict[str, Any]]:
    """Messages up to the last STATE: a target keeps nothing else for sure."""
    states = [n for n, message in enumerate(part.messages) if message["type"] == "STATE"]
    return part.messages[: states[-1] + 1] if states else []


def test_killed_tap_loses_no_change(server: PostgresServer, tap: LogRuns) -> None:
    tap.small_batches = True
    tap.prepare(CREATE)
    tap.next("m-t")
    change(server)
    catalog = tap.log_catalog("m-t")
    chance = random.Random(7)
    destination = Destination()
    kills = resumed = 0
    for _ in range(20):
        with tap.start(catalog, tap.state) as child:
            head = read_bytes(child, chance.randrange(1, 500_000))
            child.send_signal(signal.SIGKILL)
            output, log = child.communicate(timeout=120)
        part = read(child.returncode, head + output, log)
        messages = kept(part)
        destination.load(messages)
        tap.state = messages[-1]["value"] if messages else tap.state
        resumed += bool(messages)
        kills += part.code == -signal.SIGKILL
        # The source keeps changing.
        key = chance.randrange(1, ROWS)
        server.query(
            f"delete from m.t where id = {key}; update m.t set a = 'new' where id = {key + 1}"
        )
    assert kills >= 10
    assert resumed >= 5
    destination.load(tap.next("m-t").messages)
    table = tap.run(tap.catalog({"m-t": None})).records()
    assert destination.rows("m-t") == sorted(table, key=lambda row: int(row["id"]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_tap_with_whole_lines(tap: LogRuns, number: signal.Signals) -> None:
    with _in_the_middle(tap) as child:
        head = read_bytes(child, 100_000)
        child.send_signal(number)
        time.sleep(1)
        output, log = child.communicate(timeout=60)
    done = read(child.returncode, head + output, log)
    assert (done.code, done.error) == (128 + number, f"stopped by {number.name}")
    assert 0 < len(done.records()) < ROWS


def test_slow_reader_does_not_lose_the_connection(tap: LogRuns) -> None:
    tap.report_seconds = 1
    with _in_the_middle(tap) as child:
        head = read_bytes(child, 100_000)
        time.sleep(7)  # More than twice wal_sender_timeout.
        output, log = child.communicate(timeout=60)
    done = read(child.returncode, head + output, log)
    assert done.code == 0, done.log
    assert len(done.records()) == ROWS


def test_lost_connection_is_one_line(server: PostgresServer, tap: LogRuns) -> None:
    with _in_the_middle(tap) as child:
        head = read_bytes(child, 100_000)
        server.query("select pg_terminate_backend(pid) from pg_stat_replication")
        output, log = child.communicate(timeout=60)
    done = read(child.returncode, head + output, log)
    assert done.code == 1
    assert done.error.startswith(
        'replication slot "log": terminating connection due to administrator command'
    ), done.error
    tap.state = done.states()[-1] if done.states() else tap.state
    received = {row["id"] for row in done.records()} | {
        row["id"] for row in tap.next("m-t").records()
    }
    assert received == set(range(1, ROWS + 1))


def test_server_restart_loses_no_change(server: PostgresServer, tap: LogRuns) -> None:
    with _in_the_middle(tap) as child:
        head = read_bytes(child, 100_000)
        server.stop("immediate")
        output, log = child.communicate(timeout=60)
    server.start()
    done = read(child.returncode, head + output, log)
    assert done.code == 1
    assert done.error.startswith(('replication slot "log": ', 'stream "m-t": connection lost: '))
    messages = kept(done)
    tap.state = messages[-1]["value"] if messages else tap.state
    received = {row["id"] for row in done.records()} | {
        row["id"] for row in tap.next("m-t").records()
    }
    assert received == set(range(1, ROWS + 1))


@contextmanager
def _in_the_middle(tap: LogRuns) -> Iterator[subprocess.Popen[bytes]]:
    """A tap that has many changes to send."""
    tap.small_batches = True
    tap.prepare(CREATE)
    tap.next("m-t")
    change(tap.server)
    with tap.start(tap.log_catalog("m-t"), tap.state) as child:
        yield child


@contextmanager
def _other_reader(server: PostgresServer) -> Iterator[subprocess.Popen[bytes]]:
    """A program that reads the slot and confirms nothing."""
    connection = ["-h", str(server.folder), "-U", "postgres", "-d", "postgres"]
    options = ["-o", "proto_version=1", "-o", "publication_names=log"]
    silent = ["--fsync-interval=0", "--status-interval=0"]
    # The server does not ask either: an answer would confirm what was read.
    environment = {**os.environ, "PGOPTIONS": "-c wal_sender_timeout=0"}
    with subprocess.Popen(
        [f"{programs()}/pg_recvlogical", *connection, "--slot", "log", "--start", "-f", "/dev/null"]
        + [*options, *silent],
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as other:
        try:
            while not server.query("select 1 from pg_replication_slots where active"):
                assert other.poll() is None
            yield other
        finally:
            other.kill()


@pytest.mark.parametrize("is_released", [True, False])
def test_slot_that_another_program_reads(
    server: PostgresServer, tap: LogRuns, is_released: bool
) -> None:
    tap.prepare(CREATE)
    tap.next("m-t")
    server.query("insert into m.t values (1, 'a')")
    tap.in_use_seconds = 30 if is_released else 1
    with _other_reader(server) as other, tap.start(tap.log_catalog("m-t"), tap.state) as child:
        assert child.stderr
        assert b"is active for PID" in child.stderr.readline()
        if is_released:
            other.kill()
        output, log = child.communicate(timeout=60)
    done = read(child.returncode, output, log)
    if is_released:
        assert done.code == 0, done.log
        assert len(done.records()) == 1
    else:
        assert (done.code, done.records()) == (1, [])
        assert done.error.endswith(
            "Another program reads it. Each pipeline needs a slot of its own"
        )


SLOT = "select pg_create_logical_replication_slot('log', '{}')"


@pytest.mark.parametrize(
    ("sql", "settings", "error"),
    [
        ("select", {"replication_slot_name": None}, 'setting "replication_slot_name" is missing. LOG_BASED streams need a replication slot of their own, with the plugin pgoutput'),
        ("select", {}, "replication slot \"log\" does not exist. Create it: SELECT pg_create_logical_replication_slot('log', 'pgoutput'). The server needs wal_level = logical"),
        (SLOT.format("test_decoding"), {}, 'replication slot "log" has the plugin test_decoding, not pgoutput. Create another one with the plugin pgoutput, or use tapPostgresSdk, which reads wal2json'),
        ("select pg_create_physical_replication_slot('log')", {}, 'replication slot "log" is one of physical replication. Create another one: SELECT pg_create_logical_replication_slot(\'log2\', \'pgoutput\')'),
        (SLOT.format("pgoutput"), {}, 'publication "log" does not exist. Create it: CREATE PUBLICATION "log" FOR TABLE "m"."t"'),
        (SLOT.format("pgoutput"), {"publication_name": "P"}, 'publication "P" does not exist. Create it: CREATE PUBLICATION "P" FOR TABLE "m"."t"'),
        ("create publication log; " + SLOT.format("pgoutput"), {}, 'stream "m-t": publication "log" does not contain the table. ALTER PUBLICATION "log" ADD TABLE "m"."t". If the stream has a saved position, reset its state: changes until then are not in the log'),
        (
            "create publication log for table m.t; alter table m.t replica identity nothing; " + SLOT.format("pgoutput"),
            {},
            'stream "m-t": the log does not contain the key (id) of rows that are deleted. ALTER TABLE "m"."t" REPLICA IDENTITY FULL, or use the primary key as key',
        ),
        (
            "create publication log for table m.t; " + SLOT.format("pgoutput"),
            {"stream_options": {"m-t": {"where": "id > 1"}}},
            'stream "m-t": LOG_BASED streams cannot have conditions. Use a row filter of the publication, or INCREMENTAL',
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_line(
    server: PostgresServer, tap: LogRuns, sql: str, settings: dict[str, Any], error: str
) -> None:
    server.query(CREATE)
    for statement in sql.split(";"):
        server.query(statement)
    done = tap.run(tap.log_catalog("m-t"), **settings)
    assert (done.code, done.messages, done.error) == (1, [], error)


def test_view_is_one_line(tap: LogRuns) -> None:
    tap.prepare(f"{CREATE}; create view m.v as select * from m.t")
    done = tap.run(tap.log_catalog("m-v"))
    assert (
        done.error
        == 'stream "m-v": publication "log" does not contain the table. Only tables have LOG_BASED: use FULL_TABLE or INCREMENTAL'
    )


def test_partitioned_table_of_which_only_partitions_are_published_is_one_line(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key) partition by range (id)")
    done = tap.run(tap.log_catalog("m-t"))
    assert (
        done.error
        == 'stream "m-t": publication "log" does not contain the table. ALTER PUBLICATION "log" SET (publish_via_partition_root = true), and add the table if it is not part of it'
    )


def test_slot_of_another_database_is_one_line(server: PostgresServer, tap: LogRuns) -> None:
    server.query(CREATE)
    server.query("create database other")
    subprocess.run(
        [
            "psql",
            "-h",
            str(server.folder),
            "-U",
            "postgres",
            "other",
            "-c",
            SLOT.format("pgoutput"),
        ],
        check=True,
        capture_output=True,
    )
    done = tap.run(tap.log_catalog("m-t"))
    server.query("select pg_drop_replication_slot('log')")
    server.query("drop database other")
    assert (
        done.error
        == 'replication slot "log" belongs to database "other", not "postgres". Create one in this database, with another name'
    )


def test_slot_that_was_created_again_is_one_line(server: PostgresServer, tap: LogRuns) -> None:
    tap.prepare(CREATE)
    tap.next("m-t")
    server.query("select pg_drop_replication_slot('log')")
    server.query("insert into m.t values (1, 'a')")
    server.query(SLOT.format("pgoutput"))
    done = tap.run(tap.log_catalog("m-t"), tap.state)
    assert (done.code, done.messages) == (1, [])
    assert done.error.startswith(
        'stream "m-t": replication slot "log" no longer has the changes from the saved position 0/'
    )
    assert done.error.endswith(
        "Reset the state of the stream, so that it is read in full. Each pipeline needs a slot of its own"
    )


def test_publication_younger_than_the_slot_is_one_line(
    server: PostgresServer, tap: LogRuns
) -> None:
    server.query(CREATE)
    server.query(SLOT.format("pgoutput"))
    server.query("insert into m.t values (1, 'a'); create publication log for all tables")
    done = tap.run(tap.log_catalog("m-t"))
    assert done.code == 1
    assert (
        done.error
        == 'replication slot "log": publication "log" does not exist. The publication must be older than the slot: drop the slot, create it again and reset the state of the pipeline'
    )


def test_missing_privilege_is_one_line(server: PostgresServer, tap: LogRuns) -> None:
    tap.prepare(
        f"{CREATE}; create role reader login; grant usage on schema m to reader; grant select on m.t to reader"
    )
    done = tap.run(tap.log_catalog("m-t"), user="reader")
    assert done.code == 1
    assert "must be superuser or replication role to start walsender" in done.error
    assert done.error.endswith(
        "ALTER ROLE … REPLICATION; on Amazon RDS: GRANT rds_replication TO …"
    )
    server.query("alter role reader replication")
    done = tap.run(tap.log_catalog("m-t"), user="reader")
    assert done.code == 0, done.log
    server.query("drop owned by reader")


def test_value_that_no_longer_fits_its_column_is_one_line(
    server: PostgresServer, tap: LogRuns
) -> None:
    tap.prepare(CREATE)
    tap.next("m-t")
    server.query("insert into m.t values (1, 'a')")
    server.query("alter table m.t alter a type integer using 1")
    done = tap.run(tap.log_catalog("m-t"), tap.state)
    assert done.code == 1
    assert (
        done.error
        == 'stream "m-t": a value in the log does not fit the type of its column: invalid input syntax for type integer: "a". The type was changed since: reset the state of the stream, so that it is read in full'
    )


def test_wrong_bookmark_is_one_line(tap: LogRuns) -> None:
    tap.prepare(CREATE)
    state = {"bookmarks": {"m-t": {"replication_key": "_sdc_lsn", "replication_key_value": "x"}}}
    done = tap.run(tap.log_catalog("m-t"), state)
    assert (
        done.error
        == "stream \"m-t\": the bookmark 'x' is not a position in the log. Reset the state of the stream"
    )


def test_lost_connection_before_the_first_stream_is_one_line(
    server: PostgresServer, tap: LogRuns
) -> None:
    tap.prepare(CREATE)
    catalog = tap.log_catalog("m-t")
    waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'tap_postgres'"
    with server.connect() as other:
        other.execute("begin; lock table pg_catalog.pg_publication in access exclusive mode")
        with tap.start(catalog) as child:
            while not (found := server.query(waiting)):
                assert child.poll() is None
            server.query(f"select pg_terminate_backend({found[0][0]})")
            output, log = child.communicate(timeout=60)
    done = read(child.returncode, output, log)
    assert (done.code, done.error) == (
        1,
        "terminating connection due to administrator command. Run again",
    )
