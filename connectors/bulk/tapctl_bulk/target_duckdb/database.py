"""Connection to the database."""

from __future__ import annotations

import re
from typing import TypeAlias

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.failures import first_line, is_durable
from tapctl_bulk.duckdb_engine.memory import Memory, spill_folder

Connection: TypeAlias = duckdb.DuckDBPyConnection

SCHEME = re.compile(r"[A-Za-z_]{2,}:")
"""Such as `md:` and `ducklake:`. DuckDB spills beside the file of any other path."""
SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Database:
    """A database that is open for writing."""

    def __init__(self, config: Config) -> None:
        self._path, self._token = text(config, "path"), text(config, "token")
        self.is_file = SCHEME.match(self._path) is None
        self.memory = Memory(
            _connect(self._path, self._token),
            _given_settings(config),
            folder=None if self.is_file else spill_folder(config),
        )
        found = self.connection.execute("SELECT current_database()").fetchone()
        assert found is not None
        self.catalog: str = text(config, "database") or text(config, "dbname") or found[0]

    @property
    def connection(self) -> Connection:
        """The open connection."""
        return self.memory.connection

    def commit(self) -> None:
        """Commit. DuckDB may then write its log into the database, and lack the memory for it.

        The transaction is in the log by then, but DuckDB closes the database: it is opened again,
        which completes the work with the memory that it needs.
        """
        try:
            self.connection.execute("COMMIT")
        except duckdb.FatalException as error:
            if not is_durable(error):
                raise
            log(
                "DuckDB lacked memory after a commit, which is complete: opening the database again"
            )
            self.memory.raise_limit()
            self._open_again()

    def roll_back(self, *, lacked_memory: bool) -> None:
        """Roll back.

        Rows that a statement was deleting when it lacked memory stay marked as deleted by it, and
        no other transaction can delete them: a file is therefore opened again.
        """
        try:
            self.connection.execute("ROLLBACK")
        except duckdb.Error:
            pass  # The failure has ended the transaction.
        if lacked_memory and self.is_file:
            self._open_again()

    def _open_again(self) -> None:
        self.connection.close()
        self.memory.use(_connect(self._path, self._token))


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
                "DuckDB allows one writer: wait until it ends, or load the pipelines sequentially",
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
            f'setting "settings": "{wrong}" is not the name of a DuckDB setting', "Correct its name"
        )
    return {name: str(value) for name, value in given.items()}
