"""target-postgres when things fail: no row is lost, no state runs ahead, one line says why."""

from __future__ import annotations

import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from target_runs import Result, activate, load, record, schema, start, state

HEAD = schema("s", {"id": {"type": "integer"}, "v": {"type": ["null", "string"]}})
COUNT = 3000
MODES: list[dict[str, Any]] = [
    {"mode": "upsert"},
    {"mode": "upsert", "hard_delete": True},
    {"mode": "scd2"},
    {"mode": "replace"},
]
VERSIONED = [True, False]
"""Rows without a version are copied straight into a new table."""


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may break."""
    one = PostgresServer()
    one.start()
    yield one
    one.remove()


def rows(version: int = 1, first: int = 0, versioned: bool = True) -> Iterator[bytes]:
    """All rows of the source from a bookmark on, a STATE after each hundred."""
    more = {"version": version} if versioned else {}
    for number in range(first, COUNT):
        yield record("s", f'{{"id":{number},"v":"v{number}"}}', **more).encode() + b"\n"
        if number % 100 == 99:
            yield state({"n": number + 1}).encode() + b"\n"
    if versioned:
        yield activate("s", version).encode() + b"\n"


def feed(process: subprocess.Popen[bytes], lines: Iterator[bytes], delay: float = 0.0) -> None:
    """Write messages until the target ends."""
    assert process.stdin
    try:
        process.stdin.write(HEAD.encode() + b"\n")
        for number, line in enumerate(lines):
            process.stdin.write(line)
            if delay and number % 100 == 0:
                process.stdin.flush()
                time.sleep(delay)
        process.stdin.close()
    except (BrokenPipeError, ValueError):
        pass


def wait_connected(server: PostgresServer) -> None:
    """Wait until the target works on its connection."""
    query = "select 1 from pg_stat_activity where application_name = 'target_postgres'"
    for _ in range(1200):
        if server.query(query):
            return
        time.sleep(0.05)
    raise AssertionError("the target did not connect")


def config(server: PostgresServer, **settings: Any) -> dict[str, Any]:
    return server.config(default_target_schema="faults", batch_size_rows=200, **settings)


def state_number(out: bytes) -> int:
    states = [line for line in out.decode().splitlines() if line.endswith("}")]
    return int(states[-1].removeprefix('{"n":').removesuffix("}")) if states else 0


def finished(process: subprocess.Popen[bytes]) -> Result:
    assert process.stdout and process.stderr
    out, log = process.stdout.read(), process.stderr.read()
    return Result(process.wait(60), out.decode().splitlines(), log.decode())


def current(mode: str) -> str:
    return " where _sdc_valid_to is null" if mode == "scd2" else ""


@pytest.mark.parametrize("versioned", VERSIONED)
@pytest.mark.parametrize("settings", MODES, ids=lambda one: "-".join(map(str, one.values())))
def test_kill_at_random_moments(
    server: PostgresServer, tmp_path: Path, settings: dict[str, Any], versioned: bool
) -> None:
    server.query("drop schema if exists faults cascade")
    moments = random.Random(str(settings))
    done = 0
    for attempt in range(20):
        if not versioned and attempt % 2:
            server.query("drop schema if exists faults cascade")
        process = start(tmp_path, config(server, **settings))
        feeder = threading.Thread(
            target=feed, args=(process, rows(attempt + 1, done, versioned), 0.02), daemon=True
        )
        feeder.start()
        wait_connected(server)
        time.sleep(moments.uniform(0.0, 1.2))
        process.kill()
        assert process.stdout and process.stderr
        out = process.stdout.read()
        process.wait()
        feeder.join(10)
        process.stderr.close()
        reported = state_number(out)
        if reported:
            loaded = server.query(
                f"select count(*) from faults.s where id < {reported} {current(settings['mode']).replace('where', 'and')}"
            )
            assert loaded == [(reported,)], "a state ran ahead of its rows"
        # A pipeline resumes from the state only if the run succeeded; every attempt reads all rows.
    result = load(tmp_path, config(server, **settings), list(_lines(rows(99, 0, versioned))))
    assert result.code == 0, result.log
    found = server.query(
        f"select count(*), count(distinct id), sum(id) from faults.s{current(settings['mode'])}"
    )
    assert found == [(COUNT, COUNT, COUNT * (COUNT - 1) // 2)]
    leftovers = server.query(
        "select relname from pg_class where relnamespace = 'faults'::regnamespace and relkind = 'r'"
    )
    assert leftovers == [("s",)]


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield HEAD.encode()
    for block in blocks:
        yield block.rstrip(b"\n")


@pytest.mark.parametrize("versioned", VERSIONED)
@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_a_server_that_stops_is_one_error(
    own_server: PostgresServer, tmp_path: Path, mode: str, versioned: bool
) -> None:
    process = start(tmp_path, config(own_server))
    lines = rows(versioned=versioned)
    threading.Thread(target=feed, args=(process, lines, 0.05), daemon=True).start()
    wait_connected(own_server)
    time.sleep(0.5)
    own_server.stop(mode)
    result = finished(process)
    assert result.code == 1
    assert result.error
    own_server.start()
    reported = state_number("\n".join(result.states).encode())
    if reported:
        assert own_server.query(f"select count(*) from faults.s where id < {reported}") == [
            (reported,)
        ]
    assert load(tmp_path, config(own_server), list(_lines(rows(2)))).code == 0
    assert own_server.query("select count(*), sum(id) from faults.s") == [
        (COUNT, COUNT * (COUNT - 1) // 2)
    ]


def test_a_connection_that_is_terminated_is_one_error(
    server: PostgresServer, tmp_path: Path
) -> None:
    server.query("drop schema if exists faults cascade")
    process = start(tmp_path, config(server))
    threading.Thread(target=feed, args=(process, rows(), 0.1), daemon=True).start()
    for _ in range(600):
        if server.query(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'target_postgres' and query ilike 'copy%'"
        ):
            break
        time.sleep(0.05)
    result = finished(process)
    assert result.code == 1
    assert "terminat" in result.error or "connection" in result.error


def test_a_locked_table_is_one_error(server: PostgresServer, tmp_path: Path) -> None:
    server.query("drop schema if exists faults cascade")
    lines = list(_lines(rows()))
    assert load(tmp_path, config(server), lines).code == 0
    with server.connect() as session, session.transaction():
        session.execute("lock table faults.s in access exclusive mode")
        result = load(tmp_path, config(server, lock_timeout_seconds=1), lines)
    assert result.code == 1
    assert "lock" in result.error
    assert "lock_timeout_seconds" in result.error
    assert result.states == []


def test_a_statement_timeout_is_one_error(server: PostgresServer, tmp_path: Path) -> None:
    server.query("drop schema if exists faults cascade")
    assert load(tmp_path, config(server), list(_lines(rows()))).code == 0
    server.query(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(5); return new; end $$; create trigger t before insert on faults.s for each row execute function slow()"
    )
    result = load(tmp_path, config(server, statement_timeout_seconds=1), list(_lines(rows())))
    assert result.code == 1
    assert "statement timeout" in result.error
    assert "statement_timeout_seconds" in result.error


def test_a_missing_privilege_is_one_error(server: PostgresServer, tmp_path: Path) -> None:
    server.query(
        "drop schema if exists faults cascade; create schema faults; create table faults.s (id bigint primary key, v text)"
    )
    server.query(
        "drop role if exists poor; create role poor login; grant usage on schema faults to poor; grant select on faults.s to poor"
    )
    settings = {"user": "poor", "add_record_metadata": False, "activate_version": False}
    result = load(tmp_path, {**config(server), **settings}, list(_lines(rows())))
    assert result.code == 1
    assert "permission denied for table s" in result.error
    assert "Grant the privilege" in result.error
    settings["default_target_schema"] = "other"
    error = load(tmp_path, {**config(server), **settings}, list(_lines(rows()))).error
    assert "permission denied for database" in error


def test_a_refused_connection_is_one_error(server: PostgresServer, tmp_path: Path) -> None:
    for settings, text in (
        ({"database": "nothing"}, '"nothing"'),
        ({"user": "nobody_here"}, "nobody_here"),
        ({"host": "127.0.0.1", "port": 1}, "127.0.0.1"),
    ):
        result = load(tmp_path, {**config(server), **settings}, [HEAD])
        assert result.code == 1
        assert text in result.error


@pytest.mark.parametrize("versioned", VERSIONED)
def test_two_runs_into_one_table_lose_no_row(
    server: PostgresServer, tmp_path: Path, versioned: bool
) -> None:
    server.query("drop schema if exists faults cascade")
    processes = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        processes.append(start(folder, config(server)))
    for process in processes:
        threading.Thread(
            target=feed, args=(process, _only_rows(versioned), 0.005), daemon=True
        ).start()
    results = [finished(process) for process in processes]
    assert [one.code for one in results] == [0, 0], results
    assert server.query("select count(*), sum(id) from faults.s") == [
        (COUNT, COUNT * (COUNT - 1) // 2)
    ]


def _only_rows(versioned: bool = True) -> Iterator[bytes]:
    return (line for line in rows(versioned=versioned) if b"ACTIVATE" not in line)


@pytest.mark.parametrize("settings", [{"mode": "upsert"}, {"mode": "replace"}])
def test_a_stop_signal_ends_the_run_and_loads_no_part_of_a_batch(
    server: PostgresServer, tmp_path: Path, settings: dict[str, Any]
) -> None:
    server.query("drop schema if exists faults cascade")
    process = start(tmp_path, config(server, **settings))
    threading.Thread(target=feed, args=(process, rows(), 0.05), daemon=True).start()
    wait_connected(server)
    time.sleep(0.5)
    process.terminate()
    result = finished(process)
    assert result.code == 143
    assert "Traceback" not in result.log
    reported = state_number("\n".join(result.states).encode())
    if reported:
        assert server.query(f"select count(*) from faults.s where id < {reported}") == [(reported,)]


def test_a_full_disk_is_one_error(tmp_path: Path) -> None:
    """The server's temporary files may not exceed a limit, which PostgreSQL reports as it does a
    full disk: in the middle of a statement."""
    server = PostgresServer(
        ["temp_file_limit = 64kB", "work_mem = 64kB", "maintenance_work_mem = 1MB"]
    )
    server.start()
    try:
        lines = [*_lines(_only_rows()), record("s", {"id": 1, "v": "again"})]
        result = load(tmp_path, {**config(server), "batch_size_rows": 100_000}, lines)
        assert result.code == 1
        assert "temporary file size exceeds temp_file_limit" in result.error
        assert result.states == []
        assert server.query("select count(*) from faults.s") == [(0,)]
    finally:
        server.remove()


def test_a_reader_of_the_states_that_ends_is_one_error(
    server: PostgresServer, tmp_path: Path
) -> None:
    server.query("drop schema if exists faults cascade")
    process = start(tmp_path, config(server))
    assert process.stdout
    process.stdout.close()
    threading.Thread(target=feed, args=(process, rows()), daemon=True).start()
    assert process.stderr
    log = process.stderr.read().decode()
    assert process.wait(60) == 1
    assert "Traceback" not in log


def test_sigterm_ends_the_wait_for_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        place = {"host": "127.0.0.1", "port": port, "user": "u", "database": "d"}
        process = start(tmp_path, place)
        waiting, _ = silent.accept()
        with waiting:
            assert waiting.recv(1)
            process.terminate()
            # Shorter than `connect_timeout`, which ends the wait without a signal.
            out, log = process.communicate(timeout=20)
    assert (process.returncode, out) == (143, b"")
    assert "stopped by SIGTERM" in log.decode()
