"""Connecting to the server."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
from psycopg import conninfo

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, flag, integer, text
from tapctl_bulk.target_postgres.failures import failure
from tapctl_bulk.target_postgres.names import quoted
from tapctl_bulk.target_postgres.table import Connection

KEEP_ALIVE = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


def connect(config: Config) -> Connection:
    """Connect with the session settings that the statements of this target rely on.

    Raises:
        ConnectorError: The settings are incomplete, or the server refuses.
    """
    try:
        connection = psycopg.connect(parameters(config))
        connection.execute("set timezone = 'UTC'")
        connection.execute("set datestyle = 'ISO, MDY'")
        connection.execute("set standard_conforming_strings = on")
        connection.execute("set intervalstyle = 'postgres'")
        connection.execute("set client_encoding = 'UTF8'")
        for name in ("lock_timeout", "statement_timeout"):
            connection.execute(f"set {name} = '{integer(config, f'{name}_seconds')}s'")
        role = text(config, "owner_role")
        if role:
            connection.execute(f"set role {quoted(role)}")
        connection.commit()
    except psycopg.Error as error:
        raise failure(error) from error
    return connection


def parameters(config: Config) -> str:
    """Return the connection string of libpq."""
    url = text(config, "sqlalchemy_url")
    if url:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
            raise ConnectorError(
                'setting "sqlalchemy_url" is not a PostgreSQL URL',
                "Write it as postgresql://user:password@host:5432/database",
            )
        return conninfo.make_conninfo(f"postgresql://{rest}", **_common())
    if not text(config, "host") or not text(config, "user"):
        raise ConnectorError(
            'settings "host" and "user" are missing',
            'Set them, or "sqlalchemy_url"',
        )
    values = {
        "host": text(config, "host"),
        "port": str(integer(config, "port")),
        "user": text(config, "user"),
        "password": text(config, "password"),
        "dbname": text(config, "database") or text(config, "user"),
        **_tls(config),
        **_common(),
    }
    return conninfo.make_conninfo(**{name: one for name, one in values.items() if one})


def _common() -> dict[str, str]:
    return {"application_name": "tapctl target-postgres", "connect_timeout": "30", **KEEP_ALIVE}


def _tls(config: Config) -> dict[str, str]:
    found: dict[str, str] = {}
    if flag(config, "ssl_enable"):
        found["sslmode"] = text(config, "ssl_mode")
        found["sslrootcert"] = _file(config, "ssl_certificate_authority", "root.crt")
    if flag(config, "ssl_client_certificate_enable"):
        found["sslcert"] = _file(config, "ssl_client_certificate", "cert.crt")
        found["sslkey"] = _file(config, "ssl_client_private_key", "pkey.key")
    return found


def _file(config: Config, name: str, file_name: str) -> str:
    """Return the path of a certificate that is given as text or as a path."""
    value = text(config, name)
    if "-----BEGIN" not in value:
        path = Path(value).expanduser()
        return str(path) if path.is_file() else ""
    folder = Path(text(config, "ssl_storage_directory")).expanduser()
    path = folder / file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # libpq refuses a private key that others may read.
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(value)
        path.chmod(0o600)
    except OSError as error:
        raise ConnectorError(
            f'cannot write the certificate of setting "{name}" to {path}: {error.strerror}',
            'Set "ssl_storage_directory" to a folder that can be written',
        ) from error
    return str(path)
