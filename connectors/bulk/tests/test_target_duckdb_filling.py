"""target-duckdb fills tables without a staging table, with several batches per commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from test_row_counts import damaged
from test_target_duckdb import WORD, command, load, record, rows, schema, state

SCHEMA = schema({"v": WORD})


SMALL_BLOCKS = """
from tapctl_bulk.singer_input import blocks
blocks.BLOCK_BYTES = 64
"""
"""Each line is a batch if it may have one row."""


def row(key: object, value: str, more: str = "") -> str:
    return record(json.dumps({"id": key, "v": value}), more=more)


def loaded(done: subprocess.CompletedProcess[str], value: int) -> None:
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, state_text(value)), done.stderr


def batches(folder: Path, *lines: str, damage: str = "", mode: str = "upsert") -> Any:
    """Load with a batch for each row."""
    return damaged(command(folder, mode=mode, batch_size_rows=1), SMALL_BLOCKS + damage, *lines)


def state_text(value: int) -> str:
    return json.dumps({"n": value})


def test_batches_without_a_state_are_one_commit(tmp_path: Path) -> None:
    lines = [row(number, "a") for number in range(50)]
    done = batches(tmp_path, SCHEMA, *lines, state(1))
    loaded(done, 1)
    assert "committed 50 rows" in done.stderr
    assert rows(tmp_path, "select count(*), count(distinct id) from main.t") == [(50, 50)]


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@pytest.mark.parametrize("states", [False, True], ids=["one commit", "a commit for each batch"])
def test_last_row_of_a_key_stays(tmp_path: Path, mode: str, states: bool) -> None:
    pairs = [(1, "a"), (2, "a"), (1, "b"), (3, "a"), (2, "b"), (2, "c"), (4, "a"), (1, "d")]
    lines = [
        line
        for number, (key, value) in enumerate(pairs)
        for line in (row(key, value), *([state(number)] if states else []))
    ]
    done = batches(tmp_path, SCHEMA, *lines, state(9), mode=mode)
    loaded(done, 9)
    assert done.stderr.count("committed") > (4 if states and mode == "upsert" else 0)
    assert rows(tmp_path) == [(1, "d"), (2, "c"), (3, "a"), (4, "a")]


def test_last_row_of_a_key_stays_over_many_row_groups(tmp_path: Path) -> None:
    some = [row(number, "old") for number in range(130_000)]
    again = [row(number, "new") for number in range(0, 130_000, 1000)]
    loaded(load(tmp_path, SCHEMA, *some, state(1), *again, *some[:500], *again, state(2)), 2)
    query = "select v, count(*), count(distinct id) from main.t group by v order by v"
    assert rows(tmp_path, query) == [("new", 130, 130), ("old", 129_870, 129_870)]


def test_key_without_a_value_in_a_later_batch_loads_nothing(tmp_path: Path) -> None:
    done = batches(tmp_path, SCHEMA, row(1, "a"), row(None, "b"), row(2, "c"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "1 records have no value for the key id" in done.stderr.splitlines()[-1]
    with pytest.raises(duckdb.CatalogException):
        rows(tmp_path)


LACKS_MEMORY = """
import duckdb
from tapctl_bulk.target_duckdb import load
count, calls = load._count, []
def lacking(connection, statement):
    calls.append(statement)
    if len(calls) == 3:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")
    return count(connection, statement)
load._count = lacking
"""


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_batches_are_repeated_after_one_that_lacked_memory(tmp_path: Path, mode: str) -> None:
    lines = [row(number, f"v{number}") for number in range(5)]
    done = batches(tmp_path, SCHEMA, *lines, state(1), damage=LACKS_MEMORY, mode=mode)
    loaded(done, 1)
    assert "the memory limit is now" in done.stderr
    assert "committed 5 rows" in done.stderr
    assert rows(tmp_path) == [(number, f"v{number}") for number in range(5)]


LACKS_MEMORY_AT_THE_END = """
import duckdb
from tapctl_bulk.target_duckdb import filling
remove, calls = filling.remove_replaced, []
def lacking(*arguments, **more):
    calls.append(remove(*arguments, **more))
    if len(calls) == 1:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")
    return calls[-1]
