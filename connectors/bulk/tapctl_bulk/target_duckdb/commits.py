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
from tapctl_bulk.target_duckdb.load import complete, load
from tapctl_bulk.target_duckdb.stream import Stream

MOST_WAITING_BYTES = 512 << 20
"""Batches of a transaction keep their files, because a transaction that lacks memory is repeated."""


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
        self._loaded: list[Stream] = []
        """Batches of the transaction."""
        self._is_open = False
        """Whether there is a transaction that has them. An error for lack of memory ends it."""

    def add(self, batches: list[Stream], state: bytes | None, *, may_wait: bool = False) -> None:
        """Load batches, commit them with all before them, and report a state.

        Waits for earlier batches.

        Args:
            batches: Batches of different streams.
            state: What is to be reported after the commit.
            may_wait: Whether the commit may wait for the next batches, if that saves work.

        Raises:
            ConnectorError: An earlier batch failed.
        """
        if batches:
            self.wait()
        self._pending.append(self._pool.submit(self._work, batches, state, may_wait))

    @property
    def is_busy(self) -> bool:
        """Whether a batch is being loaded."""
        return any(not one.done() for one in self._pending)

    def check(self) -> None:
        """Raise the error of a commit that has failed."""
        while self._pending and self._pending[0].done():
            self._pending.popleft().result()

    def wait(self) -> None:
        """Wait until everything is done that was added."""
        while self._pending:
            self._pending.popleft().result()

    def settle(self) -> None:
        """Wait until nothing is pending, whatever failed."""
        self._pool.shutdown()
        _close(self._loaded)

    def _work(self, batches: list[Stream], state: bytes | None, may_wait: bool) -> None:
        if self._has_failed:
            _close(batches)
            return
        try:
            if batches or self._loaded:
                self._load(batches, may_wait)
            if state is not None:
                self._output.write(state + b"\n")
        except BaseException:
            self._has_failed = True
            _close(batches)
            raise

    def _load(self, batches: list[Stream], may_wait: bool) -> None:
        started = time.monotonic()
        self._database.memory.run(lambda: self._attempt(batches, may_wait))
        self._loaded += batches
        if not self._is_open:
            rows = sum(one.spool.rows for one in self._loaded)
            log(f"committed {rows} rows, the last batch in {time.monotonic() - started:.1f} s")
            _close(self._loaded)
            self._loaded = []

    def _attempt(self, batches: list[Stream], may_wait: bool) -> None:
        """Load batches, after those of the transaction if it ended for lack of memory."""
        connection = self._database.connection
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        everything = [*self._loaded, *batches]
        waiting = batches if self._is_open else everything
        if not self._is_open:
            connection.execute("BEGIN")
            self._is_open = True
            for one in everything:
                one.filling.begin()
        batch = everything[-1]
        try:
            for batch in waiting:
                load(self._database.memory, batch, now)
            if not (may_wait and _may_wait(everything)):
                with self._database.memory.more(max(one.filling.mib for one in everything)):
                    for batch in everything:
                        complete(connection, batch)
                    self._database.commit()
                self._is_open = False
        except BaseException as error:
            lacked_memory = is_out_of_memory(error)
            self._database.roll_back(lacked_memory=lacked_memory)
            self._is_open = False
            if lacked_memory or not isinstance(error, duckdb.Error):
                raise
            raise explained(error, batch.name, batch.spool.as_records(batch.name)) from error


def _may_wait(batches: list[Stream]) -> bool:
    is_small = sum(one.spool.bytes for one in batches) < MOST_WAITING_BYTES
    return is_small and all(one.may_wait for one in batches)


def _close(batches: list[Stream]) -> None:
    for batch in batches:
        batch.close()
