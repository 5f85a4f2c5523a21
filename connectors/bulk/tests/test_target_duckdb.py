"""target-duckdb as a process: modes, exact values, errors, and kills at random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

KEY = {"id": {"type": "integer", "maximum": 2**63 - 1}}
WORD = {"type": ["null", "string"]}


def schema(properties: dict[str, Any], keys: list[str] | None = None, stream: str = "a-t") -> str:
    return json.dumps(
        {
            "type": "SCHEMA",
            "stream": stream,
            "schema": {"properties": {**KEY, **properties}},
            "key_properties": ["id"] if keys is None else keys,
        }
    )


def record(values: str, stream: str = "a-t", more: str = "") -> str:
    return f'{{"type":"RECORD","stream":"{stream}","record":{values}{more}}}'


def state(value: int) -> str:
    return json.dumps({"type": "STATE", "value": {"n": value}})


def command(folder: Path, **settings: Any) -> list[str]:
    config = folder / "config.json"
    path = str(folder / "w.duckdb")
    config.write_text(json.dumps({"path": path, "temp_dir": str(folder), **settings}))
    return [sys.executable, "-m", "tapctl_bulk.target_duckdb", "--config", str(config)]


def load(folder: Path, *lines: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, **settings), input="\n".join(lines), text=True, capture_output=True
    )


def rows(folder: Path, query: str = "from main.t order by all") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_modes_append_and_upsert(tmp_path: Path) -> None:
    lines = (schema({"v": WORD}), record('{"id":1,"v":"a"}'), record('{"id":1,"v":"b"}'))
    assert load(tmp_path, *lines).returncode == 0
    assert rows(tmp_path) == [(1, "b")]
    assert (
        load(
            tmp_path, schema({"v": WORD}), record('{"id":1,"v":"c"}'), record('{"id":2}')
        ).returncode
        == 0
    )
    assert rows(tmp_path) == [(1, "c"), (2, None)]
    assert load(tmp_path, *lines, mode="append").returncode == 0
    assert rows(tmp_path) == [(1, "a"), (1, "b"), (1, "c"), (2, None)]


def test_mode_replace_swaps_at_the_end_and_reports_the_state_then(tmp_path: Path) -> None:
    load(tmp_path, schema({"v": WORD}), record('{"id":1,"v":"old"}'), record('{"id":9,"v":"old"}'))
    broken = load(
        tmp_path,
        schema({"v": WORD}),
        record('{"id":1,"v":"new"}'),
        state(1),
        "{",
        mode="replace",
        batch_size_rows=1,
    )
    assert broken.returncode == 1
    assert broken.stdout == ""
    assert len(rows(tmp_path)) == 2
    done = load(
        tmp_path, schema({"v": WORD}), record('{"id":1,"v":"new"}'), state(1), mode="replace"
    )
    assert json.loads(done.stdout) == {"n": 1}
    assert rows(tmp_path) == [(1, "new")]
    assert rows(tmp_path, "select table_name from duckdb_tables()") == [("t",)]


def test_mode_scd2_keeps_every_version(tmp_path: Path) -> None:
    for value in ("a", "a", "b"):
        load(
            tmp_path,
            schema({"v": WORD}),
            record(f'{{"id":1,"v":"{value}"}}'),
            record('{"id":2,"v":"x"}'),
            mode="scd2",
        )
    found = rows(
        tmp_path, "select id, v, _sdc_valid_to is null from main.t order by id, _sdc_valid_from"
    )
    assert found == [(1, "a", False), (1, "b", True), (2, "x", True)]
    meets = "select count(*) from main.t x join main.t y on x._sdc_valid_to = y._sdc_valid_from and x.id = y.id"
    assert rows(tmp_path, meets) == [(1,)]


def test_versions_and_hard_delete(tmp_path: Path) -> None:
    def version(number: int, *ids: int) -> list[str]:
        end = f'{{"type":"ACTIVATE_VERSION","stream":"a-t","version":{number}}}'
        return [
            schema({}),
            *(record(f'{{"id":{one}}}', more=f',"version":{number}') for one in ids),
            end,
        ]

    load(tmp_path, *version(1, 1, 2), add_metadata_columns=True)
    load(tmp_path, *version(2, 1), add_metadata_columns=True)
    assert rows(tmp_path, "select id, _sdc_deleted_at is null from main.t order by id") == [
        (1, True),
        (2, False),
    ]
    load(tmp_path, *version(3, 1), hard_delete=True)
    assert rows(tmp_path, "select id from main.t") == [(1,)]


def test_time_of_extraction_is_stored_in_utc(tmp_path: Path) -> None:
    times = [
        "2026-11-30T17:06:00.25+00:00",
        "2026-11-30T17:06:00.25Z",
        "2026-11-30T19:06:00.25+02:00",
    ]
    lines = [
        record(f'{{"id":{id_}}}', more=f',"time_extracted":"{time_}"')
        for id_, time_ in enumerate(times)
    ]
    load(tmp_path, schema({}), *lines, record('{"id":3}'), add_metadata_columns=True)
    found = rows(tmp_path, "select _sdc_extracted_at::varchar from main.t order by id")
    assert found == [*[("2026-11-30 17:06:00.25",)] * 3, (None,)]


@pytest.mark.parametrize(
    ("definition", "value", "expected"),
    [
        ({"type": "integer"}, "9" * 38, "9" * 38),
        ({"type": "integer"}, "3.0", "3"),
        ({"type": "number"}, "0.1", "0.1"),
        ({"type": "number"}, '"NaN"', "nan"),
        ({"type": "string"}, '"a\\u0000b"', "a\x00b"),
        ({"type": "string"}, '""', ""),
        ({}, '{"a":12345678901234567890.123456789}', '{"a":12345678901234567890.123456789}'),
        ({}, '"12345678901234567890.5"', '"12345678901234567890.5"'),
        ({}, "0.12345678901234567890", "0.12345678901234567890"),
        ({"type": "object"}, '"{\\"a\\":1}"', '{"a":1}'),
        (
            {"type": "string", "format": "date-time"},
            '"2026-11-29T13:54:00.123456+02:00"',
            "2026-11-29 11:54:00.123456",
        ),
        (
            {"type": "string", "format": "date-time"},
            '"2026-11-29T13:54:00.123456+00:00"',
            "2026-11-29 13:54:00.123456",
        ),
        (
            {"type": "string", "format": "date-time"},
            '"294246-12-31T23:59:59.999999+00:00"',
            "294246-12-31 23:59:59.999999",
        ),
        (
            {"type": "string", "format": "date-time"},
            '"0044-03-15T12:00:00 BC"',
            "0044-03-15 (BC) 12:00:00",
        ),
        ({"type": "string", "format": "date-time"}, '"infinity"', "infinity"),
        ({"type": "string", "format": "time"}, '"13:54:00+02:00"', "11:54:00"),
    ],
)
def test_exact_values(tmp_path: Path, definition: Any, value: str, expected: str) -> None:
    done = load(tmp_path, schema({"v": definition}), record(f'{{"id":1,"v":{value}}}'))
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path, "select v::text from main.t") == [(expected,)]


@pytest.mark.parametrize(
    ("definition", "value", "error"),
    [
        ({"type": "integer"}, "1.5", 'column "v": the type HUGEINT would change the value 1.5'),
        ({"type": "number"}, "9" * 38, 'column "v": the type DOUBLE would change the value 999'),
        ({"type": "integer"}, '"abc"', 'stream "a-t": Conversion Error'),
    ],
)
def test_values_that_do_not_fit_fail(
    tmp_path: Path, definition: Any, value: str, error: str
) -> None:
    done = load(tmp_path, schema({"v": definition}), record(f'{{"id":1,"v":{value}}}'), state(1))
    assert (done.returncode, done.stdout) == (1, "")
    assert error in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_damaged_line_is_named(tmp_path: Path) -> None:
    done = load(
        tmp_path, schema({"v": WORD}), record('{"id":1}'), record('{"id":2,"v":"\\q"}'), state(1)
    )
    assert done.returncode == 1
    assert 'line 3 of the input (stream "a-t") is not JSON' in done.stderr.splitlines()[-1]


def test_nothing_is_committed_or_reported_after_a_failed_batch(tmp_path: Path) -> None:
    done = load(
        tmp_path,
        schema({"v": {"type": "integer"}}),
        *(record('{"id":1,"v":1}'), state(1)),
        *(record('{"id":2,"v":1.5}'), state(2)),
        *(record('{"id":3,"v":3}'), state(3)),
        batch_size_rows=1,
    )
    assert (done.returncode, done.stdout) == (1, '{"n": 1}\n'), done.stderr
    assert rows(tmp_path) == [(1, 1)]


def test_batch_before_a_damaged_line_is_committed_and_its_state_reported(tmp_path: Path) -> None:
    lines = (schema({}), record('{"id":1}'), state(1), "{")
    done = load(tmp_path, *lines, batch_size_rows=1)
    assert (done.returncode, done.stdout) == (1, '{"n": 1}\n'), done.stderr
    assert rows(tmp_path) == [(1,)]


def test_new_and_wider_columns(tmp_path: Path) -> None:
    small = {"type": ["null", "integer"], "maximum": 32767}
    load(tmp_path, schema({"v": small}), record('{"id":1,"v":5}'))
    load(
        tmp_path,
        schema({"v": {**small, "maximum": 2**63 - 1}, "w": WORD}),
        record(f'{{"id":2,"v":{2**62},"w":"x"}}'),
    )
    assert rows(tmp_path) == [(1, 5, None), (2, 2**62, "x")]
    load(tmp_path, schema({"v": WORD}), record('{"id":3,"v":"six"}'))
    assert rows(tmp_path) == [(1, "5", None), (2, str(2**62), "x"), (3, "six", None)]


def test_two_streams_of_one_table_fail(tmp_path: Path) -> None:
    done = load(tmp_path, schema({}), schema({}, stream="b-t"))
    assert done.returncode == 1
    assert 'streams "a-t" and "b-t" would both be loaded into the table t' in done.stderr
    mapping = {"b": {"target_schema": "other"}}
    assert (
        load(tmp_path, schema({}), schema({}, stream="b-t"), schema_mapping=mapping).returncode == 0
    )


def test_key_without_a_value_fails(tmp_path: Path) -> None:
    done = load(tmp_path, schema({"v": WORD}), record('{"v":"x"}'))
    assert "1 records have no value for the key id" in done.stderr.splitlines()[-1]


def test_database_in_use(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")):
        done = load(tmp_path, schema({}))
    assert done.returncode == 1
    assert "is in use by another process" in done.stderr


def test_published_table_keeps_its_types_and_key(tmp_path: Path) -> None:
    """The table is as target-duckdb 0.8.0 created it."""
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute(
            'create table main.t ("at" timestamp, "doc" json, "id" hugeint, "n" double, "ok" boolean, "v" varchar, '
            "_sdc_batched_at timestamp, _sdc_deleted_at varchar, _sdc_extracted_at timestamp, primary key (id))"
        )
        connection.execute("insert into main.t (id, v, n) values (1, 'old', 0.5), (3, 'kept', 1)")
    before = rows(
        tmp_path,
        "select column_name, data_type from duckdb_columns() where table_name = 't' order by 1",
    )
    properties = {
        "v": WORD,
        "n": {"type": "number"},
        "ok": {"type": "boolean"},
        "at": {"type": "string", "format": "date-time"},
        "doc": {"type": "object"},
    }
    value = '{"id":%d,"v":"new","n":2.5,"ok":true,"at":"2026-11-29T13:54:00Z","doc":{"a":[1]}}'
    for ids in ((1, 2), (2, 1)):
        done = load(
            tmp_path,
            schema(properties),
            *(record(value % one) for one in ids),
            add_metadata_columns=True,
        )
        assert done.returncode == 0, done.stderr
    after = rows(
        tmp_path,
        "select column_name, data_type from duckdb_columns() where table_name = 't' order by 1",
    )
    assert after == before
    found = rows(tmp_path, "select id, v, n, doc::text from main.t order by id")
    assert found == [
        (1, "new", 2.5, '{"a":[1]}'),
        (2, "new", 2.5, '{"a":[1]}'),
        (3, "kept", 1.0, None),
    ]


def test_kill_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    """After a kill, the table has at least every row before the last reported state."""
    count, every = 4000, 100
    lines = [schema({"v": WORD})]
    for number in range(count):
        lines.append(record(f'{{"id":{number},"v":"{"x" * 200}"}}'))
        if number % every == every - 1:
            lines.append(state(number + 1))
    path = tmp_path / "input"
    path.write_text("\n".join(lines) + "\n")
    chance = random.Random(7)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM):
        with open(path, "rb") as stdin:
            process = subprocess.Popen(
                command(tmp_path, batch_size_rows=every),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            time.sleep(0.3 + chance.random() * 1.5)
            process.send_signal(number)
            output, log = process.communicate()
        assert process.returncode in (0, -number, 128 + number), log.decode()
        assert process.returncode <= 0 or log.endswith(b"error: stopped by SIGTERM\n")
        states = [json.loads(line)["n"] for line in output.splitlines() if line.endswith(b"}")]
        stored = (
            rows(tmp_path, "select count(*) from main.t")
            if (tmp_path / "w.duckdb").exists() and states
            else [(0,)]
        )
        assert stored[0][0] >= max(states, default=0)
    done = load(tmp_path, *lines)
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path, "select count(*), count(distinct id) from main.t") == [(count, count)]
    assert not [
        one for one in os.listdir(tmp_path) if one not in ("config.json", "input", "w.duckdb")
    ]