filling.remove_replaced = lacking
"""


def test_transaction_is_repeated_after_its_end_lacked_memory(tmp_path: Path) -> None:
    loaded(batches(tmp_path, SCHEMA, row(1, "a"), row(2, "a"), state(1)), 1)
    lines = [SCHEMA, row(1, "b"), row(3, "b"), row(1, "c"), state(2)]
    done = batches(tmp_path, *lines, damage=LACKS_MEMORY_AT_THE_END)
    loaded(done, 2)
    assert "the memory limit is now" in done.stderr
    assert rows(tmp_path) == [(1, "c"), (2, "a"), (3, "b")]


LOSES_ROWS_LATER = """
from tapctl_bulk.target_duckdb import filling
remove = filling.remove_replaced
def lossy(connection, stream, table, *others, **more):
    removed = remove(connection, stream, table, *others, **more)
    connection.execute(f"DELETE FROM {table} WHERE id = 2")
    return removed
filling.remove_replaced = lossy
"""


def test_row_lost_during_the_transaction_fails_the_load(tmp_path: Path) -> None:
    lines = [row(1, "a"), row(2, "a"), row(1, "b")]
    done = damaged(command(tmp_path), LOSES_ROWS_LATER, SCHEMA, *lines, state(1))
    assert (done.returncode, done.stdout) == (1, "")
    assert "2 rows were read, but DuckDB reports 1" in done.stderr.splitlines()[-1]
    with pytest.raises(duckdb.CatalogException):
        rows(tmp_path)


def test_empty_table_with_a_key_constraint_takes_repeated_keys(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create table t (id bigint primary key, v varchar)")
    lines = [row(1, "a"), row(2, "a"), row(1, "b")]
    loaded(batches(tmp_path, SCHEMA, *lines, state(1)), 1)
    assert rows(tmp_path) == [(1, "b"), (2, "a")]


def test_columns_of_others_keep_their_values(tmp_path: Path) -> None:
    load(tmp_path, schema({"v": WORD, "w": WORD}), record('{"id":1,"v":"a","w":"kept"}'))
    loaded(load(tmp_path, SCHEMA, row(1, "b"), row(1, "c"), row(2, "d"), state(1)), 1)
    assert rows(tmp_path) == [(1, "c", "kept"), (2, "d", None)]


def test_version_is_activated_for_the_last_row_of_a_key(tmp_path: Path) -> None:
    lines = [
        SCHEMA,
        row(1, "a", ',"version":1'),
        row(2, "a", ',"version":1'),
        '{"type":"ACTIVATE_VERSION","stream":"a-t","version":1}',
        row(1, "b", ',"version":2'),
        row(1, "c", ',"version":2'),
        '{"type":"ACTIVATE_VERSION","stream":"a-t","version":2}',
    ]
    loaded(load(tmp_path, *lines, state(1), add_metadata_columns=True, batch_size_rows=1), 1)
    query = "select id, v, _sdc_deleted_at is null from main.t order by id"
    assert rows(tmp_path, query) == [(1, "c", True), (2, "a", False)]


LOADS_SLOWLY = """
import sys, time
from tapctl_bulk.target_duckdb import commits, target
target.PART_BYTES = 1
load = commits.load
def slow(memory, batch, now):
    print("loading", batch.spool.rows, file=sys.stderr)
    time.sleep(1)
    load(memory, batch, now)
commits.load = slow
"""


def test_batch_grows_while_another_is_loaded(tmp_path: Path) -> None:
    lines = [row(number, "a") for number in range(50)]
    done = damaged(command(tmp_path), SMALL_BLOCKS + LOADS_SLOWLY, SCHEMA, *lines, state(1))
    loaded(done, 1)
    sizes = [line for line in done.stderr.splitlines() if line.startswith("loading")]
    assert sizes == ["loading 1", "loading 49"]
    assert rows(tmp_path, "select count(*), count(distinct id) from main.t") == [(50, 50)]
