"""Commits of batches, in a thread of their own: the next batch is read meanwhile."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone

import duckdb

from tapctl_bulk.common.logs import log
from tapctl_bulk.common.singer import Output
from tapctl_bulk.duckdb_engine.failures import explained
from tapctl_bulk.duckdb_engine.memory import is_out_of_memory
from tapctl_bulk.target_duckdb.database import Database
from tapctl_bulk.target_duckdb.load import load
from tapctl_bulk.target_duckdb.stream import Stream


class Commits:
    """Commits batches in order. Nothing is committed or reported after one that failed.

    While batches are pending, only this thread uses the connection.
    """

    def __init__(self, database: Database, output: Output) -> None:
        self._database = database
        self._output = output
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._pending: deque[Future[None]] = deque()
        self._has_failed = False

    def add(self, batches: list[Stream], state: bytes | None) -> None:
        """Commit batches in one transaction; then report a state. Waits for earlier batches.

        Raises:
            ConnectorError: An earlier batch failed.
        """
        if batches:
            self.wait()
        self._pending.append(self._pool.submit(self._work, batches, state))

    def check(self) -> None:
        """Raise the error of a commit that has failed."""
        while self._pending and self._pending[0].done():
            self._pending.popleft().result()

    def wait(self) -> None:
        """Wait until everything is committed."""
        while self._pending:
            self._pending.popleft().result()

    def settle(self) -> None:
        """Wait until nothing is pending, whatever failed."""
        self._pool.shutdown()

    def _work(self, batches: list[Stream], state: bytes | None) -> None:
        if self._has_failed:
            return
        try:
            if batches:
                self._commit(batches)
            if state is not None:
                self._output.write(state + b"\n")
        except BaseException:
            self._has_failed = True
            raise
        finally:
            for batch in batches:
                batch.close()

    def _commit(self, batches: list[Stream]) -> None:
        started = time.monotonic()
        self._database.memory.run(lambda: self._transaction(batches))
        rows = sum(one.spool.rows for one in batches)
        log(f"committed {rows} rows in {time.monotonic() - started:.1f} s")

    def _transaction(self, batches: list[Stream]) -> None:
        connection = self._database.connection
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.execute("BEGIN")
        batch = batches[0]
        try:
            for batch in batches:
                load(connection, batch, now)
            self._database.commit()
        except BaseException as error:
            _roll_back(self._database)
            if is_out_of_memory(error) or not isinstance(error, duckdb.Error):
                raise
            raise explained(error, batch.name, batch.spool.as_records(batch.name)) from error


def _roll_back(database: Database) -> None:
    try:
        database.connection.execute("ROLLBACK")
    except duckdb.Error:
        pass  # The failure has ended the transaction.
