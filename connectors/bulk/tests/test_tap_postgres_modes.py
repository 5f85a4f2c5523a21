"""tap-postgres: discovery, replication methods and selection."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from postgres_server import PostgresServer
from tap_runs import TapRuns, metadata, read, read_bytes


@pytest.fixture
def tap(server: PostgresServer) -> Iterator[TapRuns]:
    server.query("create schema m")
    yield TapRuns(server, filter_schemas=["m"])
    server.query("drop schema m cascade")


def ids(records: list[dict[str, Any]]) -> list[int]:
    return [record["id"] for record in records]


def test_discovery_lists_every_kind_of_relation_and_no_system_schema(
    server: PostgresServer, tap: TapRuns
) -> None:
    server.query(
        "create table m.t (b integer, a text not null, primary key (a, b)); comment on column m.t.b is 'A comment';"
        "create table m.no_key (id integer); create unique index on m.no_key (id);"
        "create table m.parted (id integer primary key) partition by range (id);"
        "create table m.part partition of m.parted for values from (0) to (10);"
        "create view m.v as select 1 as id; create materialized view m.mv as select 1 as id;"
        "create extension file_fdw; create server files foreign data wrapper file_fdw;"
        "create foreign table m.f (id integer) server files options (filename '/dev/null')"
    )
    catalog = tap.discover(filter_schemas=None)
    server.query("drop extension file_fdw cascade")
    streams = {entry["tap_stream_id"]: entry for entry in catalog["streams"]}
    assert not [name for name in streams if name.startswith(("pg_", "information_schema"))]
    found = {name: item for name, item in streams.items() if name.startswith("m-")}
    assert {name: (item["key_properties"], item["is_view"]) for name, item in found.items()} == {
        "m-t": (["a", "b"], False),
        "m-no_key": ([], False),
        "m-parted": (["id"], False),
        "m-part": (["id"], False),
        "m-v": ([], True),
        "m-mv": ([], True),
        "m-f": ([], False),
    }
    assert found["m-t"]["schema"]["properties"] == {
        "b": {"type": ["integer"], "description": "A comment"},
        "a": {"type": ["string"]},
    }
    assert found["m-t"]["schema"]["required"] == ["a", "b"]
    assert metadata(found["m-t"], ["properties", "a"]) == {"inclusion": "automatic"}
    assert metadata(found["m-t"], [])["schema-name"] == "m"
    assert found["m-t"]["table_name"] == "t"


@pytest.mark.parametrize("is_lost", [False, True])
def test_one_process_discovers_and_runs(
    server: PostgresServer, tap: TapRuns, is_lost: bool
) -> None:
    server.query("create table m.t (id integer primary key); insert into m.t values (1), (2)")
    discovered, gate = tap.folder / "discovered", subprocess.PIPE
    command = [*tap.command({}, {}), "--discover-first", str(discovered)]
    child = subprocess.Popen(command, stdin=gate, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (discovered.exists() and discovered.read_text().endswith("\n")):
        assert child.poll() is None
    assert json.loads(discovered.read_text()) == tap.discover()
    tap.command(tap.catalog({"m-t": None}), {})
    connections = "from pg_stat_activity where application_name = 'tap_postgres'"
    if is_lost:
        assert server.query(f"select pg_terminate_backend(pid, 10000) {connections}") == [(True,)]
    extract = read(0, *child.communicate(b"\n"))
    assert child.returncode == 0, extract.log
    assert ids(extract.records("m-t")) == [1, 2]


def test_a_process_that_discovered_ends_with_its_stdin(tap: TapRuns) -> None:
    discovered = str(tap.folder / "discovered")
    command = [*tap.command({}, {}), "--discover-first", discovered]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, b"")
    assert read(1, b"", done.stderr).error == "stdin ended before the run started"


def test_discovery_takes_few_queries_for_3000_tables(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "do $$ begin for n in 1..3000 loop execute format('create table m.t%s (id integer primary key, a text, b numeric)', n); "
        "if n % 500 = 0 then commit; end if; end loop; end $$"
    )
    with server.connect() as connection:
        connection.execute("alter system set log_statement = 'all'")
        connection.execute("select pg_reload_conf()")
        before = (server.folder / "log").stat().st_size
        catalog = tap.discover()
        connection.execute("alter system reset log_statement")
        connection.execute("select pg_reload_conf()")
    log = (server.folder / "log").read_text()[before:]
    for part in range(0, 3000, 500):
        server.query("".join(f"drop table m.t{n};" for n in range(part + 1, part + 501)))
    assert len(catalog["streams"]) == 3000
    statements = log.count("statement: ") + log.count("execute <unnamed>: ")
    assert 5 <= statements <= 12, log


def test_full_table_of_every_kind_of_relation(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table m.t (id integer); insert into m.t values (1), (2);"
        "create table m.parted (id integer) partition by range (id);"
        "create table m.p1 partition of m.parted for values from (0) to (10);"
        "create table m.p2 partition of m.parted for values from (10) to (20);"
        "insert into m.parted values (1), (11);"
        "create table m.base (id integer); create table m.derived () inherits (m.base);"
        "insert into m.base values (1); insert into m.derived values (2);"
        "create view m.v as select id + 1 as id from m.t; create materialized view m.mv as select id from m.t;"
        "create table m.empty (id integer)"
    )
    server.query(f"copy m.t to '{server.folder}/rows.csv'")
    server.query(
        "create extension file_fdw; create server files foreign data wrapper file_fdw;"
        f"create foreign table m.f (id integer) server files options (filename '{server.folder}/rows.csv')"
    )
    names = ("t", "parted", "base", "v", "mv", "empty", "f")
    done = tap.run(tap.catalog({f"m-{name}": None for name in names}))
    server.query("drop extension file_fdw cascade")
    assert done.code == 0, done.log
    assert {name: sorted(ids(done.records(f"m-{name}"))) for name in names} == {
        "t": [1, 2],
        "parted": [1, 11],
        "base": [1, 2],
        "v": [2, 3],
        "mv": [1, 2],
        "empty": [],
        "f": [1, 2],
    }
    assert done.states()[-1] == {"bookmarks": {f"m-{name}": {} for name in names}}
    first = done.messages[0]
    assert (first["type"], len([m for m in done.messages if m["type"] == "SCHEMA"])) == (
        "SCHEMA",
        7,
    )


def test_large_table_is_read_in_ranges_over_several_connections(
    server: PostgresServer, tap: TapRuns
) -> None:
    server.query(
        "create table m.t (id integer primary key, pad text);"
        "insert into m.t select n, repeat('x', 900) from generate_series(1, 20000) n;"
        "delete from m.t where id % 7 = 0; update m.t set pad = 'y' where id % 3 = 0"
    )
    tap.small_ranges = True
    expected = [n for n in range(1, 20001) if n % 7]
    catalog = tap.catalog({"m-t": None})
    for connections in (1, 2, 4):
        done = tap.run(catalog, connections=connections)
        assert done.code == 0, done.log
        assert sorted(ids(done.records())) == expected
    tap.small_ranges = False
    assert sorted(ids(tap.run(catalog, connections=4).records())) == expected


def test_incremental_includes_the_bookmark(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table m.t (id integer primary key, at timestamp);"
        "insert into m.t values (3, '2026-01-03'), (1, '2026-01-01'), (2, '2026-01-02 00:00:00.123456'), (9, null)"
    )
    catalog = tap.catalog({"m-t": "at"})
    first = tap.run(catalog)
    assert ids(first.records()) == [9, 1, 2, 3]
    assert first.schema("m-t")["bookmark_properties"] == ["at"]
    bookmark = {"replication_key": "at", "replication_key_value": "2026-01-03T00:00:00+00:00"}
    assert first.states()[-1] == {"bookmarks": {"m-t": bookmark}}

    server.query("insert into m.t values (4, '2026-01-04'), (0, '2026-01-01'), (8, null)")
    second = tap.run(catalog, first.states()[-1])
    assert ids(second.records()) == [3, 4]

    unchanged = tap.run(catalog, second.states()[-1])
    assert ids(unchanged.records()) == [4]
    assert unchanged.states()[-1] == second.states()[-1]


@pytest.mark.parametrize(
    ("kind", "values", "bookmark"),
    [
        ("bigint", ("9007199254740993", "9007199254740994"), 9007199254740994),
        ("numeric", ("1.10", "12345678901234567890.1234567890"), "12345678901234567890.1234567890"),
        ("double precision", ("'-Infinity'", "0.1"), "0.1"),
        ("date", ("'0044-03-15 BC'", "'2026-01-01'"), "2026-01-01"),
        (
            "timestamptz",
            ("'2026-01-01 00:00+02'", "'2026-01-01 00:00:00.000001+00'"),
            "2026-01-01T00:00:00.000001+00:00",
        ),
        ("text", ("'a'", "E'b\\'\\\\\"'"), "b'\\\""),
        ("char(3)", ("'a'", "'b'"), "b  "),
        (
            "uuid",
            ("'00000000-0000-0000-0000-000000000001'", "'ffffffff-0000-0000-0000-000000000001'"),
            "ffffffff-0000-0000-0000-000000000001",
        ),
        ("interval", ("'1 day'", "'1 mon 2 days'"), "1 mon 2 days"),
        ("oid", ("1", "4294967295"), "4294967295"),
        ("m.positive", ("1", "12"), "12"),
    ],
)
def test_incremental_bookmark_of_type(
    server: PostgresServer, tap: TapRuns, kind: str, values: tuple[str, str], bookmark: object
) -> None:
    server.query(
        f"create domain m.positive as integer; create table m.t (id integer primary key, k {kind});"
        f"insert into m.t values (1, {values[0]}), (2, {values[1]})"
    )
    catalog = tap.catalog({"m-t": "k"})
    first = tap.run(catalog)
    assert ids(first.records()) == [1, 2]
    assert first.states()[-1]["bookmarks"]["m-t"]["replication_key_value"] == bookmark
    assert ids(tap.run(catalog, first.states()[-1]).records()) == [2]


@pytest.mark.parametrize(
    ("kind", "finite", "endless"),
    [
        ("timestamp", "'2026-01-01'", "'infinity'"),
        ("numeric", "7", "'NaN'"),
        ("float8", "7", "'Infinity'"),
    ],
)
def test_incremental_bookmark_never_is_endless(
    server: PostgresServer, tap: TapRuns, kind: str, finite: str, endless: str
) -> None:
    server.query(
        f"create table m.t (id integer, k {kind}); insert into m.t values (1, {finite}), (2, {endless})"
    )
    catalog = tap.catalog({"m-t": "k"})
    first = tap.run(catalog)
    assert ids(first.records()) == [1, 2]
    server.query(f"insert into m.t values (3, {finite})")
    assert sorted(ids(tap.run(catalog, first.states()[-1]).records())) == [1, 2, 3]


def test_incremental_reads_states_of_the_published_tap(
    server: PostgresServer, tap: TapRuns
) -> None:
    server.query("create table m.t (id integer); insert into m.t values (1), (2), (3)")
    catalog = tap.catalog({"m-t": "id"})
    bookmark: dict[str, Any] = {
        "replication_key": "id",
        "replication_key_value": 2,
        "replication_key_signpost": 9,
        "starting_replication_value": 1,
        "progress_markers": {"Note": "x", "replication_key": "id", "replication_key_value": 3},
    }
    state = {
        "bookmarks": {"m-t": bookmark, "m-other": {"x": 1.5}},
        "currently_syncing": "m-t",
        "more": 1,
    }
    done = tap.run(catalog, state)
    assert ids(done.records()) == [2, 3]
    assert done.states()[-1] == {
        "bookmarks": {
            "m-t": {"replication_key": "id", "replication_key_value": 3},
            "m-other": {"x": "1.5"},
        },
        "more": 1,
    }
    del bookmark["replication_key_value"]
    assert ids(tap.run(catalog, state).records()) == [1, 2, 3]
    other_key = {"replication_key": "x", "replication_key_value": 3}
    assert ids(tap.run(catalog, {"bookmarks": {"m-t": other_key}}).records()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "values", "lookback", "expected"),
    [
        (
            "timestamp",
            ("'2026-01-01 00:00:00'", "'2026-01-01 00:00:30'", "'2026-01-01 00:01:00'"),
            30,
            [2, 3],
        ),
        ("date", ("'2026-01-01'", "'2026-01-02'", "'2026-01-03'"), 86400, [2, 3]),
        ("bigint", ("10", "20", "30"), 10, [2, 3]),
        ("bigint", ("10", "20", "30"), 0.5, [3]),
        ("numeric", ("1.0", "1.5", "2.0"), 0.5, [2, 3]),
        ("text", ("'a'", "'b'", "'c'"), 10, [3]),
    ],
)
def test_lookback_reads_rows_before_the_bookmark_again(
    server: PostgresServer,
    tap: TapRuns,
    kind: str,
    values: tuple[str, ...],
    lookback: float,
    expected: list[int],
) -> None:
    rows = ", ".join(f"({n}, {value})" for n, value in enumerate(values, 1))
    server.query(f"create table m.t (id integer, k {kind}); insert into m.t values {rows}")
    catalog = tap.catalog({"m-t": "k"})
    state = tap.run(catalog).states()[-1]
    options = {"m-t": {"lookback": lookback}}
    for settings in ({"lookback": lookback}, {"stream_options": options}):
        done = tap.run(catalog, state, **settings)
        assert ids(done.records()) == expected, done.log
        assert done.states() == [state, state], "no state lies before the bookmark"


def test_where_conditions_limit_the_rows(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table m.t (id integer, a text); insert into m.t select n, n % 3 from generate_series(1, 9) n"
    )
    options: dict[str, Any] = {
        "custom_where_clauses": ["id > 2 or id is null -- comment", "t.a <> '0'"],
        "where": "m.t.id < 9",
    }
    for key in (None, "id"):
        done = tap.run(tap.catalog({"m-t": key}), stream_options={"m-t": options})
        assert sorted(ids(done.records())) == [4, 5, 7, 8]


def test_max_record_count_limits_each_run(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table m.t (id integer not null); insert into m.t select * from generate_series(1, 9)"
    )
    assert len(tap.run(tap.catalog({"m-t": None}), max_record_count=4).records()) == 4
    catalog = tap.catalog({"m-t": "id"})
    first = tap.run(catalog, max_record_count=4)
    assert ids(first.records()) == [1, 2, 3, 4]
    assert ids(tap.run(catalog, first.states()[-1], max_record_count=4).records()) == [4, 5, 6, 7]


def test_only_selected_columns_are_sent(server: PostgresServer, tap: TapRuns) -> None:
    server.query(
        "create table m.t (id integer primary key, a text, b text, k integer); insert into m.t values (1, 'a', 'b', 2)"
    )
    catalog = tap.catalog({"m-t": "k"})
    for name in ("id", "b", "k"):
        metadata(catalog["streams"][0], ["properties", name])["selected"] = False
    server.query("alter table m.t add later integer")
    done = tap.run(catalog)
    assert done.records() == [{"id": 1, "a": "a", "k": 2}], "keys are always sent"
    assert list(done.schema("m-t")["schema"]["properties"]) == ["id", "a", "k"]


def test_key_of_a_view_comes_from_the_catalog(server: PostgresServer, tap: TapRuns) -> None:
    server.query("create view m.v as select 1 as id, 'x' as a")
    catalog = tap.catalog({"m-v": None})
    catalog["streams"][0]["key_properties"] = ["id"]
    done = tap.run(catalog)
    assert done.schema("m-v")["key_properties"] == ["id"]
    assert done.schema("m-v")["schema"]["required"] == ["id"]


def test_default_replication_method_is_used_where_the_catalog_has_none(
    server: PostgresServer, tap: TapRuns
) -> None:
    server.query("create table m.t (id integer); insert into m.t values (2), (1)")
    catalog = tap.catalog({"m-t": None})
    entry = catalog["streams"][0]
    entry["replication_method"] = ""
    entry["replication_key"] = "id"
    assert tap.run(catalog).states()[-1] == {"bookmarks": {"m-t": {}}}
    done = tap.run(catalog, default_replication_method="INCREMENTAL")
    assert done.states()[-1]["bookmarks"]["m-t"]["replication_key_value"] == 2


def test_names_of_any_kind(server: PostgresServer, tap: TapRuns) -> None:
    names = ['a"b', "a.b", "a b", "größe", "select", "1st", "%s", "a\\b", "a'b", "{}"]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        server.query(
            f"create table m.{quoted} ({quoted} integer); insert into m.{quoted} values (1)"
        )
    done = tap.run(tap.catalog({f"m-{name}": name for name in names}))
    assert done.code == 0, done.log
    assert [done.records(f"m-{name}") for name in names] == [[{name: 1}] for name in names]
    again = tap.run(tap.catalog({f"m-{name}": name for name in names}), done.states()[-1])
    assert again.states()[-1] == done.states()[-1]


def test_nothing_selected_sends_nothing(server: PostgresServer, tap: TapRuns) -> None:
    server.query("create table m.t (id integer)")
    done = tap.run(tap.catalog({}))
    assert (done.code, done.messages) == (0, [])
    assert "no stream is selected" in done.log


def test_all_streams_are_of_one_snapshot(server: PostgresServer, tap: TapRuns) -> None:
    """Rows move from a table that is read later to one that is being read."""
    server.query(
        "create table m.a (id integer, pad text); create table m.b (id integer, pad text);"
        "insert into m.a select n, repeat('x', 1000) from generate_series(1, 20000) n;"
        "insert into m.b select n, repeat('x', 1000) from generate_series(1, 2000) n"
    )
    tap.small_ranges = True
    catalog = tap.catalog({"m-a": None, "m-b": None})
    with tap.start(catalog, connections=3) as child:
        head = read_bytes(child, 100_000)
        server.query(
            "with moved as (delete from m.b returning *) insert into m.a select id + 20000, pad from moved"
        )
        output, log = child.communicate(timeout=120)
    done = read(child.returncode, head + output, log)
    assert done.code == 0, done.log
    assert sorted(ids(done.records("m-a"))) == list(range(1, 20001))
    assert sorted(ids(done.records("m-b"))) == list(range(1, 2001))
