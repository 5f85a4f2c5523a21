"""Connecting to the database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, flag, integer, text
from tapctl_bulk.libpq import Connection, PostgresError, url_parameters

if TYPE_CHECKING:
    from tapctl_bulk.libpq.replication import ReplicationConnection

DEFAULTS: dict[str, Any] = {
    "application_name": "tap_postgres",
    "client_encoding": "UTF8",
    "connect_timeout": 30,
    # A server that vanished without closing the connection is noticed after 80 seconds.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 5,
}


def connection_parameters(config: Config) -> dict[str, Any]:
    """Return the parameters of libpq.

    Raises:
        ConnectorError: Settings are missing or contradict each other.
    """
    if url := text(config, "sqlalchemy_url"):
        return {**DEFAULTS, **_from_url(url)}
    for name in ("host", "user", "database"):
        if not text(config, name):
            raise ConnectorError(
                f'setting "{name}" is missing', "Set host, user and database, or sqlalchemy_url"
            )
    password = {"password": text(config, "password")} if text(config, "password") else {}
    return {
        **DEFAULTS,
        "host": text(config, "host"),
        "port": integer(config, "port"),
        "user": text(config, "user"),
        "dbname": text(config, "database"),
        **password,
        **_tls(config),
    }


def place(parameters: dict[str, Any]) -> str:
    """Name the database for errors, without the password."""
    host, port = parameters.get("host", "localhost"), parameters.get("port", 5432)
    return f'database "{parameters.get("dbname", "")}" at {host}:{port}'


def connect(parameters: dict[str, Any]) -> Connection:
    """Open a connection in which each statement is a transaction of its own.

    Raises:
        ConnectorError: The server refuses the connection.
    """
    try:
        return Connection(parameters, autocommit=True)
    except PostgresError as error:
        message = " ".join(str(error).split())
        raise ConnectorError(
            f"cannot connect to {place(parameters)}: {message}",
            "Check host, port, user, password and database, and that the server accepts connections from here",
        ) from error


def replication_connection(parameters: dict[str, Any]) -> ReplicationConnection:
    """Open a connection for reading the log.

    Raises:
        PostgresError: The server refuses the connection.
    """
    from tapctl_bulk.libpq.replication import ReplicationConnection  # Other runs do not load it.

    return ReplicationConnection(parameters)


def _from_url(url: str) -> dict[str, Any]:
    scheme, separator, rest = url.partition("://")
    # SQLAlchemy names its driver: postgresql+psycopg2://.
    if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise ConnectorError(
            'setting "sqlalchemy_url" is not a URL of PostgreSQL',
            "Use a URL such as postgresql://user:password@host:5432/database",
        )
    try:
        return url_parameters(f"postgresql://{rest}")
    except PostgresError as error:
        raise ConnectorError(
            'setting "sqlalchemy_url" cannot be read',
            "Use a URL such as postgresql://user:password@host:5432/database, with special characters percent-encoded",
        ) from error


def _tls(config: Config) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if flag(config, "ssl_enable"):
        parameters["sslmode"] = text(config, "ssl_mode")
        if authority := text(config, "ssl_certificate_authority"):
            parameters["sslrootcert"] = _file(config, authority, "root.crt")
    if flag(config, "ssl_client_certificate_enable"):
        for name, parameter, file in (
            ("ssl_client_certificate", "sslcert", "cert.crt"),
            ("ssl_client_private_key", "sslkey", "pkey.key"),
        ):
            if not text(config, name):
                raise ConnectorError(
                    f'setting "{name}" is missing',
                    "It is required with ssl_client_certificate_enable",
                )
            parameters[parameter] = _file(config, text(config, name), file)
    return parameters


def _file(config: Config, value: str, name: str) -> str:
    """Return the path of a certificate, which is written to a file if it is given as text."""
    if "\n" not in value and os.path.isfile(value):
        return value
    if "-----BEGIN" not in value:
        # Also `system`, which libpq knows.
        return value
    folder = text(config, "ssl_storage_directory")
    os.makedirs(folder or ".", exist_ok=True)
    path = os.path.join(folder, name)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with open(descriptor, "w") as file:
        os.chmod(path, 0o600)
        file.truncate()
        file.write(value if value.endswith("\n") else value + "\n")
    return path
