"""A connection to a server. Only one thread may use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tapctl_bulk.libpq.copy_in import CopyIn
from tapctl_bulk.libpq.copy_out import CopyOut
from tapctl_bulk.libpq.errors import PostgresError, error_of_connection
from tapctl_bulk.libpq.library import CONNECTION_OK, TRANSACTION_IDLE, Notice, libpq
from tapctl_bulk.libpq.parameters import Parameter, parameter, texts
from tapctl_bulk.libpq.results import last_result

Row = tuple[Any, ...]

INTEGERS = (20, 21, 23, 26)
CONVERTERS: dict[int, Callable[[bytes], Any]] = {
    16: lambda value: value == b"t",
    114: json.loads,
    **dict.fromkeys(INTEGERS, int),
}
"""By number of the type: boolean, json, integers and oid. Values of all other types are texts."""

IGNORE_NOTICE = Notice(lambda _argument, _message: None)
"""libpq prints notices to stderr otherwise."""


class Rows:
    """What a statement returned, and how many rows it concerned."""

    def __init__(self, rows: list[Row], count: int) -> None:
        self._rows = rows
        self.rowcount = count

    def fetchall(self) -> list[Row]:
        """Return all rows."""
        return self._rows

    def fetchone(self) -> Row | None:
        """Return the first row."""
        return self._rows[0] if self._rows else None


class Connection:
    """A connection. Statements are in a transaction, which the first one begins, unless each is a
    transaction of its own (`autocommit`)."""

    def __init__(self, parameters: Mapping[str, object], *, autocommit: bool = False) -> None:
        """Connect. `connect_timeout` and several hosts are up to libpq.

        Raises:
            PostgresError: The server refuses, or cannot be reached.
        """
        self.autocommit = autocommit
        names = texts([name.encode() for name in parameters])
        values = texts([str(value).encode() for value in parameters.values()])
        self._handle = libpq().PQconnectdbParams(names, values, 0)
        if libpq().PQstatus(self._handle) != CONNECTION_OK:
            error = error_of_connection(self._handle)
            self.close()
            raise error
        libpq().PQsetNoticeProcessor(self._handle, IGNORE_NOTICE, None)

    @property
    def server_version(self) -> int:
        """Version of the server, such as 160004."""
        return int(libpq().PQserverVersion(self._handle))

    def parameter_status(self, name: str) -> str:
        """Return a setting that the server reports, such as `server_version`."""
        return (libpq().PQparameterStatus(self._handle, name.encode()) or b"").decode()

    def execute(self, statement: str, parameters: Sequence[Parameter] = ()) -> Rows:
        """Run a statement. `$1` is the first parameter. Without parameters, there may be several
        statements; the last one counts.

        Raises:
            PostgresError: A statement failed.
        """
        if not parameters:
            return self._run(f"begin; {statement}" if self._needs_begin() else statement)
        self._begin()
        given = texts([parameter(one) for one in parameters])
        sent = libpq().PQsendQueryParams(
            self._handle, statement.encode(), len(parameters), None, given, None, None, 0
        )
        return _rows(self._result(sent))

    def commit(self) -> None:
        """End the transaction, if there is one."""
        if self._is_in_transaction():
            self._run("commit")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo the statements within, and only those, if an exception leaves them."""
        self.execute("savepoint tapctl")
        try:
            yield
        except BaseException:
            try:
                self.execute("rollback to savepoint tapctl; release savepoint tapctl")
            except PostgresError:
                pass  # The connection is lost, which the exception says.
            raise
        self.execute("release savepoint tapctl")

    def copy_in(self, statement: str) -> CopyIn:
        """Start a COPY FROM STDIN.

        Raises:
            PostgresError: The statement failed.
        """
        self._copy(statement)
        return CopyIn(self._handle)

    def copy_out(self, statement: str) -> CopyOut:
        """Start a COPY TO STDOUT.

        Raises:
            PostgresError: The statement failed.
        """
        self._copy(statement)
        return CopyOut(self._handle)

    def close(self) -> None:
        """Close the connection."""
        handle, self._handle = self._handle, None
        libpq().PQfinish(handle)

    def _begin(self) -> None:
        if self._needs_begin():
            self._run("begin")

    def _needs_begin(self) -> bool:
        return not self.autocommit and not self._is_in_transaction()

    def _is_in_transaction(self) -> bool:
        return bool(libpq().PQtransactionStatus(self._handle) != TRANSACTION_IDLE)

    def _run(self, statement: str) -> Rows:
        return _rows(self._result(libpq().PQsendQuery(self._handle, statement.encode())))

    def _copy(self, statement: str) -> None:
        self._begin()
        sent = libpq().PQsendQuery(self._handle, statement.encode())
        libpq().PQclear(self._result(sent))

    def _result(self, sent: int) -> Any:
        """Return the result of the last statement that was sent, or of a COPY that starts.

        Raises:
            PostgresError: A statement failed.
        """
        if not sent:
            raise error_of_connection(self._handle)
        return last_result(self._handle)


def _rows(result: Any) -> Rows:
    count = libpq().PQcmdTuples(result)
    rows = Rows(_values(result), int(count) if count else -1)
    libpq().PQclear(result)
    return rows


def _values(result: Any) -> list[Row]:
    library = libpq()
    columns = range(library.PQnfields(result))
    converters = [CONVERTERS.get(library.PQftype(result, at), bytes.decode) for at in columns]
    return [
        tuple(
            None
            if library.PQgetisnull(result, row, at)
            else convert(library.PQgetvalue(result, row, at))
            for at, convert in enumerate(converters)
        )
        for row in range(library.PQntuples(result))
    ]
