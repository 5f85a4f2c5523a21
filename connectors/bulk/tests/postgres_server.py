"""A PostgreSQL server for tests, from the programs of the machine. It listens on a socket only."""

from __future__ import annotations

import getpass
import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER = "postgres"
SETTINGS = ("fsync = off", "listen_addresses = ''", "shared_buffers = 64MB")


def programs() -> str:
    """Return the folder of initdb and pg_ctl; empty if PostgreSQL is not installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=_version)
    path = found[-1] if found else shutil.which("initdb")
    return os.path.dirname(path) if path else ""


def _version(path: str) -> int:
    name = path.split("/")[-3]
    return int(name) if name.isdigit() else 0


class PostgresServer:
    """A server in a temporary folder. Root starts it as the user nobody, which PostgreSQL requires."""

    def __init__(self, settings: Sequence[str] = (), port: int = 5432) -> None:
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="tapctl-server-"))
        if getpass.getuser() == "root":
            shutil.chown(self.folder, "nobody")
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"
        )
        lines = [
            *SETTINGS,
            f"port = {port}",
            f"unix_socket_directories = '{self.folder}'",
            *settings,
        ]
        with open(self.folder / "data" / "postgresql.conf", "a") as file:
            file.write("\n".join(lines) + "\n")

    def start(self) -> None:
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "start"
        )

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def remove(self) -> None:
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def config(self, **more: Any) -> dict[str, Any]:
        """Connection settings of a connector."""
        return {"host": str(self.folder), "user": SUPERUSER, "database": "postgres", **more}

    def connect(self, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as superuser."""
        return psycopg.connect(
            host=str(self.folder),
            port=self.port,
            user=SUPERUSER,
            dbname="postgres",
            autocommit=True,
            **more,
        )

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run statements and return the rows of the last one."""
        with self.connect() as connection:
            cursor = connection.execute(sql)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        command = [os.path.join(programs(), program), *arguments]
        if getpass.getuser() == "root":
            command = ["runuser", "-u", "nobody", "--", *command]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)
