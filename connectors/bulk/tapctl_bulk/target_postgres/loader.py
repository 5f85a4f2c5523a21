"""Batches: rows into the staging tables, from there into the tables, then the state.

Everything here runs in one thread, which owns the connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone

from tapctl_bulk.common.logs import warn
from tapctl_bulk.common.settings import Config, integer
from tapctl_bulk.libpq import Connection
from tapctl_bulk.target_postgres import direct
from tapctl_bulk.target_postgres.columns import Column
from tapctl_bulk.target_postgres.copies import Copies, Destination
from tapctl_bulk.target_postgres.failures import named
from tapctl_bulk.target_postgres.load import Load
from tapctl_bulk.target_postgres.merge import Habits, merge
from tapctl_bulk.target_postgres.names import TableName
from tapctl_bulk.target_postgres.prepare import prepare
from tapctl_bulk.target_postgres.replace import swap
from tapctl_bulk.target_postgres.settings import handles_versions
from tapctl_bulk.target_postgres.table import lock
from tapctl_bulk.target_postgres.versions import activate_version
from tapctl_bulk.target_postgres.wanted import Wanted

MAX_AGE_SECONDS = 300.0
MAX_STAGED_BYTES = 512 << 20
MAX_DIRECT_BYTES = 2 << 30


class Loader:
    """Loads streams. A state is reported once everything before it is committed."""

    def __init__(
        self, connection: Connection, config: Config, report: Callable[[bytes], None]
    ) -> None:
        self._connection = connection
        self._config = config
        self._report = report
        self._batch_rows = max(1, integer(config, "batch_size_rows"))
        self._started = _now()
        self._loads: dict[str, Load] = {}
        self._copies = Copies(connection)
        self._state = b""
        self._batch_since = 0.0
        self._batch_bytes = 0
        self._stages = 0

    def prepare(self, wanted: Wanted, table: TableName) -> tuple[Column, ...]:
        """Create or adapt the table of a stream. Returns the columns that its rows must have."""
        self.flush()
        self._stages += 1
        previous = self._loads.get(wanted.stream)
        with named(wanted.stream, table):
            if previous:
                self._connection.execute(f"drop table {previous.stage.sql}")
            stage, is_new = prepare(self._connection, wanted, table, f"tapctl_stage_{self._stages}")
            if wanted.mode != "replace":
                self._connection.commit()
        has_unique_key = is_new or stage.has_unique_key
        habits = Habits(is_new_table=is_new, has_unique_key=has_unique_key)
        self._loads[wanted.stream] = Load(
            stage, habits, table, may_be_direct=is_new and direct.fits(stage)
        )
        return stage.columns

    def add_rows(
        self, stream: str, rows: bytes, count: int, *, with_origin: bool, extracted: str | None
    ) -> None:
        """Send rows to the server, and commit the batch if it is large enough."""
        load = self._loads[stream]
        if load.extracted != extracted:
            self.flush()
            load.extracted = extracted
        self._copies.write(self._destination(load, with_origin), rows, count)
        if not self._batch_bytes:
            self._batch_since = time.monotonic()
        self._batch_bytes += len(rows)
        if self._is_batch_complete(load):
            self.flush()
        else:
            self.check_age()

    def _destination(self, load: Load, with_origin: bool) -> Destination:
        """Where the next rows of a stream go."""
        if load.may_be_direct and not with_origin and not load.direct:
            self._copies.close()
            with named(load.stream, load.table):
                constants = load.stage.constants(_now(), self._started, load.extracted)
                load.direct = direct.begin(self._connection, load.stage, constants)
        load.may_be_direct = load.direct is not None and not with_origin
        if load.direct and load.may_be_direct:
            if self._copies.sent >= self._batch_rows:
                self._copies.close()  # Statements have the usual size.
            return load.to_table(load.direct)
        return load.to_stage(with_origin=with_origin)

    def _is_batch_complete(self, load: Load) -> bool:
        """Rows that are copied straight into a table have no limit until there is a state to
        report: without one, a commit saves no progress."""
        is_full = load.rows + self._copies.sent >= self._batch_rows
        if load.may_be_direct:
            return (is_full and self._state != b"") or self._batch_bytes >= MAX_DIRECT_BYTES
        return is_full or self._batch_bytes >= MAX_STAGED_BYTES

    def check_age(self) -> None:
        """Commit a batch whose first row has waited for long."""
        if self._batch_bytes and time.monotonic() - self._batch_since > MAX_AGE_SECONDS:
            self.flush()

    def add_state(self, value: bytes) -> None:
        """Report a state, now or after the batch."""
        self._state = value
        if not self._batch_bytes:
            self._report_state()

    def activate_version(self, stream: str, version: int) -> None:
        """Mark or delete the rows of earlier versions."""
        load = self._loads.get(stream)
        if load is None or load.stage.wanted.mode == "replace":
            return
        if not handles_versions(self._config):
            warn(
                f'stream "{stream}": an ACTIVATE_VERSION message was ignored because of the settings'
            )
            return
        self.flush()
        with named(stream, load.table):
            activate_version(self._connection, load.stage, version)
            self._connection.commit()

    def flush(self) -> None:
        """Load what is staged and commit it."""
        self._copies.close()
        now = _now()
        for stream, load in self._loads.items():
            if load.direct:
                with named(stream, load.table):
                    direct.end(self._connection, load.direct)
                load.direct, load.may_be_direct = None, False
            if not load.staged:
                continue
            with named(stream, load.table):
                lock(self._connection, f"table {load.table}")
                values = load.stage.values(now, self._started, load.extracted)
                merge(self._connection, load.stage, load.habits, load.staged, values)
                if load.stage.wanted.mode == "replace":
                    self._connection.execute(f"truncate {load.stage.sql}")
            load.staged = 0
        self._batch_bytes = 0
        if not self._is_replacing():
            with named():
                self._connection.commit()
            self._report_state()

    def finish(self) -> None:
        """Load the rest."""
        self.flush()
        if not self._is_replacing():
            return
        for stream, load in self._loads.items():
            if load.stage.wanted.mode == "replace":
                with named(stream, load.table):
                    swap(self._connection, load.stage, load.table)
        with named():
            self._connection.commit()
        self._loads.clear()
        self._report_state()

    def _is_replacing(self) -> bool:
        return any(load.stage.wanted.mode == "replace" for load in self._loads.values())

    def _report_state(self) -> None:
        if self._state and not self._is_replacing():
            self._report(self._state + b"\n")
            self._state = b""


def _now() -> datetime:
    return datetime.now(timezone.utc)
