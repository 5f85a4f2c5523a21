"""Rows of 10 MB: every byte arrives in target-duckdb and target-files."""

from __future__ import annotations

import json
import subprocess
from hashlib import md5
from pathlib import Path

import duckdb
import pytest
from test_target_duckdb import command, record, rows, schema, state
from test_target_files import command as files_command
from test_target_files import files

WORDS = [f"{chr(97 + number)}é\n\"'," * 1_250_000 for number in range(3)]
"""10 MB of UTF-8 each."""
DIGESTS = [
    (number, md5(word.encode()).hexdigest(), f'["{number}"]') for number, word in enumerate(WORDS)
]
LINES = [
    schema({"v": {"type": "string"}, "doc": {}}),
    *(
        record(json.dumps({"id": number, "v": word, "doc": [str(number)]}, ensure_ascii=False))
        for number, word in enumerate(WORDS)
    ),
    record(json.dumps({"id": 3, "v": None, "doc": {"long": WORDS[0]}})),
    state(1),
]
LONG_DOCUMENT = (3, md5(WORDS[0].encode()).hexdigest())
COLUMNS = "select id, md5(v), doc::text from {} where id < 3 order by id"
DOCUMENT = "select id, md5(json(doc) ->> '$.long') from {} where id = 3"


def load(program: list[str], lines: list[str] = LINES) -> None:
    done = subprocess.run(program, input="\n".join(lines).encode(), capture_output=True)
    assert (done.returncode, done.stdout) == (0, b'{"n": 1}\n'), done.stderr.decode()


@pytest.mark.parametrize("mode", ["append", "upsert", "scd2"])
def test_target_duckdb(tmp_path: Path, mode: str) -> None:
    # The second load compares or replaces rows.
    for _ in range(1 if mode == "append" else 2):
        load(command(tmp_path, mode=mode))
    assert rows(tmp_path, COLUMNS.format("main.t")) == DIGESTS
    assert rows(tmp_path, DOCUMENT.format("main.t")) == [LONG_DOCUMENT]


def test_target_duckdb_repeats_a_commit_with_more_memory(tmp_path: Path) -> None:
    load(command(tmp_path, mode="append"), [LINES[0], *LINES[1:4] * 4, state(1)])
    query = "select id, count(*), min(md5(v)), max(md5(v)) from main.t group by id order by id"
    assert rows(tmp_path, query) == [(one, 4, digest, digest) for one, digest, _ in DIGESTS]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_target_files(tmp_path: Path, format_: str) -> None:
    load(files_command(tmp_path, format=format_))
    (name,) = files(tmp_path)
    path = tmp_path / "out" / name
    more = {
        "jsonl": ", maximum_object_size = 30000000, columns = {id: 'INT', v: 'VARCHAR', doc: 'JSON'}",
        "csv": ", max_line_size = 30000000",
        "parquet": "",
    }[format_]
    reader = {"jsonl": "read_json", "csv": "read_csv", "parquet": "read_parquet"}[format_]
    table = f"{reader}('{path}'{more})"
    assert duckdb.sql(COLUMNS.format(table)).fetchall() == DIGESTS
    assert duckdb.sql(DOCUMENT.format(table)).fetchall() == [LONG_DOCUMENT]
