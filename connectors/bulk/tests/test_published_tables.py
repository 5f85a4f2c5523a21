"""target-postgres loads into tables that the published targets created, and leaves them as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from target_runs import activate, load, record, schema, state

ENVIRONMENTS = Path(os.environ.get("TAPCTL_TEST_ENVIRONMENTS", "~/.cache/tapctl-bulk-tests"))

TYPES: dict[str, dict[str, Any]] = {
    "small": {"type": ["null", "integer"], "minimum": -32768, "maximum": 32767},
    "medium": {"type": ["null", "integer"], "minimum": -2147483648, "maximum": 2147483647},
    "large": {"type": ["null", "integer"]},
    "amount": {"type": ["null", "number"]},
    "price": {
        "type": ["null", "string"],
        "format": "x-singer.decimal",
        "precision": 20,
        "scale": 4,
    },
    "flag": {"type": ["null", "boolean"]},
    "word": {"type": ["null", "string"], "maxLength": 10},
    "mail": {"type": ["null", "string"], "format": "email"},
    "at": {"type": ["null", "string"], "format": "date-time"},
    "day": {"type": ["null", "string"], "format": "date"},
    "clock": {"type": ["null", "string"], "format": "time"},
    "code": {"type": ["null", "string"], "format": "uuid"},
    "data": {"type": ["null", "object"], "properties": {"a": {"type": "integer"}}},
    "items": {"type": ["null", "array"], "items": {"type": ["null", "integer"]}},
    "words": {"type": ["null", "array"], "items": {"type": "string"}},
    "rows": {"type": ["null", "array"], "items": {"type": "object"}},
    "lists": {"type": ["null", "array"], "items": {"type": "array", "items": {"type": "integer"}}},
    "mixed": {"type": ["null", "array"]},
    "any": {},
    "either": {"type": ["null", "string", "integer"]},
    "shape": {"type": ["null", "string", "object", "array"]},
    "choice": {"anyOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]},
    "MixedCase": {"type": ["null", "string"]},
    "with space": {"type": ["null", "string"]},
    "declared": {"type": ["null", "integer"], "x-sql-datatype": "integer"},
}
ROW: dict[str, Any] = {
    "small": 7,
    "medium": 70000,
    "large": 2**53 + 1,
    "amount": 19.99,
    "price": "12.5000",
    "flag": True,
    "word": 'w\n\\N"',
    "mail": "a@b.c",
    "at": "2026-11-29T13:54:00.123456+02:00",
    "day": "2026-11-29",
    "clock": "13:54:00",
    "code": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    "data": {"a": 1, "b": "x\ty"},
    "items": [1, None, 3],
    "words": ['a"b', "c,d"],
    "rows": [{"a": 1}],
    "lists": [[1, 2]],
    "mixed": [1, "a"],
    "any": "x",
    "either": "5",
    "shape": {"a": [1]},
    "choice": "2026-01-02T00:00:00Z",
    "MixedCase": "M",
    "with space": "s",
    "declared": 5,
}


def program(package: str, version: str, name: str) -> str:
    """Return a program of a published connector, in an environment that is kept for later runs."""
    folder = ENVIRONMENTS.expanduser() / f"{package}-{version}"
    path = folder / "bin" / name
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        packages = [f"{package}=={version}", "setuptools==80.9.0"]
        subprocess.run([str(folder / "bin" / "pip"), "install", "-q", *packages], check=True)
    return str(path)


def url(server: PostgresServer) -> str:
    return f"postgresql+psycopg://postgres@/postgres?host={server.folder}"


def run(command: str, folder: Path, config: dict[str, Any], lines: list[str]) -> None:
    path = folder / "published.json"
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [command, "--config", str(path)], input="\n".join(lines).encode(), capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def columns(server: PostgresServer, table: str) -> list[tuple[Any, ...]]:
    return server.query(
        "select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute "
        f"where attrelid = '{table}'::regclass and attnum > 0 order by attnum"
    )


def contents(server: PostgresServer, table: str) -> list[dict[str, Any]]:
    rows = server.query(f"set timezone = 'UTC'; select row_to_json(t)::text from {table} t")
    found = [json.loads(text) for (text,) in rows]
    plain = [{key: one for key, one in row.items() if not key.startswith("_sdc")} for row in found]
    return sorted(plain, key=lambda row: int(row["id"]))


def messages(stream: str, numbers: range, keys: list[str], word: str) -> list[str]:
    properties = {"id": {"type": "integer"}, **TYPES}
    rows = [
        record(stream, {"id": number, **ROW, "word": word}, time_extracted="2026-01-01T00:00:00Z")
        for number in numbers
    ]
    empty = record(stream, {"id": numbers[-1] + 100, **dict.fromkeys(ROW)})
    return [schema(stream, properties, keys), *rows, empty, state({"n": numbers[-1]})]


@pytest.mark.parametrize("keys", [["id"], []])
@pytest.mark.parametrize("stream", ["orders", "public-OrderLines"])
def test_a_table_of_the_meltano_target(
    server: PostgresServer, tmp_path: Path, stream: str, keys: list[str]
) -> None:
    published = program("meltanolabs-target-postgres", "0.8.1", "target-postgres")
    name, twin = "published", "ours"
    server.query("drop schema if exists published cascade; drop schema if exists ours cascade")
    connection = {"sqlalchemy_url": url(server)}
    old = {**connection, "default_target_schema": name}
    table = f'{name}."{stream.split("-")[-1]}"'
    server_table = f'{twin}."{stream.split("-")[-1]}"'
    run(published, tmp_path, old, messages(stream, range(1, 4), keys, "first"))
    before = columns(server, table)

    for word in ("second", "third"):
        result = load(tmp_path, old, messages(stream, range(2, 6), keys, word))
        assert result.code == 0, result.log
    assert columns(server, table) == before
    run(published, tmp_path, old, messages(stream, range(5, 7), keys, "fourth"))

    rows = contents(server, table)
    words = {row["id"]: row["word"] for row in rows if row["word"]}
    if keys:
        assert words == {1: "first", 2: "third", 3: "third", 4: "third", 5: "fourth", 6: "fourth"}
    else:
        assert len(rows) == 4 + 5 + 5 + 3
    # Ours creates the same table, and stores the same values.
    load(
        tmp_path,
        {**connection, "default_target_schema": twin},
        messages(stream, range(1, 4), keys, "first"),
    )
    assert columns(server, server_table) == before
    first = next(row for row in contents(server, server_table) if row["id"] == 1)
    assert first == next(row for row in rows if row["id"] == 1)


def test_versions_continue_in_a_table_of_the_meltano_target(
    server: PostgresServer, tmp_path: Path
) -> None:
    published = program("meltanolabs-target-postgres", "0.8.1", "target-postgres")
    server.query("drop schema if exists published cascade")
    config = {"sqlalchemy_url": url(server), "default_target_schema": "published"}
    head = schema("s", {"id": {"type": "integer"}})
    first = [record("s", {"id": number}, version=1) for number in (1, 2)]
    run(published, tmp_path, config, [head, *first, activate("s", 1)])
    result = load(tmp_path, config, [head, record("s", {"id": 1}, version=2), activate("s", 2)])
    assert result.code == 0, result.log
    rows = server.query("select id, _sdc_deleted_at is null from published.s order by id")
    assert rows == [(1, True), (2, False)]


def test_a_table_of_the_pipelinewise_target(server: PostgresServer, tmp_path: Path) -> None:
    published = program("pipelinewise-target-postgres", "2.1.2", "target-postgres")
    server.query("drop schema if exists published cascade")
    base = server.config(password="x", port=5432, default_target_schema="published")
    old = {**base, "dbname": "postgres", "add_metadata_columns": True}
    properties = {
        "id": {"type": "integer"},
        "word": {"type": ["null", "string"]},
        "amount": {"type": ["null", "number"]},
        "at": {"type": ["null", "string"], "format": "date-time"},
        "data": {"type": ["null", "object"]},
    }
    row = {"amount": 1.5, "at": "2026-11-29T13:54:00+00:00", "data": {"a": 1}}
    head = schema("public-orders", properties)
    run(published, tmp_path, old, [head, record("public-orders", {"id": 1, "word": "a", **row})])
    before = columns(server, "published.orders")
    lines = [head, *[record("public-orders", {"id": n, "word": "b", **row}) for n in (1, 2)]]
    result = load(tmp_path, base, lines)
    assert result.code == 0, result.log
    assert columns(server, "published.orders")[: len(before)] == before
    rows = contents(server, "published.orders")
    assert [(one["id"], one["word"], one["data"]) for one in rows] == [
        (1, "b", {"a": 1}),
        (2, "b", {"a": 1}),
    ]
