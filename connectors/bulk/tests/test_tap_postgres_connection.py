"""tap-postgres: URLs, TLS, SSH tunnels and replicas."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from postgres_server import PostgresServer
from tap_runs import TapRuns, read, read_bytes

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config
from tapctl_bulk.tap_postgres.connection import connection_parameters
from tapctl_bulk.tap_postgres.settings import SETTINGS


def config(**given: Any) -> Config:
    return {setting.name: given.get(setting.name, setting.default) for setting in SETTINGS}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def tcp() -> Iterator[PostgresServer]:
    """A server with TLS on a port."""
    one = PostgresServer(["listen_addresses = '127.0.0.1'", "ssl = on"], free_port())
    data = one.folder / "data"
    for name, subject in (("root", "/CN=authority"), ("client", "/CN=postgres")):
        openssl(
            one.folder,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            subject,
            "-keyout",
            f"{name}.key",
            "-out",
            f"{name}.crt",
        )
    (one.folder / "names").write_text("subjectAltName=DNS:localhost\n")
    openssl(
        one.folder,
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    )
    openssl(
        one.folder,
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "root.crt",
        "-CAkey",
        "root.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "names",
        "-out",
        "server.crt",
    )
    for name in ("server.key", "server.crt"):
        shutil.copy(one.folder / name, data / name)
        shutil.chown(data / name, (data / "PG_VERSION").owner())
        (data / name).chmod(0o600)
    (data / "pg_hba.conf").write_text(
        "local all all trust\nhostnossl all open 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 trust\nlocal replication all trust\n"
    )
    one.start()
    one.query(
        "create role open login; create table t (id integer primary key); insert into t values (1); grant select on t to open"
    )
    yield one
    one.remove()


def at(tcp: PostgresServer, **more: Any) -> dict[str, Any]:
    return {"host": "localhost", "port": tcp.port, **more}


@pytest.fixture
def tap(tcp: PostgresServer) -> TapRuns:
    tap = TapRuns(tcp)
    tap.settings = {"user": "postgres", "database": "postgres", **at(tcp)}
    return tap


def test_url_replaces_the_other_settings() -> None:
    url = "postgresql+psycopg2://us%40er:p%2Fw@db:5433/shop?sslmode=require&application_name=x"
    parameters = connection_parameters(config(sqlalchemy_url=url, host="other"))
    assert {**parameters, "connect_timeout": 0} == {
        "user": "us@er",
        "password": "p/w",
        "host": "db",
        "port": "5433",
        "dbname": "shop",
        "sslmode": "require",
        "application_name": "x",
        "client_encoding": "UTF8",
        "connect_timeout": 0,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 5,
    }


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"sqlalchemy_url": "mysql://u:p@h/d"},
            'setting "sqlalchemy_url" is not a URL of PostgreSQL',
        ),
        (
            {"sqlalchemy_url": "postgresql://u:p@h/d?sslmod=x"},
            'setting "sqlalchemy_url" cannot be read',
        ),
        ({"user": "u", "database": "d"}, 'setting "host" is missing'),
        (
            {"host": "h", "user": "u", "database": "d", "ssl_client_certificate_enable": True},
            'setting "ssl_client_certificate" is missing',
        ),
    ],
)
def test_wrong_connection_setting(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConnectorError) as error:
        connection_parameters(config(**given))
    assert error.value.problem == problem


def test_tls_settings_are_those_of_libpq(tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_text("x")
    more = {"ssl_enable": True, "ssl_certificate_authority": str(file)}
    parameters = connection_parameters(config(host="h", user="u", database="d", **more))
    assert (parameters["sslmode"], parameters["sslrootcert"]) == ("verify-full", str(file))
    assert "sslmode" not in connection_parameters(config(host="h", user="u", database="d"))


def test_tls_verifies_the_server(tcp: PostgresServer, tap: TapRuns, tmp_path: Path) -> None:
    authority = (tcp.folder / "root.crt").read_text()
    tls = {
        "ssl_enable": True,
        "ssl_certificate_authority": authority,
        "ssl_storage_directory": str(tmp_path / "s"),
    }
    catalog = tap.catalog({"public-t": None}, **tls)
    assert tap.run(catalog, **tls).records() == [{"id": 1}]
    assert (tmp_path / "s" / "root.crt").stat().st_mode & 0o777 == 0o600
    wrong = {**tls, "ssl_certificate_authority": (tcp.folder / "client.crt").read_text()}
    assert "certificate verify failed" in tap.run(catalog, **wrong).error
    other_name = tap.run(catalog, **{**tls, "host": "127.0.0.1"})
    assert "does not match host name" in other_name.error
    assert tap.run(catalog, **{**tls, "host": "127.0.0.1", "ssl_mode": "verify-ca"}).code == 0
    assert "no pg_hba.conf entry" in tap.run(catalog, ssl_enable=True, ssl_mode="disable").error


class _Bastion(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def connection_requested(self, *_: Any) -> bool:
        return True


@pytest.fixture(scope="module")
def bastion() -> Iterator[dict[str, Any]]:
    """An SSH server that forwards connections."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def listen() -> int:
        keys = asyncssh.import_authorized_keys(key.export_public_key().decode())
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Bastion,
            server_host_keys=[host_key],
            authorized_client_keys=keys,
        )
        return int(server.get_port())

    yield {
        "enable": True,
        "host": "127.0.0.1",
        "port": asyncio.run_coroutine_threadsafe(listen(), loop).result(30),
        "username": "someone",
        "private_key": key.export_private_key(passphrase="pass").decode(),
        "private_key_password": "pass",
        "host_key": host_key.export_public_key().decode(),
    }
    loop.call_soon_threadsafe(loop.stop)


