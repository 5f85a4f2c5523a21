"""target-files as a process: formats, partitions, manifests and kills."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tapctl_bulk.duckdb_engine.spool import FILE_BYTES

SCHEMA = json.dumps(
    {
        "type": "SCHEMA",
        "stream": "a-t",
        "schema": {
            "properties": {
                "id": {"type": "integer"},
                "country": {"type": ["null", "string"]},
                "n": {"type": ["null", "number"]},
                "doc": {},
            }
        },
        "key_properties": ["id"],
    }
)
STATE = '{"type":"STATE","value":{"n":1}}'
RECORDS = (
    '{"id":1,"country":"DE","n":1.50,"doc":{"a":0.12345678901234567890}}',
    '{"id":2,"country":null,"n":12345678901234567890.25,"doc":null}',
    '{"id":3,"country":"a/b","n":null,"doc":"x"}',
)


def command(folder: Path, **settings: Any) -> list[str]:
    config = folder / "config.json"
    output = folder / "out"
    output.mkdir(exist_ok=True)
    config.write_text(json.dumps({"output_path": str(output), "temp_dir": str(folder), **settings}))
    return [sys.executable, "-m", "tapctl_bulk.target_files", "--config", str(config)]


def load(folder: Path, *records: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    lines = [
        SCHEMA,
        *(f'{{"type":"RECORD","stream":"a-t","record":{one}}}' for one in records),
        STATE,
    ]
    return subprocess.run(
        command(folder, **settings), input="\n".join(lines), text=True, capture_output=True
    )


def files(folder: Path) -> list[str]:
    found = [
        str(one.relative_to(folder / "out")) for one in (folder / "out").rglob("*") if one.is_file()
    ]
    return sorted(one for one in found if not one.startswith("_manifests/"))


def manifests(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(one.read_text()) for one in sorted((folder / "out" / "_manifests").iterdir())
    ]


def test_json_lines_keep_every_byte(tmp_path: Path) -> None:
    done = load(tmp_path, *RECORDS, format="jsonl", compression="gzip")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"n": 1})
    (name,) = files(tmp_path)
    with gzip.open(tmp_path / "out" / name, "rt") as file:
        assert file.read().splitlines() == list(RECORDS)


def test_csv_keeps_digits_and_tells_empty_text_from_null(tmp_path: Path) -> None:
    load(tmp_path, *RECORDS, '{"id":4,"country":""}', format="csv")
    (name,) = files(tmp_path)
    assert (tmp_path / "out" / name).read_text().splitlines() == [
        "id,country,n,doc",
        '1,DE,1.50,"{""a"":0.12345678901234567890}"',
        "2,,12345678901234567890.25,",
        '3,a/b,,"""x"""',
        '4,"",,',
    ]


def test_parquet_with_a_manifest(tmp_path: Path) -> None:
    load(tmp_path, *RECORDS, file_rows=1)
    names = files(tmp_path)
    found = duckdb.read_parquet([str(tmp_path / "out" / one) for one in names])
    assert sorted(found.project("id, country, doc::text").fetchall()) == [
        (1, "DE", '{"a":0.12345678901234567890}'),
        (2, None, None),
        (3, "a/b", '"x"'),
    ]
    (manifest,) = manifests(tmp_path)
    assert manifest["complete"] and manifest["rows"] == 3
    assert sorted(one["path"] for one in manifest["files"]) == names
    sizes = [os.path.getsize(tmp_path / "out" / one["path"]) for one in manifest["files"]]
    assert [one["bytes"] for one in manifest["files"]] == sizes


def test_rows_of_several_batch_files_keep_their_order(tmp_path: Path) -> None:
    count, long = 12_000, "x" * 1_000
    assert count * len(long) > 2 * FILE_BYTES
    records = (f'{{"id":{n},"country":"{long}","n":{n}.5,"doc":null}}' for n in range(count))
    done = load(tmp_path, *records, format="parquet")
    assert done.returncode == 0, done.stderr
    (file,) = files(tmp_path)
    found = duckdb.sql(f"SELECT id, length(country), n FROM '{tmp_path}/out/{file}'").fetchall()
    assert found == [(n, len(long), n + 0.5) for n in range(count)]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_partitions(tmp_path: Path, format_: str) -> None:
    load(tmp_path, *RECORDS, format=format_, partition_by=["country"], partition_by_date=True)
    day = time.strftime("%Y-%m-%d", time.gmtime())
    assert [one.rsplit("/", 1)[0] for one in files(tmp_path)] == [
        f"a-t/extraction_date={day}/country=DE",
        f"a-t/extraction_date={day}/country=__HIVE_DEFAULT_PARTITION__",
        f"a-t/extraction_date={day}/country=a%2Fb",
    ]


def test_unknown_partition_column_fails(tmp_path: Path) -> None:
    done = load(tmp_path, *RECORDS, partition_by=["nope"])
    assert 'stream "a-t" has no column "nope" to partition by' in done.stderr.splitlines()[-1]
    assert files(tmp_path) == []


def test_failed_load_leaves_no_file(tmp_path: Path) -> None:
    done = load(tmp_path, *RECORDS, '{"id":1.5}')
    assert (done.returncode, done.stdout) == (1, "")
    assert "would change the value 1.5" in done.stderr
    assert files(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("format_", ["jsonl", "parquet"])
def test_leftovers_of_a_killed_run_never_count(
    tmp_path: Path, number: signal.Signals, format_: str
) -> None:
    process = subprocess.Popen(
        command(tmp_path, format=format_, file_rows=1),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None and process.stdout is not None
    first = f'{SCHEMA}\n{{"type":"RECORD","stream":"a-t","record":{{"id":1}}}}\n{STATE}\n'
    process.stdin.write(first.encode())
    process.stdin.flush()
    assert json.loads(process.stdout.readline()) == {"n": 1}
    (manifest,) = manifests(tmp_path)
    assert (manifest["complete"], manifest["rows"]) == (False, 1)
    # A file that was published, but is not in the manifest yet.
    published = tmp_path / "out" / manifest["files"][0]["path"]
    orphan = published.with_name(published.name.replace("-00000", "-00001"))
    orphan.write_bytes(published.read_bytes())
    process.send_signal(number)
    process.wait()
    process.stdin.close()
    assert load(tmp_path, '{"id":2}', format=format_).returncode == 0
    if number == signal.SIGKILL:
        assert not orphan.exists()
    listed = [one["path"] for one in manifests(tmp_path) for one in one["files"]]
    assert len(listed) == 2 and set(listed) <= set(files(tmp_path))
    assert [one.name for one in (tmp_path / "out").iterdir() if one.name.startswith(".")] == []
