"""tap-postgres: values that the server sends as CSV become the records that it sends as JSON."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from postgres_server import PostgresServer
from tap_runs import TapRuns
from test_tap_postgres_values import CASES, TYPES

from tapctl_bulk.common.exact_json import loads

# Fail if records are read in the other way.
NOT_JSON = "reading.copy_blocks = None"
NOT_CSV = "reading.csv_blocks = None"
AS_CSV = f"reading.SHORT_BYTES = 10**9; {NOT_JSON}"
AS_JSON = f"reading.SHORT_BYTES = 0; {NOT_CSV}"

PIECES = [
    *("", "null", "NaN", " ", "+00", " BC", "%", "%b", ",", ":", "'", '"', '\\"', "\\", "\\\\"),
    *("\\.", "\n", "\r\n", "\t", "\x1f", "\x1f\n", '"\x1f"', "\b", "\f", "\v", "\x01", "\x7f"),
    *("\x80", "ü", "\u2028", "😀", "x" * 100),
]
NAMES = ["row", 'a"b', "50%", "%b", "back\\slash", "tab\there", "ü 😀", "?column?"]


@pytest.fixture(autouse=True)
def schemas(server: PostgresServer) -> Iterator[None]:
    server.query(TYPES)
    yield
    server.query("drop schema v cascade; drop schema ext cascade")


def output(server: PostgresServer, way: str, key: str | None = None, **settings: Any) -> bytes:
    """Return what the tap sends of table `v.t`, without the time of the run."""
    tap = TapRuns(server)
    _, *files = tap.command(tap.catalog({"v-t": key}), None, **settings)
    program = f"from tapctl_bulk.tap_postgres import program, reading; {way}; program.main()"
    # Without `-m`, and the name of the module after it.
    command = [sys.executable, "-c", program, *files[2:]]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return re.sub(rb'"time_extracted":"[^"]*"', b"", done.stdout)


def insert(server: PostgresServer, rows: list[tuple[Any, ...]]) -> None:
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(f"insert into v.t values ({', '.join(['%s'] * len(rows[0]))})", rows)
        cursor.execute("analyze v.t")


def is_scalar(schema: str) -> bool:
    types: Any = loads(schema)
    return not {"array", "object"} & set(types["type"])


def test_every_type_is_the_same(server: PostgresServer) -> None:
    cases: Mapping[str, Any] = {name: case for name, case in CASES.items() if is_scalar(case[3])}
    assert len(cases) > 40
    columns = ", ".join(f'"{name}" {case[0]}' for name, case in cases.items())
    server.query(f"create table v.t (id integer primary key, {columns})")
    literals = ", ".join(case[1] for case in cases.values())
    server.query(f"insert into v.t values (1, {literals}); insert into v.t values (2)")
    server.query("analyze v.t")
    assert output(server, AS_CSV) == output(server, AS_JSON)


def test_every_text_and_name_is_the_same(server: PostgresServer) -> None:
    columns = ", ".join('"' + name.replace('"', '""') + '" text' for name in NAMES)
    server.query(f"create table v.t (id integer, {columns}, n float8, b boolean, at timestamptz)")
    chance = random.Random(1)
    moments = ("2026-01-01 02:03:04.5+02", "infinity", "0044-03-15 12:00+00 BC", None)

    def text() -> str | None:
        return None if chance.random() < 0.1 else "".join(chance.choices(PIECES, k=4))

    insert(
        server,
        [
            (
                number,
                *(text() for _ in NAMES),
                chance.choice((1.5, float("nan"), float("-inf"), None)),
                chance.choice((True, False, None)),
                chance.choice(moments),
            )
            for number in range(3000)
        ],
    )
    assert output(server, AS_CSV) == output(server, AS_JSON)


def test_blocks_with_one_special_text_are_the_same(server: PostgresServer) -> None:
    server.query("create table v.t (id integer, v text)")
    with server.connect() as connection:
        connection.execute(
            "insert into v.t select n, case when mod(n, 400) = 5 then piece else repeat('v', 200) end"
            " from unnest(%s::text[]) with ordinality p(piece, place), generate_series(1, 800) n"
            " order by place, n",
            [PIECES],
        )
        connection.execute("analyze v.t")
    assert output(server, AS_CSV) == output(server, AS_JSON)


def test_long_rows_are_the_same(server: PostgresServer) -> None:
    server.query("create table v.t (id integer, v text)")
    lengths = [*range(65_520, 65_560), 300_000, 1, 97_000, *range(98_280, 98_310)]
    insert(server, [(number, "\n" + "x" * length) for number, length in enumerate(lengths)])
    assert output(server, AS_CSV) == output(server, AS_JSON)


def test_conditions_order_and_limit_are_the_same(server: PostgresServer) -> None:
    server.query("create table v.t (id integer, v text, w text)")
    insert(server, [(number % 500, f"v{number}", "w") for number in range(2000)])
    options = {"v-t": {"where": "v like 'v1%' -- all of them"}}
    settings = {"stream_options": options, "max_record_count": 300}
    found = [output(server, way, "id", **settings) for way in (AS_CSV, AS_JSON)]
    assert found[0].count(b'"RECORD"') == 300
    assert sorted(found[0].splitlines()) == sorted(found[1].splitlines())


@pytest.mark.parametrize(
    ("value", "analyzes", "way"),
    [("'v'", True, NOT_JSON), ("'v'", False, NOT_CSV), ("repeat('v', 500)", True, NOT_CSV)],
)
def test_statistics_decide(server: PostgresServer, value: str, analyzes: bool, way: str) -> None:
    server.query(f"create table v.t as select n, {value} v from generate_series(1, 2000) n")
    if analyzes:
        server.query("analyze v.t")
    assert output(server, way) == output(server, AS_JSON)


@pytest.mark.parametrize("column", ["jsonb", "integer[]"])
def test_nested_values_are_sent_as_json(server: PostgresServer, column: str) -> None:
    server.query(f"create table v.t (id integer, v {column}); insert into v.t values (1, null)")
    server.query("analyze v.t")
    assert b'"record":{"id":1,"v":null}' in output(server, NOT_CSV)


@pytest.mark.parametrize("way", [AS_CSV, AS_JSON])
def test_other_number_of_rows_than_the_server_reports_is_an_error(
    server: PostgresServer, way: str
) -> None:
    server.query("create table v.t (id integer); insert into v.t values (1), (2); analyze v.t")
    lost = "from tapctl_bulk.libpq import copy_out; copy_out.finish_copy = lambda handle: 3"
    tap = TapRuns(server)
    _, *files = tap.command(tap.catalog({"v-t": None}), None)
    program = (
        f"from tapctl_bulk.tap_postgres import program, reading; {way}; {lost}; program.main()"
    )
    done = subprocess.run([sys.executable, "-c", program, *files[2:]], capture_output=True)
    assert done.returncode == 1
    assert b"error: 2 rows were read, but the database reports 3" in done.stderr
    assert b'"RECORD"' not in done.stdout
