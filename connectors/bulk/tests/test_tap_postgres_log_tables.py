"""tap-postgres, LOG_BASED: tables of all kinds, and tables that changed between two runs."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from log_runs import Destination, LogRuns, plain, runs_on, serve
from postgres_server import PostgresServer
from tap_runs import metadata

LONG = "repeat('x', 3000)"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    yield from serve()


@pytest.fixture
def tap(server: PostgresServer) -> Iterator[LogRuns]:
    yield from runs_on(server)


def rows(tap: LogRuns, *streams: str) -> list[dict[str, Any]]:
    """Records of the next run."""
    return [plain(record) for record in tap.next(*streams).records()]


def error(tap: LogRuns) -> str:
    """The error of the next run, which sends no record."""
    done = tap.run(tap.log_catalog("m-t"), tap.state)
    assert (done.code, done.records()) == (1, [])
    return done.error


@pytest.mark.parametrize("name", ["row", "given", "a\"b%'s", "Ünï", "x" * 63])
def test_name_of_a_table_may_be_any(tap: LogRuns, name: str) -> None:
    table = 'm."' + name.replace('"', '""') + '"'
    tap.prepare(
        f"create table {table} (id integer primary key, a text); alter table {table} alter a set storage external;"
        f"insert into {table} values (1, {LONG})"
    )
    tap.next(f"m-{name}")
    tap.server.query(f"update {table} set id = 1")
    assert rows(tap, f"m-{name}") == [{"id": 1, "a": "x" * 3000}]


def test_names_of_columns_may_be_any(tap: LogRuns) -> None:
    names = ["row", "given", "number", "lsn", "deleted_at", "v0", 'a"b', "%", "Ä", "m", "t"]
    columns = ", ".join('"' + name.replace('"', '""') + f'" text default {LONG}' for name in names)
    tap.prepare(f"create table m.t (id integer primary key, a integer, {columns})")
    tap.next("m-t")
    tap.server.query("insert into m.t values (1)")
    tap.server.query("update m.t set a = 2")
    row = {"id": 1, "a": 2, **dict.fromkeys(names, "x" * 3000)}
    assert rows(tap, "m-t") == [{**row, "a": None}, row]


def test_column_that_is_not_selected_is_not_taken_for_the_row(tap: LogRuns) -> None:
    tap.prepare(
        'create table m.t (id integer primary key, a text, "row" integer); alter table m.t alter a set storage external;'
        f"insert into m.t values (1, {LONG})"
    )
    catalog = tap.log_catalog("m-t")
    entry = next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == "m-t")
    metadata(entry, ["properties", "row"])["selected"] = False
    state = tap.run(catalog).states()[-1]
    tap.server.query('update m.t set "row" = 8')
    done = tap.run(catalog, state)
    assert done.code == 0, done.log
    assert [plain(record) for record in done.records()] == [{"id": 1, "a": "x" * 3000}]


def test_columns_of_the_log_replace_those_of_the_table(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key, _sdc_lsn text, _sdc_deleted_at integer)")
    for key in (1, 2):
        tap.server.query(f"insert into m.t values ({key}, 'x', 5)")
        command = tap.command(tap.log_catalog("m-t"), tap.state)
        output = subprocess.run(command, capture_output=True, check=True).stdout
        (line,) = [line for line in output.splitlines() if b'"RECORD"' in line]
        assert line.count(b"_sdc_lsn") == line.count(b"_sdc_deleted_at") == 1
        tap.next("m-t")


def test_names_of_objects_that_do_not_exist(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.u (); create table m.t (id regclass primary key, a regproc, b integer, c text);"
        "alter table m.t alter c set storage external"
    )
    tap.next("m-t")
    tap.server.query(
        f"insert into m.t values ('m.u', 'pg_sleep', 1, {LONG}), (0, 0, 1, null), (99999, 9999, 1, null)"
    )
    tap.server.query("update m.t set b = 2 where id = 'm.u'::regclass")
    assert [(row["id"], row["a"], len(row["c"] or "")) for row in rows(tap, "m-t")] == [
        ("m.u", "pg_sleep", 3000),
        ("-", "-", 0),
        ("99999", "9999", 0),
        ("m.u", "pg_sleep", 3000),
    ]
    tap.server.query("delete from m.t where id = 'm.u'::regclass; drop table m.u")
    assert rows(tap, "m-t") == [{"id": "m.u"}]


def test_table_that_was_created_again_is_read_in_full(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key); insert into m.t values (1);"
        "create table m.u (id integer primary key); insert into m.u values (2)"
    )
    destination = Destination()
    destination.load(tap.next("m-t").messages)
    tap.server.query("drop table m.t; alter table m.u rename to t; insert into m.t values (3)")
    destination.load(tap.next("m-t").messages)
    assert destination.rows("m-t") == [{"id": 2}, {"id": 3}]
    tap.server.query("delete from m.t where id = 2")
    assert rows(tap, "m-t") == [{"id": 2}]


def test_position_after_the_end_of_the_log_is_one_line(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key)")
    tap.next("m-t")
    tap.server.query("insert into m.t values (1)")
    tap.state["bookmarks"]["m-t"]["replication_key_value"] += 1 << 40
    found = error(tap)
    assert found.startswith('stream "m-t": the saved position 100/')
    assert found.endswith(
        "It is another server, or was restored from a backup: reset the state of the stream, so that it is read in full"
    )


def test_renamed_key_is_one_line(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key); insert into m.t values (1)")
    tap.next("m-t")
    tap.server.query("delete from m.t where id = 1; alter table m.t rename id to key")
    assert error(tap).startswith(
        'stream "m-t": the log does not contain the column "key" of the key of a changed row. If the column was renamed, reset the state'
    )


def test_generated_key_is_one_line(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (n integer, id integer generated always as (n * 2) stored primary key)"
    )
    tap.next("m-t")
    tap.server.query("insert into m.t values (1)")
    assert error(tap).startswith('stream "m-t": the log does not contain the column "id" of the')


def test_value_that_a_domain_no_longer_allows_is_one_line(tap: LogRuns) -> None:
    tap.prepare("create domain m.d as integer; create table m.t (id integer primary key, a m.d)")
    tap.next("m-t")
    tap.server.query("insert into m.t values (1, 5); delete from m.t")
    tap.server.query("alter domain m.d add constraint large check (value > 100)")
    assert error(tap).startswith(
        'stream "m-t": a value in the log does not fit the type of its column: value for domain m.d violates'
    )


def test_inheriting_tables_are_one_line(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key); create table m.u () inherits (m.t)")
    assert (
        error(tap)
        == 'stream "m-t": other tables inherit from the table; the log does not contain their rows as rows of it. Use FULL_TABLE or INCREMENTAL'
    )


def test_deferrable_key_is_one_line(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key deferrable); alter table m.t replica identity full"
    )
    assert (
        error(tap)
        == 'stream "m-t": the primary key is DEFERRABLE, so two rows may have the same key during a transaction. Make it NOT DEFERRABLE, or use FULL_TABLE or INCREMENTAL'
    )


def test_slot_that_is_being_created_is_one_line(tap: LogRuns) -> None:
    tap.server.query(
        "create table m.t (id integer primary key); create publication log for all tables"
    )
    with tap.server.connect() as other, tap.server.connect() as creator:
        other.execute("begin; insert into m.t values (1)")
        creator.execute("set statement_timeout = '60s'")
        pid = creator.info.backend_pid
        command = "select pg_create_logical_replication_slot('log', 'pgoutput')"
        thread = threading.Thread(target=creator.execute, args=[command])
        thread.start()
        while not tap.server.query(f"select 1 from pg_replication_slots where active_pid = {pid}"):
            time.sleep(0.1)
        assert error(tap).startswith('replication slot "log" is still being created: ')
        other.execute("commit")
        thread.join()


def test_changes_after_a_large_transaction_of_other_tables_arrive(tap: LogRuns) -> None:
    """The server answers questions late, and the session's timeouts end no connection."""
    tap.prepare(
        "create table m.t (id integer primary key); create table m.u (a text); create role impatient superuser login;"
        "alter role impatient set idle_session_timeout = '500ms'; alter role impatient set statement_timeout = '5s'",
        "for table m.t",
    )
    tap.settings["user"] = "impatient"
    tap.next("m-t")
    tap.server.query("insert into m.u select repeat('x', 100) from generate_series(1, 1500000)")
    tap.server.query("insert into m.t values (1)")
    assert rows(tap, "m-t") == [{"id": 1}]
    tap.server.query("drop owned by impatient; drop role impatient")


def test_memory_does_not_grow_with_values_that_are_read_from_the_table(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text, b integer); alter table m.t alter a set storage external"
    )
    tap.next("m-t")
    tap.server.query("insert into m.t select n, repeat('x', 20000) from generate_series(1, 5000) n")
    state = tap.next("m-t").states()[-1]
    tap.server.query("update m.t set b = 1")
    command = tap.command(tap.log_catalog("m-t"), state)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        status = Path(f"/proc/{child.pid}/status")
        size = most = 0
        while part := child.stdout.read(1 << 20):
            size += len(part)
            found = re.findall(r"VmHWM:\s+(\d+)", status.read_text())  # None once it has ended.
            most = max([most, *map(int, found)])
    assert size > 5000 * 20_000
    assert most < 100 * 1024