def test_tunnel_through_a_bastion_host(
    tcp: PostgresServer, tap: TapRuns, bastion: dict[str, Any]
) -> None:
    tls = {"ssl_enable": True, "ssl_certificate_authority": str(tcp.folder / "root.crt")}
    catalog = tap.catalog({"public-t": None}, ssh_tunnel=bastion, **tls)
    done = tap.run(catalog, ssh_tunnel=bastion, **tls)
    assert done.records() == [{"id": 1}], done.log
    without_key = {name: value for name, value in bastion.items() if name != "host_key"}
    assert tap.run(catalog, ssh_tunnel=without_key).code == 0
    url = f"postgresql://postgres@localhost:{tcp.port}/postgres"
    assert tap.run(catalog, ssh_tunnel=bastion, sqlalchemy_url=url).code == 0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"private_key": None}, "ssh_tunnel: cannot connect to 127.0.0.1:"),
        ({"private_key": "nonsense"}, "ssh_tunnel: cannot connect to 127.0.0.1:"),
        ({"private_key_password": "wrong"}, "ssh_tunnel: cannot connect to 127.0.0.1:"),
        ({"username": None}, 'setting "ssh_tunnel.username" is missing'),
        ({"port": 1}, "ssh_tunnel: cannot connect to 127.0.0.1:1: "),
        (
            {"host_key": asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()},
            "ssh_tunnel: cannot connect to 127.0.0.1:",
        ),
    ],
)
def test_wrong_tunnel_is_one_line(
    tap: TapRuns, bastion: dict[str, Any], change: dict[str, Any], error: str
) -> None:
    catalog = tap.catalog({"public-t": None})
    done = tap.run(catalog, ssh_tunnel={**bastion, **change})
    assert done.code == 1
    assert done.error.startswith(error)


def test_connection_test_reports_the_server(tap: TapRuns) -> None:
    command = tap.command({"streams": []}, None)
    done = subprocess.run([*command, "--test"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        f'connected to database "postgres" at localhost:{tap.settings["port"]}, PostgreSQL '
        in done.stderr
    )


@pytest.fixture
def replica(tcp: PostgresServer) -> Iterator[PostgresServer]:
    """A hot standby that cancels statements that are in the way of recovery."""
    one = PostgresServer()
    shutil.rmtree(one.folder / "data")
    one._run(
        "pg_basebackup",
        "-D",
        str(one.folder / "data"),
        "-h",
        str(tcp.folder),
        "-p",
        str(tcp.port),
        "-U",
        "postgres",
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    )
    with open(one.folder / "data" / "postgresql.conf", "a") as file:
        file.write(
            f"listen_addresses = ''\nport = 5432\nunix_socket_directories = '{one.folder}'\n"
            "max_standby_streaming_delay = 1s\nhot_standby_feedback = off\n"
            "log_recovery_conflict_waits = on\ndeadlock_timeout = 10ms\n"
        )
    one.start()
    yield one
    one.remove()


def wait_for(replica: PostgresServer, condition: str) -> None:
    deadline = time.monotonic() + 60
    while not replica.query(f"select {condition}")[0][0]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def cause_conflict(tcp: PostgresServer, replica: PostgresServer) -> None:
    """Remove rows that the replica's snapshot sees; wait until the replica wants to do the same."""
    tcp.query("delete from big where id % 2 = 0")
    # It waits for a second, unless it lags as much already, then cancels the statement, which notices
    # when it can send again. The log shows it also to later readers. VACUUM leaves rows that any other snapshot of the
    # primary can see, one of autovacuum for example, so it is repeated.
    deadline = time.monotonic() + 60
    signs = ("recovery still waiting", "canceling statement due to conflict with recovery")
    while not any(sign in (log := (replica.folder / "log").read_text()) for sign in signs):
        assert time.monotonic() < deadline, log
        tcp.query("vacuum big")
        time.sleep(0.05)
    waits = "exists (select from pg_stat_activity where backend_type = 'startup' and wait_event like 'RecoveryConflict%')"
    wait_for(replica, f"not {waits}")


@pytest.mark.parametrize("key", ["id", None])
def test_replica_conflict_is_tried_again(
    tcp: PostgresServer, replica: PostgresServer, key: str | None
) -> None:
    tcp.query("drop table if exists big; create table big (id integer primary key, pad text)")
    tcp.query("insert into big select n, repeat('x', 1000) from generate_series(1, 20000) n")
    written = tcp.query("select pg_current_wal_lsn()")[0][0]
    wait_for(replica, f"pg_last_wal_replay_lsn() >= '{written}'")
    tap = TapRuns(replica)
    catalog = tap.catalog({"public-big": key})
    with tap.start(catalog) as child:
        head = read_bytes(child, 200_000)
        cause_conflict(tcp, replica)
        output, log = child.communicate(timeout=120)
    done = read(child.returncode, head + output, log)
    if key is None:
        # Rows of two snapshots do not make a table.
        assert done.code == 1
        assert "conflict with recovery" in done.error
        assert done.error.endswith(
            "On the replica, set hot_standby_feedback = on or raise max_standby_streaming_delay, or read from the primary"
        )
        return
    assert done.code == 0, done.log
    assert "trying again from a new snapshot" in done.log
    received = {record["id"] for record in done.records()}
    assert received >= set(range(1, 20001, 2))
    assert done.states()[-1]["bookmarks"]["public-big"]["replication_key_value"] == 19999
