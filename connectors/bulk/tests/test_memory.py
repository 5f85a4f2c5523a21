"""Peak memory of target-files and target-duckdb, whatever the rows look like."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from test_row_counts import damaged
from test_target_duckdb import WORD, record, schema, state
from test_target_duckdb import command as duckdb_command
from test_target_duckdb import rows as rows_of
from test_target_files import command as files_command

PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""A small process in between: a child of pytest would count pytest's own memory."""

COLUMNS = [f"c{number:02d}" for number in range(50)]
DAY = '"2024-01-0{}T10:00:00+00:00"'
RANDOM = random.Random(1)


def wide() -> Iterator[str]:
    """30,000 rows of 50 columns, of 1 kB each."""
    kinds = [WORD, {"type": ["null", "number"]}, {**WORD, "format": "date-time"}]
    yield schema({name: kinds[place % 3] for place, name in enumerate(COLUMNS)})
    for number in range(30_000):
        values = [f'"{number * 7919}"', f"{number}.5", DAY.format(number % 9 + 1)]
        pairs = (f'"{name}":{values[place % 3]}' for place, name in enumerate(COLUMNS))
        yield f'{{"type":"RECORD","stream":"a-t","record":{{"id":{number},{",".join(pairs)}}}}}'
    yield state(1)


def large() -> Iterator[str]:
    """8 rows of 10 MB that cannot be compressed."""
    yield schema({"v": WORD})
    for number in range(8):
        text = base64.b64encode(RANDOM.randbytes(7_500_000)).decode()
        yield f'{{"type":"RECORD","stream":"a-t","record":{{"id":{number},"v":"{text}"}}}}'
    yield state(1)


def peak_of(command: list[str], lines: Iterable[str]) -> int:
    """Return the peak of a load in MiB."""
    process = subprocess.Popen(
        [sys.executable, "-c", PEAK, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    for line in lines:
        process.stdin.write(line.encode() + b"\n")
    out, log = process.communicate()
    assert process.returncode == 0, log.decode()
    assert json.loads(out) == {"n": 1}
    return int(log.split(b"peak ")[1]) // 1024


# Measured with the limits of this package: jsonl 28 and 59, csv 80 and 89, parquet 91 and 102 MiB,
# target-duckdb 110 and 157 MiB.
# What DuckDB maps of its own code depends on the machine.
@pytest.mark.parametrize(
    ("format_", "lines", "most"),
    [
        ("jsonl", wide, 45),
        ("jsonl", large, 80),
        ("csv", wide, 110),
        ("csv", large, 120),
        ("parquet", wide, 112),
        ("parquet", large, 135),
    ],
)
def test_target_files(
    tmp_path: Path, format_: str, lines: Callable[[], Iterator[str]], most: int
) -> None:
    assert peak_of(files_command(tmp_path, format=format_), lines()) < most


@pytest.mark.parametrize(("lines", "count", "most"), [(wide, 30_000, 140), (large, 8, 200)])
def test_target_duckdb(
    tmp_path: Path, lines: Callable[[], Iterator[str]], count: int, most: int
) -> None:
    assert peak_of(duckdb_command(tmp_path), lines()) < most
    assert rows_of(tmp_path, "select count(*) from main.t") == [(count,)]


FAILS_AFTER_COMMIT = """
import duckdb
from tapctl_bulk.target_duckdb import database
class Connection:
    def __init__(self, real): self.real = real
    def __getattr__(self, name): return getattr(self.real, name)
    def execute(self, statement, *values):
        result = self.real.execute(statement, *values)
        if statement == "COMMIT":
            raise duckdb.FatalException(
                "Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. "
                "Failed to create checkpoint because of error: failed to pin block of size 9.5 MiB"
            )
        return result
connect, opened = database._connect, []
def first_fails(path, token):
    opened.append(path)
    return Connection(connect(path, token)) if len(opened) == 1 else connect(path, token)
database._connect = first_fails
"""
"""DuckDB lacks memory after the first commit, and closes the database."""


def test_target_duckdb_continues_after_a_commit_that_left_too_little_memory(tmp_path: Path) -> None:
    done = damaged(
        duckdb_command(tmp_path, mode="append", batch_size_rows=1),
        FAILS_AFTER_COMMIT,
        schema({"v": WORD}),
        record('{"id":1,"v":"first"}'),
        record('{"id":2,"v":"second"}'),
        state(1),
    )
    assert (done.returncode, done.stdout) == (0, '{"n": 1}\n'), done.stderr
    assert "opening the database again" in done.stderr
    assert rows_of(tmp_path, "select id, v from main.t") == [(1, "first"), (2, "second")]
