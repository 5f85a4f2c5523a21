"""Rows that were read and rows that DuckDB reports are compared; a difference fails the load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_target_duckdb import WORD, command, load, record, rows, schema, state
from test_target_files import SCHEMA as FILE_SCHEMA
from test_target_files import command as files_command
from test_target_files import files

LOSES_STAGED_ROW = """
from tapctl_bulk.duckdb_engine.spool import Spool
add = Spool.add
def lossy(self, records):
    add(self, records)
    last = records.data[:-1].rpartition(b"\\n")[2]
    self._files[-1].truncate(self.bytes - len(last) - 1)
Spool.add = lossy
"""
"""The batch file loses its last row, as on a disk that fails."""

LOSES_ROW_IN_STATEMENT = """
from tapctl_bulk.target_duckdb import load, scd2
count, stage = load._count, "_tapctl_stage"
def lossy(connection, statement):
    if statement.startswith(("INSERT", "MERGE")):
        for word in ("FROM", "USING"):
            statement = statement.replace(f"{word} {stage}", f"{word} (FROM {stage} LIMIT 1)")
    return count(connection, statement)
load._count = scd2._count = lossy
"""
"""The statement that loads the staged rows loads only one."""


def damaged(command: list[str], damage: str, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run a connector whose code is changed first."""
    _python, _m, module, *options = command
    program = f"{damage}\nimport runpy\nrunpy.run_module({module!r}, run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", program, *options],
        input="\n".join(lines),
        text=True,
        capture_output=True,
    )


@pytest.mark.parametrize(
    ("mode", "damage", "counts"),
    [
        ("append", LOSES_STAGED_ROW, "3 rows were read, but DuckDB reports 2"),
        ("upsert", LOSES_STAGED_ROW, "3 rows were read, but DuckDB reports 2"),
        ("replace", LOSES_STAGED_ROW, "3 rows were read, but DuckDB reports 2"),
        ("scd2", LOSES_STAGED_ROW, "3 rows were read, but DuckDB reports 2"),
        ("upsert", LOSES_ROW_IN_STATEMENT, "3 rows were read, but DuckDB reports 1"),
        ("scd2", LOSES_ROW_IN_STATEMENT, "3 rows were read, but DuckDB reports 1"),
    ],
)
def test_lost_row_fails_the_load_and_changes_nothing(
    tmp_path: Path, mode: str, damage: str, counts: str
) -> None:
    # With a column of others, upsert has a staging table.
    more = schema({"v": WORD, "w": WORD})
    before = load(tmp_path, more, record('{"id":1,"v":"old"}'), mode=mode)
    assert before.returncode == 0, before.stderr
    lines = [
        schema({"v": WORD}),
        *(record(f'{{"id":{number},"v":"new"}}') for number in (1, 2, 3)),
        state(1),
    ]
    done = damaged(command(tmp_path, mode=mode), damage, *lines)
    assert (done.returncode, done.stdout) == (1, "")
    assert f'stream "a-t": {counts}' in done.stderr.splitlines()[-1]
    assert rows(tmp_path, "select id, v from main.t") == [(1, "old")]
    assert rows(tmp_path, "select table_name from duckdb_tables()") == [("t",)]
    # The same load without the fault.
    again = load(tmp_path, *lines, mode=mode)
    assert (again.returncode, json.loads(again.stdout)) == (0, {"n": 1})


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_lost_row_publishes_no_file(tmp_path: Path, format_: str) -> None:
    done = damaged(
        files_command(tmp_path, format=format_),
        LOSES_STAGED_ROW,
        FILE_SCHEMA,
        *(record(f'{{"id":{number}}}') for number in (1, 2, 3)),
        state(1),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert 'stream "a-t": 3 rows were read, but DuckDB wrote 2' in done.stderr.splitlines()[-1]
    assert files(tmp_path) == []
