"""target-files against an S3 API that checks keys and permissions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from s3_server import BUCKET, REGION, S3Server
from test_target_files import RECORDS, SCHEMA, STATE

INPUT = "".join(
    f"{one}\n"
    for one in (
        SCHEMA,
        *(f'{{"type":"RECORD","stream":"a-t","record":{record}}}' for record in RECORDS),
        STATE,
    )
)
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def shared() -> Iterator[S3Server]:
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture
def s3(shared: S3Server) -> S3Server:
    shared.empty()
    return shared


def settings(s3: S3Server, keys: tuple[str, str] | None = None, **more: Any) -> dict[str, Any]:
    key, secret = keys or s3.writer
    return {
        "output_path": f"s3://{BUCKET}/raw/shop/",
        "s3_endpoint_url": s3.endpoint,
        "s3_region": REGION,
        "s3_access_key_id": key,
        "s3_secret_access_key": secret,
        **more,
    }


def command(folder: Path, config: dict[str, Any], *options: str) -> list[str]:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    path = folder / "config.json"
    path.write_text(json.dumps({"temp_dir": str(temporary), **config}))
    return [sys.executable, "-m", "tapctl_bulk.target_files", "--config", str(path), *options]


def load(
    folder: Path, config: dict[str, Any], *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, config, *options),
        input=INPUT,
        text=True,
        capture_output=True,
        env=ENVIRONMENT | environment,
    )


def contents(s3: S3Server) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """Return the files by their path below the prefix, and the manifests."""
    found = {key.removeprefix("raw/shop/"): value for key, value in s3.objects().items()}
    manifests = [json.loads(found.pop(key)) for key in sorted(found) if "_manifests/" in key]
    return found, manifests


def rows_of(folder: Path, format_: str, data: bytes) -> list[tuple[Any, ...]]:
    path = folder / f"read.{format_}"
    path.write_bytes(data)
    reader = {"jsonl": "read_json", "csv": "read_csv", "parquet": "read_parquet"}[format_]
    return duckdb.sql(f"SELECT id, country FROM {reader}('{path}') ORDER BY id").fetchall()


@pytest.mark.parametrize("format_", ["jsonl", "csv", "parquet"])
def test_every_format_with_a_manifest_per_run(s3: S3Server, tmp_path: Path, format_: str) -> None:
    for _ in range(2):
        done = load(tmp_path, settings(s3, format=format_))
        assert (done.returncode, done.stdout, done.stderr) == (0, '{"n":1}\n', "")
    files, manifests = contents(s3)
    assert [one["complete"] for one in manifests] == [True, True]
    assert {
        one["path"]: (one["rows"], one["bytes"]) for run in manifests for one in run["files"]
    } == {path: (3, len(data)) for path, data in files.items()}
    for data in files.values():
        assert rows_of(tmp_path, format_, data) == [(1, "DE"), (2, None), (3, "a/b")]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_partitions_are_listed_by_their_keys(s3: S3Server, tmp_path: Path) -> None:
    done = load(tmp_path, settings(s3, partition_by=["country"], partition_by_date=True))
    assert done.returncode == 0, done.stderr
    day = time.strftime("%Y-%m-%d", time.gmtime())
    files, (manifest,) = contents(s3)
    assert [one.rsplit("/", 1)[0] for one in sorted(files)] == [
        f"a-t/extraction_date={day}/country={value}"
        for value in ("DE", "__HIVE_DEFAULT_PARTITION__", "a%2Fb")
    ]
    assert {one["path"] for one in manifest["files"]} == set(files)


def test_credentials_of_the_environment(s3: S3Server, tmp_path: Path) -> None:
    config = settings(s3) | {"s3_access_key_id": None, "s3_secret_access_key": None}
    key, secret = s3.writer
    done = load(tmp_path, config, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret)
    assert done.returncode == 0, done.stderr
    assert len(contents(s3)[0]) == 1


def test_test_option_finds_a_missing_permission_and_writes_nothing(
    s3: S3Server, tmp_path: Path
) -> None:
    allowed = load(tmp_path, settings(s3), "--test")
    assert (allowed.returncode, s3.objects(), s3.unfinished_uploads()) == (0, {}, 0)
    refused = load(tmp_path, settings(s3, s3.reader), "--test")
    assert refused.returncode == 1
    assert "the credentials may not write there. Allow s3:PutObject" in refused.stderr


@pytest.mark.parametrize(
    ("wrong", "problem", "fix"),
    [
        ({"s3_secret_access_key": "wrong-secret"}, "secret of the access key is wrong", "Check"),
        ({"s3_access_key_id": "AKIAWRONG"}, "the access key does not exist", "Check"),
        ({"s3_secret_access_key": None}, "the credentials are incomplete", "Set both"),
        (
            {"s3_access_key_id": None, "s3_secret_access_key": None},
            "no credentials were found",
            'Set "s3_access_key_id"',
        ),
        ({"output_path": "s3://no-such-bucket/x"}, "the bucket does not exist", "Create it"),
        ({"output_path": "s3:///x"}, "the name of the bucket is not valid", "Correct"),
        (
            {"s3_endpoint_url": "http://user:hidden-word@127.0.0.1:1"},
            "127.0.0.1:1 cannot be reached",
            'Check "s3_endpoint_url" and the network',
        ),
        ({"s3_endpoint_url": "localhost:9000"}, "Invalid endpoint: localhost:9000", "Check"),
        ({"temp_dir": "/no-such-folder"}, "/no-such-folder", "Check the folders"),
    ],
)
def test_wrong_settings_are_one_line_without_secrets(
    s3: S3Server, tmp_path: Path, wrong: dict[str, Any], problem: str, fix: str
) -> None:
    config = settings(s3) | wrong
    done = load(tmp_path, config)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert problem in line and f". {fix}" in line
    secrets = [config["s3_secret_access_key"], config["s3_access_key_id"], "hidden-word"]
    assert [one for one in secrets if one and one in line] == []
    assert s3.objects() == {}


def test_debug_log_has_no_secret(s3: S3Server, tmp_path: Path) -> None:
    done = load(tmp_path, settings(s3, s3_session_token="token-word"), LOGLEVEL="DEBUG")
    secrets = [*s3.writer, "token-word", "Signature"]
    assert [one for one in secrets if one in done.stdout + done.stderr] == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_run_killed_during_an_upload_leaves_nothing_that_counts(
    s3: S3Server, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        command(tmp_path, settings(s3, format="jsonl", file_rows=2)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert process.stdin is not None and process.stdout is not None
    record = '{"type":"RECORD","stream":"a-t","record":{"id":%d,"country":"%s"}}\n'
    process.stdin.write(f"{SCHEMA}\n{record % (1, '')}{record % (2, '')}{STATE}\n".encode())
    process.stdin.flush()
    # The first file is published before its state is reported.
    process.stdin.write((record % (3, "x" * (10 << 20))).encode())
    s3.part_waits.clear()
    s3.parts_may_pass.clear()
    process.stdin.write((record % (4, "x" * (10 << 20)) + STATE.replace("1}", "2}")).encode())
    process.stdin.close()
    assert s3.part_waits.wait(30)
    # What is published takes no space here any more.
    (staging,) = (tmp_path / "temporary").iterdir()
    assert [one.name for one in staging.iterdir()] == ["00001"]
    process.send_signal(number)
    time.sleep(0.2)
    s3.parts_may_pass.set()
    output = process.stdout.read()
    log = process.stderr.read() if process.stderr else b""
    assert process.wait() == (-number if number == signal.SIGKILL else 128 + number)
    assert (json.loads(output), b"Traceback" in log) == ({"n": 1}, False)
    files, (manifest,) = contents(s3)
    assert [one["path"] for one in manifest["files"]] == list(files)
    assert (manifest["complete"], manifest["rows"]) == (False, 2)
    if number == signal.SIGTERM:
        assert s3.unfinished_uploads() == 0
        assert list((tmp_path / "temporary").iterdir()) == []
