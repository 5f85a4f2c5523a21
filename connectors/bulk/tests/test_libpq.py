"""Connections by libpq."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from postgres_server import PostgresServer

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.libpq import Connection, PostgresError, library, url_parameters
from tapctl_bulk.tap_postgres import copy_blocks as blocks
from tapctl_bulk.tap_postgres.copy_blocks import Envelope, copy_blocks


@pytest.fixture
def connection(server: PostgresServer) -> Iterator[Connection]:
    one = Connection(parameters(server))
    yield one
    one.close()


def parameters(server: PostgresServer) -> dict[str, object]:
    return {"host": server.folder, "user": "postgres", "dbname": "postgres", "port": server.port}


def test_parameters_and_values(connection: Connection) -> None:
    texts = ["a", 'q"', "b\\", "{c,d}", "NULL", "", "é\n"]
    query = "select $1::text, $2::text[] = array['a', 'q\"', 'b\\', '{c,d}', 'NULL', '', E'é\\n'], $3::int8[] = '{1,2}', $4::text"
    assert connection.execute(query, ["it's", texts, [1, 2], None]).fetchone() == (
        "it's",
        True,
        True,
        None,
    )
    row = connection.execute(
        "select 1::int2, -2::int8, 3::oid, false, 1.50, null, '{\"a\": [1]}'::json, ''"
    )
    assert row.fetchall() == [(1, -2, 3, False, "1.50", None, {"a": [1]}, "")]
    assert connection.execute("select 1 where false").fetchone() is None
    assert connection.execute("create temp table t as select generate_series(1, 3)").rowcount == 3


def test_url_parameters() -> None:
    url = "postgresql://us%40er:p%2Fw@one,two:5433/shop?sslmode=require"
    assert url_parameters(url) == {
        "user": "us@er",
        "password": "p/w",
        "host": "one,two",
        "port": ",5433",
        "dbname": "shop",
        "sslmode": "require",
    }
    with pytest.raises(PostgresError, match="invalid URI query parameter"):
        url_parameters("postgresql://h/d?sslmod=x")


def test_error_of_the_server(connection: Connection) -> None:
    connection.execute("create temp table t (id int primary key, v int not null)")
    connection.commit()
    with pytest.raises(PostgresError) as error:
        connection.execute("insert into t values (1, 1), (1, 2)")
    assert (error.value.sqlstate, error.value.detail) == ("23505", "Key (id)=(1) already exists.")
    assert str(error.value).startswith("duplicate key value")
    connection.commit()  # Ends the failed transaction.
    with pytest.raises(PostgresError) as error:
        connection.execute("insert into t values ($1, $2)", [2, None])
    assert (error.value.sqlstate, error.value.column) == ("23502", "v")


def test_refused_connection(server: PostgresServer) -> None:
    with pytest.raises(PostgresError, match='role "missing role" does not exist') as error:
        Connection({**parameters(server), "user": "missing role"})
    assert error.value.sqlstate is None


def test_a_savepoint_undoes_its_statements_only(connection: Connection) -> None:
    connection.execute("create temp table t (id int primary key)")
    connection.execute("insert into t values (1)")
    with pytest.raises(PostgresError, match="duplicate key"), connection.savepoint():
        connection.execute("insert into t values (2)")
        connection.execute("insert into t values (1)")
    with connection.savepoint():
        connection.execute("insert into t values (3)")
    connection.commit()
    assert connection.execute("select id from t order by id").fetchall() == [(1,), (3,)]


def test_the_error_within_a_savepoint_stays_if_the_connection_is_lost(
    server: PostgresServer, connection: Connection
) -> None:
    row = connection.execute("select pg_backend_pid()").fetchone()
    assert row
    with pytest.raises(PostgresError) as error, connection.savepoint():
        server.query(f"select pg_terminate_backend({row[0]}, 10000)")
        connection.execute("select 1")
    assert error.value.sqlstate == "57P01"


def test_copy_in_counts_rows_of_any_size(connection: Connection) -> None:
    connection.execute("create temp table t (v text)")
    copy = connection.copy_in("copy t from stdin")
    copy.write(b"a" * 3_000_000)
    copy.write(b"\nb\n")
    assert copy.end() == 2
    query = "select sum(length(v)) from t"
    assert connection.execute(query).fetchone() == (3_000_001,)
    copy = connection.copy_in("copy t from stdin (format csv, force_not_null (v))")
    copy.write(b'"never ends\n')
    with pytest.raises(PostgresError, match="unterminated CSV quoted field"):
        copy.end()


def test_notices_are_not_printed(
    server: PostgresServer, connection: Connection, capfd: pytest.CaptureFixture[str]
) -> None:
    connection.execute("do $$ begin raise warning 'a warning'; end $$")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("room", [200, 1000])
def test_rows_at_the_end_of_a_block(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """Rows that fill a block to the last byte, that exceed it, and that are short."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 700)
    monkeypatch.setattr(blocks, "ROOM_BYTES", room)
    envelope = Envelope(b'{"type":"RECORD","stream":"s","record":', b',"time_extracted":"x"}\n')
    size = "select json_build_object('n', n, 'v', repeat('v', {})) from generate_series(1, 2000) n"
    for length in ("n", "2000 - n", "n * 7919 % 1500", "n % 3"):
        query = size.format(length)
        found = [*copy_blocks(connection, f"copy ({query}) to stdout (format binary)", envelope)]
        lines = b"".join(block for block, _ in found).splitlines(keepends=True)
        expected = [row[0] for row in connection.execute(query).fetchall()]
        assert [json.loads(line)["record"] for line in lines] == expected
        for block, count in found:
            assert block.count(b"\n") == count
            assert block.startswith(envelope.head) and block.endswith(envelope.tail)


def test_a_missing_library_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    path = library._path.__wrapped__
    assert "libpq" in path()
    monkeypatch.setattr(library, "find_spec", lambda _name: None)
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    with pytest.raises(ConnectorError, match="libpq, the client library of PostgreSQL"):
        path()
