"""target-postgres: the first batch of a new table is copied straight into it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from target_runs import load, record, schema, start, state

TEXT = {"type": ["null", "string"]}
MOMENT = {"type": ["null", "string"], "format": "date-time"}
ID = {"id": {"type": "integer"}}
HEAD = schema("s", {**ID, "v": TEXT, "at": MOMENT})

CATALOG = """
select relreplident, relpersistence, relam, (
    select array_agg((attname, format_type(atttypid, atttypmod), attnotnull, atthasdef, attnum)::text order by attnum)
    from pg_attribute where attrelid = c.oid and attnum > 0
), (
    select array_agg((conname, pg_get_constraintdef(oid))::text order by conname)
    from pg_constraint where conrelid = c.oid
), (select array_agg(replace(pg_get_indexdef(indexrelid), nspname, '')) from pg_index where indrelid = c.oid)
from pg_class c join pg_namespace n on n.oid = relnamespace where relname = 's' and nspname =
"""

LOSES_ROW = """
from tapctl_bulk.target_postgres.copies import Copies
write = Copies.write
def lossy(self, destination, rows, count):
    write(self, destination, rows[: rows.rindex(b"\\n", 0, -1) + 1], count)
Copies.write = lossy
from tapctl_bulk.target_postgres.program import main
main()
"""


@pytest.fixture
def name(server: PostgresServer) -> str:
    server.query("drop schema if exists direct cascade; drop schema if exists staged cascade")
    return "direct"


def config(server: PostgresServer, name: str = "direct", **settings: Any) -> dict[str, Any]:
    return server.config(default_target_schema=name, **settings)


def rows(count: int, first: int = 0) -> list[str]:
    return [record("s", {"id": number, "v": f"v{number}"}) for number in range(first, count)]


def transactions(server: PostgresServer) -> list[tuple[Any, ...]]:
    return server.query("select count(*), count(distinct xmin::text) from direct.s")


@pytest.mark.parametrize("mode", ["upsert", "append", "replace"])
@pytest.mark.parametrize("metadata", [True, False])
def test_the_table_is_as_without_rows(
    server: PostgresServer, name: str, tmp_path: Path, mode: str, metadata: bool
) -> None:
    settings = {"mode": mode, "add_record_metadata": metadata, "activate_version": metadata}
    for schema_name, lines in ((name, rows(10)), ("staged", [])):
        result = load(tmp_path, config(server, schema_name, **settings), [HEAD, *lines])
        assert result.code == 0, result.log
    assert transactions(server) == [(10, 1)]
    assert server.query(f"{CATALOG} '{name}'") == server.query(f"{CATALOG} 'staged'")


def test_metadata_columns_have_the_values_of_the_batch(
    server: PostgresServer, name: str, tmp_path: Path
) -> None:
    at = "2026-01-01T02:00:00+02:00"
    lines = [record("s", {"id": number}, time_extracted=at) for number in range(3)]
    # Rows of another time of extraction are another batch.
    more = [record("s", {"id": 3}, time_extracted="2026-01-02T00:00:00Z")]
    assert load(tmp_path, config(server), [HEAD, *lines, state(1), *more]).code == 0
    assert server.query("select id, _sdc_extracted_at::text from direct.s order by id") == [
        (number, f"2026-01-0{2 if number == 3 else 1} 00:00:00") for number in range(4)
    ]
    assert server.query(
        "select bool_and(_sdc_received_at > _sdc_extracted_at and _sdc_batched_at = _sdc_received_at"
        " and _sdc_sequence >= _sdc_sync_started_at and _sdc_sync_started_at > 1700000000000),"
        " count(_sdc_deleted_at), count(_sdc_table_version) from direct.s"
    ) == [(True, 0, 0)]


def test_offsets_of_timestamps_are_read(server: PostgresServer, name: str, tmp_path: Path) -> None:
    values = ["2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00.5-09:30", "infinity", None]
    lines = [record("s", {"id": number, "at": at}) for number, at in enumerate(values)]
    assert load(tmp_path, config(server), [HEAD, *lines]).code == 0
    assert transactions(server) == [(4, 1)]
    assert server.query("select at::text from direct.s order by id") == [
        ("2025-12-31 22:00:00",),
        ("2026-01-01 09:30:00.5",),
        ("infinity",),
        (None,),
    ]


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@pytest.mark.parametrize("size", [50, 100_000])
def test_the_last_row_of_a_key_wins(
    server: PostgresServer, name: str, tmp_path: Path, mode: str, size: int
) -> None:
    """Also with rows of very different lengths, which leave space on many pages."""
    source = random.Random(1)
    lengths = [source.choice((3, 40, 900, 1900)) for _ in range(6000)]
    last: dict[int, str] = {}
    lines = []
    for number, length in enumerate(lengths):
        key = source.randrange(3000)
        last[key] = f"{number}:".ljust(length, chr(97 + number % 26))
        lines.append(record("s", {"id": key, "v": last[key]}))
    result = load(tmp_path, config(server, mode=mode, batch_size_rows=size), [HEAD, *lines])
    assert result.code == 0, result.log
    assert transactions(server) == [(len(last), 1)]
    assert dict(server.query("select id, v from direct.s")) == last
    assert server.query("select relreplident from pg_class where oid = 'direct.s'::regclass") == [
        ("d",)
    ]
    again = [record("s", {"id": 1, "v": "new"})]
    assert load(tmp_path, config(server), [HEAD, *again]).code == 0
    assert server.query("select v from direct.s where id = 1") == [("new",)]


def test_a_batch_ends_when_a_state_can_be_reported(
    server: PostgresServer, name: str, tmp_path: Path
) -> None:
    lines = [*rows(30), state({"n": 30}), *rows(60, 30), state({"n": 60})]
    result = load(tmp_path, config(server, batch_size_rows=10), [HEAD, *lines])
    assert result.code == 0, result.log
    assert result.states == ['{"n":30}', '{"n":60}']
    count, transactions_ = transactions(server)[0]
    assert (count, transactions_ > 1) == (60, True)


def test_rows_with_a_version_follow_in_the_same_batch(
    server: PostgresServer, name: str, tmp_path: Path
) -> None:
    lines = [
        *rows(5),
        state(1),
        *(record("s", {"id": number, "v": "new"}, version=7) for number in (4, 5, 5)),
    ]
    assert load(tmp_path, config(server), [HEAD, *lines]).code == 0
    found = server.query("select id, v, _sdc_table_version from direct.s order by id")
    assert found == [
        *((number, f"v{number}", None) for number in range(4)),
        (4, "new", 7),
        (5, "new", 7),
    ]


def test_a_version_is_found_among_rows_of_the_same_time(
    server: PostgresServer, name: str, tmp_path: Path
) -> None:
    at = "2026-01-01T02:00:00+02:00"
    versions = [None, {"version": 7, "more": {"a": 1}}, None]
    lines = [
        record("s", {"id": number}, **(more or {}), time_extracted=at)
        for number, more in enumerate(versions)
    ]
    assert load(tmp_path, config(server), [HEAD, *lines]).code == 0
    found = server.query(
        "select id, _sdc_table_version, _sdc_extracted_at::text from direct.s order by id"
    )
    assert found == [(n, 7 if n == 1 else None, "2026-01-01 00:00:00") for n in range(3)]


@pytest.mark.parametrize("mode", ["upsert", "append", "replace"])
def test_a_lost_row_fails_the_load(
    server: PostgresServer, name: str, tmp_path: Path, mode: str
) -> None:
    assert load(tmp_path, config(server, mode=mode), [HEAD]).code == 0
    server.query("drop table direct.s")
    done = subprocess.run(
        [sys.executable, "-c", LOSES_ROW, "--config", str(tmp_path / "config.json")],
        input="\n".join([HEAD, *rows(3), state(1)]) + "\n",
        text=True,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "3 records were read, but the database staged 2" in done.stderr
    if mode != "replace":
        assert server.query("select count(*) from direct.s") == [(0,)]
        keys = "select count(*) from pg_constraint where conrelid = 'direct.s'::regclass and contype = 'p'"
        assert server.query(keys) == [(int(mode == "upsert"),)]


@pytest.mark.parametrize(
    "meanwhile", ["insert into direct.s values (1, 'old'), (9, 'other')", "read"]
)
def test_a_table_that_others_use_is_loaded_through_the_staging_table(
    server: PostgresServer, name: str, tmp_path: Path, meanwhile: str
) -> None:
    process = start(tmp_path, config(server, lock_timeout_seconds=20))
    assert process.stdin
    process.stdin.write(HEAD.encode() + b"\n")
    process.stdin.flush()
    with server.connect() as other:
        for _ in _attempts():
            if server.query("select to_regclass('direct.s') is not null") == [(True,)]:
                break
        if meanwhile == "read":
            other.execute("begin")
            other.execute("select * from direct.s")
        else:
            other.execute(meanwhile)
        out, log = process.communicate("\n".join([*rows(3), state(1)]).encode(), timeout=60)
    assert process.returncode == 0, log.decode()
    assert out == b"1\n"
    others = [(9, "other")] if meanwhile != "read" else []
    assert server.query("select id, v from direct.s order by id") == [
        *((number, f"v{number}") for number in range(3)),
        *others,
    ]


def _attempts() -> Iterator[None]:
    for _ in range(1200):
        yield
        time.sleep(0.05)
    raise AssertionError("the table was not created")


@pytest.mark.parametrize("configured", ["", "pglz"])
def test_long_values_are_compressed_by_lz4_unless_configured(
    server: PostgresServer, name: str, tmp_path: Path, configured: str
) -> None:
    setting = "default_toast_compression"
    if not server.query(
        f"select 1 from pg_settings where name = '{setting}' and 'lz4' = any(enumvals)"
    ):
        pytest.skip("the server has no lz4")
    if configured:
        server.query(f"alter role postgres set {setting} = {configured}")
    lines = [record("s", {"id": number, "v": "long value " * 1000}) for number in range(3)]
    result = load(tmp_path, config(server), [HEAD, *lines])
    server.query(f"alter role postgres reset {setting}")
    assert result.code == 0, result.log
    found = server.query("select distinct pg_column_compression(v) from direct.s")
    assert found == [(configured or "lz4",)]
