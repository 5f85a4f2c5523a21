"""Connection to the database."""

from __future__ import annotations

import re
from typing import TypeAlias

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.failures import first_line
from tapctl_bulk.duckdb_engine.memory import Memory

Connection: TypeAlias = duckdb.DuckDBPyConnection

SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Database:
    """A database that is open for writing."""

    def __init__(self, config: Config) -> None:
        given = _given_settings(config)
        self.connection = _connect(text(config, "path"), text(config, "token"))
        self.memory = Memory(self.connection, given)
        found = self.connection.execute("SELECT current_database()").fetchone()
        assert found is not None
        self.catalog: str = text(config, "database") or text(config, "dbname") or found[0]


def _connect(path: str, token: str) -> Connection:
    options: dict[str, str | bool | int | float | list[str]] = (
        {"motherduck_token": token} if token else {}
    )
    try:
        return duckdb.connect(path, config=options)
    except duckdb.Error as error:
        text_ = first_line(error)
        if "Could not set lock" in text_ or "Conflicting lock" in text_:
            holder = re.search(r"held in (.*?)(?:\. See|$)", text_)
            raise ConnectorError(
                f"database {path} is in use by another process"
                + (f": {holder[1]}" if holder else ""),
                "DuckDB allows one writer: wait until it ends, or load one pipeline after the other",
            ) from error
        raise ConnectorError(
            f"database {path} cannot be opened: {text_}", 'Check the setting "path"'
        ) from error


def _given_settings(config: Config) -> dict[str, str]:
    given: Json = config["settings"] or {}
    assert isinstance(given, dict)
    wrong = next((name for name in given if not SETTING_NAME.fullmatch(name)), None)
    if wrong is not None:
        raise ConnectorError(
            f'setting "settings": "{wrong}" is not the name of a DuckDB setting', "Correct it"
        )
    return {name: str(value) for name, value in given.items()}
