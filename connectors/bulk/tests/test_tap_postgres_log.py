"""tap-postgres: LOG_BASED sends every change once it is committed, in the order of commits."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from log_runs import Destination, LogRuns, plain, runs_on, serve
from postgres_server import PostgresServer
from tap_runs import Extract
from test_tap_postgres_csv import PIECES
from test_tap_postgres_values import CASES, TYPES

from tapctl_bulk.common.exact_json import dumps


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    # Values look different in such a session.
    local = ("datestyle = 'German'", "timezone = 'Asia/Kolkata'", "intervalstyle = 'iso_8601'")
    local += ("bytea_output = 'escape'", "extra_float_digits = 0")
    local += ("array_nulls = off", "xmloption = 'document'", "quote_all_identifiers = on")
    yield from serve(*local)


@pytest.fixture
def tap(server: PostgresServer) -> Iterator[LogRuns]:
    yield from runs_on(server)


def sent(done: Extract, stream: str = "m-t") -> list[tuple[Any, ...]]:
    """Key, other values and `deleted` for each record."""
    return [
        (row["id"], row.get("a"), *(["deleted"] if row["_sdc_deleted_at"] else []))
        for row in done.records(stream)
    ]


def test_first_run_reads_tables_in_full_and_later_ones_their_changes(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text not null);"
        "insert into m.t values (1, 'a'), (2, 'b')"
    )
    first = tap.next("m-t")
    schema = first.schema("m-t")
    assert schema["bookmark_properties"] == ["_sdc_lsn"]
    assert {
        name: schema["schema"]["properties"][name] for name in ("_sdc_lsn", "_sdc_deleted_at")
    } == {
        "_sdc_lsn": {"type": ["integer", "null"]},
        "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"},
    }
    assert sent(first) == [(1, "a"), (2, "b")]
    version = first.messages[-1]["value"]["bookmarks"]["m-t"]["version"]
    kinds = [(message["type"], message.get("version")) for message in first.messages]
    assert kinds == [
        ("SCHEMA", None),
        ("RECORD", version),
        ("RECORD", version),
        ("STATE", None),
        ("ACTIVATE_VERSION", version),
        ("STATE", None),
        ("STATE", None),
    ]
    tap.server.query(
        "insert into m.t values (3, 'c'); update m.t set a = 'B' where id = 2; delete from m.t where id = 1"
    )
    second = tap.next("m-t")
    assert sent(second) == [(3, "c"), (2, "B"), (1, None, "deleted")]
    assert "a" not in second.records()[-1], "a value that is not known is not sent as null"
    assert {
        message.get("version") for message in second.messages if message["type"] == "RECORD"
    } == {version}
    positions = [row["_sdc_lsn"] for row in second.records()]
    assert positions == sorted(positions)
    assert positions[-1] < tap.position("m-t")
    assert tap.next("m-t").records() == []


NOT_HERE = "records.local_records = None; records.is_local = lambda stream: False"
NOT_IN_THE_SERVER = "records._records = None"
OF_THE_SERVER = (
    *("char1", "citext", "domain", "domain_array", "composite", "range", "range_time"),
    *("hstore", "multirange", "bit", "cidr", "macaddr", "point", "xml", "tsvector", "oid", "lsn"),
    *(name for name, case in CASES.items() if "[]" in case[0]),
)
"""Cases whose values only the server makes."""


@pytest.mark.parametrize("patch", ["", NOT_HERE, NOT_IN_THE_SERVER])
def test_values_from_the_log_are_those_of_the_table(tap: LogRuns, patch: str) -> None:
    cases = CASES
    if patch == NOT_IN_THE_SERVER:
        cases = {name: case for name, case in CASES.items() if name not in OF_THE_SERVER}
        assert len(cases) > 40
    columns = ", ".join(f'"{name}" {case[0]}' for name, case in cases.items())
    values = ", ".join(case[1] for case in cases.values())
    tap.server.query(TYPES)
    tap.prepare(
        f"set search_path = v, ext, pg_catalog; create table m.t (id integer primary key, {columns})"
    )
    tap.patch = patch
    tap.next("m-t")
    tap.server.query(
        f"set search_path = v, ext, pg_catalog; set array_nulls = on; set xmloption = content;"
        f"insert into m.t values (1, {values}); insert into m.t values (2)"
    )
    logged = [dumps(plain(record)) for record in tap.next("m-t").records()]
    table = [dumps(record) for record in tap.run(tap.catalog({"m-t": None})).records()]
    tap.server.query("drop schema v cascade; drop schema ext cascade")
    assert len(logged) == 2
    assert logged == table
    for name, (_, _, value, _) in cases.items():
        assert f"{dumps(name)}:{value}" in logged[0]


def test_texts_from_the_log_are_those_of_the_table(tap: LogRuns) -> None:
    tap.patch = NOT_IN_THE_SERVER
    names = ['"row"', '"a""b"', '"50%"', '"%b"', '"back\\slash"', '"\tab"', '"ü 😀"', '"?column?"']
    columns = ", ".join(f"{name} text" for name in names)
    tap.prepare(f"create table m.t (id integer primary key, {columns}, j json, k jsonb, b bytea)")
    tap.next("m-t")
    chance = random.Random(5)
    pieces = [piece for piece in PIECES if "\x00" not in piece]
    with tap.server.connect() as connection, connection.cursor() as cursor:
        for number in range(300):
            texts = ["".join(chance.choices(pieces, k=chance.randrange(4))) for _ in names]
            json = f'{{"a" :\n "{chance.choice(["", "x", "ü"])}",\r\n\t"b": [1.50, null]}}'
            marks = ", ".join(["%s"] * (len(names) + 4))
            row = [number, *texts, json, json, chance.randbytes(9)]
            cursor.execute(f"insert into m.t values ({marks})", row)
    logged = [plain(record) for record in tap.next("m-t").records()]
    table = tap.run(tap.catalog({"m-t": None})).records()
    assert len(logged) == 300
    table.sort(key=lambda record: int(record["id"]))
    assert [dumps(record) for record in logged] == [dumps(record) for record in table]


def test_long_values_that_did_not_change_are_read_from_the_table(tap: LogRuns) -> None:
    long = "(select string_agg(md5(n::text), '') from generate_series(1, 1000) n)"
    tap.prepare(
        "create table m.t (id integer primary key, a integer, b text not null, c text);"
        "alter table m.t alter b set storage external, alter c set storage external"
    )
    tap.next("m-t")
    tap.server.query(f"insert into m.t select n, 1, {long}, {long} from generate_series(1, 3) n")
    tap.next("m-t")
    tap.server.query(
        "update m.t set a = 2; update m.t set c = 'short' where id = 2; delete from m.t where id = 3"
    )
    done = tap.next("m-t")
    rows = [
        (row["id"], row.get("a"), len(row.get("b", "")), len(row.get("c") or ""))
        for row in done.records()
    ]
    assert rows == [
        (1, 2, 32_000, 32_000),
        (2, 2, 32_000, 5),  # Newer than the change, whose long value no longer exists.
        (3, 2, 0, 0),
        (2, 2, 32_000, 5),
        (3, None, 0, 0),
    ]
    assert "b" not in done.records()[2], "an unknown value is not sent as null"


def test_whole_replica_identity_knows_long_values_and_needs_no_key(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer, a text); alter table m.t replica identity full;"
        "alter table m.t alter a set storage external"
    )
    tap.next("m-t")
    tap.server.query("insert into m.t values (1, repeat('x', 10000)), (2, 'b')")
    tap.server.query("update m.t set id = 10 where id = 1; delete from m.t where id = 2")
    assert sent(tap.next("m-t")) == [
        (1, "x" * 10_000),
        (2, "b"),
        (10, "x" * 10_000),
        (2, "b", "deleted"),
    ]


def test_changed_key_deletes_the_row_with_the_old_one(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (a text, id integer, primary key (id, a)); insert into m.t values ('a', 1)"
    )
    tap.next("m-t")
    tap.server.query("update m.t set id = 2")
    assert sent(tap.next("m-t")) == [(1, "a", "deleted"), (2, "a")]


def test_truncated_tables_start_a_new_version(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text); create table m.u (id integer primary key);"
        "insert into m.t values (1); insert into m.u values (1)"
    )
    destination = Destination()
    destination.load(tap.next("m-t", "m-u").messages)
    tap.server.query("insert into m.t values (2); truncate m.t, m.u; insert into m.t values (3)")
    destination.load(tap.next("m-t", "m-u").messages)
    assert destination.rows("m-t") == [{"id": 3, "a": None}]
    assert destination.rows("m-u") == []
    tap.server.query("insert into m.u values (1)")
    destination.load(tap.next("m-t", "m-u").messages)
    assert destination.rows("m-t") == [{"id": 3, "a": None}]
    assert destination.rows("m-u") == [{"id": 1}]


def test_transactions_are_sent_whole_in_the_order_of_their_commits(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text); create table m.u (id integer primary key)"
    )
    tap.next("m-t", "m-u")
    with tap.server.connect() as one, tap.server.connect() as other:
        one.execute("begin; insert into m.t values (1, 'one')")
        other.execute("begin; insert into m.t values (2, 'other'); insert into m.u values (2)")
        one.execute(
            "insert into m.t values (3, 'one'); savepoint s; insert into m.t values (4); rollback to s"
        )
        other.execute("commit")
        assert sent(tap.next("m-t", "m-u")) == [(2, "other")]
        one.execute("commit")
    assert sent(tap.next("m-t", "m-u")) == [(1, "one"), (3, "one")]


def test_changes_that_the_whole_table_contains_are_not_sent_again(tap: LogRuns) -> None:
    """Transactions before, around and after the first run; none is sent twice or lost."""
    tap.prepare("create table m.t (id integer primary key, a text)")
    with tap.server.connect() as other:
        other.execute("begin; insert into m.t values (1, 'commits later')")
        tap.server.query("insert into m.t values (2, 'before')")
        first = tap.next("m-t")
        other.execute("commit")
    tap.server.query("insert into m.t values (3, 'after')")
    second = tap.next("m-t")
    assert sent(first) == [(2, "before")]
    assert sent(second) == [(1, "commits later"), (3, "after")]


def test_stream_added_later_is_read_in_full_and_then_by_changes(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text); create table m.u (id integer primary key, a text)"
    )
    tap.next("m-t")
    tap.server.query("insert into m.t values (1, 'a'); insert into m.u values (1, 'a')")
    both = tap.next("m-t", "m-u")
    assert (sent(both), sent(both, "m-u")) == ([(1, "a")], [(1, "a")])
    tap.server.query("insert into m.u values (2, 'b')")
    assert sent(tap.next("m-t", "m-u"), "m-u") == [(2, "b")]


def test_other_methods_run_with_it(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text); create table m.u (id integer primary key);"
        "insert into m.t values (1, 'a'); insert into m.u values (1)"
    )
    catalog = tap.log_catalog("m-t", "m-u")
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if entry["tap_stream_id"] == "m-u" and not item["breadcrumb"]:
                item["metadata"]["replication-method"] = "FULL_TABLE"
    for _ in range(2):
        done = tap.run(catalog, tap.state)
        assert (done.code, done.records("m-u")) == (0, [{"id": 1}])
        tap.state = done.states()[-1]
    assert sent(done) == []


def test_partitions_are_sent_as_their_table(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text) partition by range (id);"
        "create table m.t1 partition of m.t for values from (0) to (10);"
        "create table m.t2 partition of m.t for values from (10) to (20)",
        "for table m.t with (publish_via_partition_root = true)",
    )
    tap.next("m-t")
    tap.server.query(
        "insert into m.t values (1, 'a'), (11, 'b'); update m.t set id = 12 where id = 1; delete from m.t where id = 11"
    )
    destination = Destination()
    destination.load(tap.next("m-t").messages)
    assert destination.rows("m-t") == [{"id": 12, "a": "a"}]


def test_columns_that_come_and_go_and_generated_ones(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text, twice integer generated always as (id * 2) stored)"
    )
    tap.next("m-t")
    tap.server.query("insert into m.t values (1, 'a')")
    tap.server.query("alter table m.t add b text default 'new', drop a")
    tap.server.query("insert into m.t values (2)")
    rows = [plain(row) for row in tap.next("m-t").records()]
    assert rows == [{"id": 1, "twice": 2, "b": "new"}, {"id": 2, "twice": 4, "b": "new"}]


def test_deselected_columns_are_not_sent(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key, a text, b text)")
    catalog = tap.log_catalog("m-t")
    entry = next(entry for entry in catalog["streams"] if entry["tap_stream_id"] == "m-t")
    for item in entry["metadata"]:
        if item["breadcrumb"] == ["properties", "b"]:
            item["metadata"]["selected"] = False
    first = tap.run(catalog)
    tap.server.query("insert into m.t values (1, 'a', 'secret')")
    assert [plain(row) for row in tap.run(catalog, first.states()[-1]).records()] == [
        {"id": 1, "a": "a"}
    ]


def test_state_of_the_published_tap_is_continued(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key, a text)")
    tap.server.query("insert into m.t values (1, 'a')")
    (start,) = tap.server.query(
        "select (confirmed_flush_lsn - '0/0')::bigint from pg_replication_slots"
    )[0]
    tap.state = {
        "bookmarks": {
            "m-t": {
                "replication_key": "_sdc_lsn",
                "replication_key_value": start,
                "starting_replication_value": 5,
            }
        }
    }
    done = tap.next("m-t")
    assert sent(done) == [(1, "a")]
    assert [message.get("version") for message in done.messages if message["type"] == "RECORD"] == [
        None
    ]


def test_server_keeps_the_log_until_the_state_was_saved(tap: LogRuns) -> None:
    def confirmed() -> int:
        position: int = tap.server.query(
            "select (confirmed_flush_lsn - '0/0')::bigint from pg_replication_slots"
        )[0][0]
        return position

    tap.prepare("create table m.t (id integer primary key, a text)")
    tap.next("m-t")
    saved = tap.position("m-t")
    tap.server.query("insert into m.t values (1, 'a')")
    catalog = tap.log_catalog("m-t")
    for _ in range(2):  # The state of these runs is lost.
        assert sent(tap.run(catalog, tap.state)) == [(1, "a")]
        assert confirmed() <= saved
    tap.next("m-t")
    tap.next("m-t")
    assert saved < confirmed() <= tap.position("m-t")


def test_states_follow_whole_transactions_only(tap: LogRuns) -> None:
    tap.small_batches = True
    tap.prepare("create table m.t (id integer primary key, a text)")
    tap.next("m-t")
    tap.server.query("insert into m.t select n from generate_series(1, 120) n")
    tap.server.query("insert into m.t select n from generate_series(121, 140) n")
    done = tap.next("m-t")
    kinds = [message["type"] for message in done.messages]
    between = [len(part.split()) for part in " ".join(kinds).split("STATE")]
    assert between == [121, 20, 0]


def test_limit_ends_with_a_whole_transaction(tap: LogRuns) -> None:
    tap.prepare(
        "create table m.t (id integer primary key, a text); insert into m.t values (1), (2), (3)"
    )
    assert len(tap.next("m-t", max_record_count=2).records()) == 2
    assert len(tap.next("m-t").records()) == 3, "rows were missing, so the table is read again"
    tap.server.query("insert into m.t values (4), (5), (6)")
    tap.server.query("insert into m.t values (7)")
    assert [row[0] for row in sent(tap.next("m-t", max_record_count=2))] == [4, 5, 6]
    assert [row[0] for row in sent(tap.next("m-t"))] == [7]


@pytest.mark.parametrize("seed", range(3))
def test_random_changes_arrive(tap: LogRuns, seed: int) -> None:
    """Runs while several clients change two tables, savepoints and truncation included."""
    chance = random.Random(seed)
    tap.small_batches = True
    tables = ("t", "u")
    tap.prepare(
        "create table m.t (id integer primary key, a text, b numeric); alter table m.t alter a set storage external;"
        "create table m.u (id integer primary key, a text, b numeric); alter table m.u replica identity full;"
    )
    destination = Destination()
    script = "\n".join(_statement(chance, tables) for _ in range(400))
    for _ in range(4):
        with subprocess.Popen(
            _psql(tap.server),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as client:
            assert client.stdin
            client.stdin.write(script.encode())
            client.stdin.close()
            destination.load(tap.next("m-t", "m-u").messages)
    destination.load(tap.next("m-t", "m-u").messages)
    for name in tables:
        table = tap.run(tap.catalog({f"m-{name}": None})).records()
        assert table
        assert destination.rows(f"m-{name}") == sorted(table, key=lambda row: int(row["id"]))


def _psql(server: PostgresServer) -> list[str]:
    return [
        "psql",
        "-q",
        "-h",
        str(server.folder),
        "-p",
        str(server.port),
        "-U",
        "postgres",
        "postgres",
    ]


def _statement(chance: random.Random, tables: tuple[str, ...]) -> str:
    table, key = f"m.{chance.choice(tables)}", chance.randrange(60)
    long = f"repeat('{chance.choice('abc')}', {chance.choice([1, 10, 5000])})"
    insert = f"insert into {table} values ({key}, {long}, {chance.random():.6f}) on conflict (id) do update set a = excluded.a;"
    others = (
        f"update {table} set b = b + 1 where id < {key};",
        f"delete from {table} where id = {key};",
        f"update {table} set id = id + 100 where id = {key} and not exists (select from {table} where id = {key} + 100);",
        f"begin; delete from {table} where id > {key}; savepoint s; {insert} rollback to s; commit;",
        f"begin; {insert} update {table} set b = 0 where id = {key}; commit;",
        f"truncate {table};" if chance.random() < 0.05 else "select pg_sleep(0.01);",
    )
    return insert if chance.random() < 0.5 else chance.choice(others)


def test_values_of_a_type_that_was_changed_are_sent_as_the_new_one(tap: LogRuns) -> None:
    tap.prepare("create table m.t (id integer primary key, a text)")
    tap.next("m-t")
    tap.server.query(
        "begin; insert into m.t values (1, ' 07'); alter table m.t alter a type integer using a::integer;"
        "insert into m.t values (2, 8); commit"
    )
    tap.server.query("insert into m.t values (3, 9)")
    assert sent(tap.next("m-t")) == [(1, 7), (2, 8), (3, 9)]
