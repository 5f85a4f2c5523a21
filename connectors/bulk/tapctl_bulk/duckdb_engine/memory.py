"""DuckDB's memory: little at the start, more for a load that needs it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.logs import log
from tapctl_bulk.common.settings import Config, text
from tapctl_bulk.duckdb_engine.rows import buffer_bytes, literal
from tapctl_bulk.duckdb_engine.spool import Spool

MIB = 12
"""Memory limit at the start. What Python and DuckDB need themselves comes on top, and the buffer of
a file that is read."""
MIB_OF_COLUMN = 1
"""What each column of a table needs while rows are inserted."""
MOST_MIB = 1 << 20
LONG_VALUE_BYTES = 256
"""Average of the values of rows from which on DuckDB does not look for repeated ones: that takes
more memory than the rest of the load, and saves next to nothing."""
METHODS_FOR_REPEATED = "dict_fsst,dictionary"

Result = TypeVar("Result")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether DuckDB lacks memory. A commit that does is a TransactionException."""
    return isinstance(error, duckdb.OutOfMemoryException) or (
        isinstance(error, duckdb.Error)
        and re.search(r"(failed to (pin|allocate)|could not allocate)", str(error)) is not None
    )


def spill_folder(config: Config) -> str:
    """Return a folder of this process for what does not fit into memory. DuckDB creates and removes it.

    Without one, DuckDB uses `.tmp` in the working folder, and `ducklake:….tmp` for a DuckLake.
    """
    parent = text(config, "temp_dir") or tempfile.gettempdir()
    return os.path.join(parent, f"tapctl-duckdb-{os.getpid()}")


class Memory:
    """A connection whose memory limit grows on demand, unless the user sets it."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        given: Mapping[str, str] | None = None,
        first_mib: int = MIB,
        folder: str | None = None,
    ) -> None:
        self._mib = first_mib
        self._folder = folder
        self._given = given or {}
        self._has_long_values = False
        self.use(connection)

    def use(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set up a connection, which replaces the one before."""
        self.connection = connection
        defaults = {
            "threads": "1",
            "memory_limit": f"{self._mib}MiB",
            "write_buffer_row_group_count": "1",
            "allocator_bulk_deallocation_flush_threshold": "1MB",
            # Timestamps with an offset are stored in UTC.
            "TimeZone": "UTC",
            # It would be printed among the states.
            "enable_progress_bar": "false",
        }
        if self._folder is not None:
            defaults["temp_directory"] = self._folder
        if self._has_long_values:
            defaults["disabled_compression_methods"] = METHODS_FOR_REPEATED
        for name, value in defaults.items():
            self._set_default(name, value)
        for name, value in self._given.items():
            self._set(name, value)

    def run(self, work: Callable[[], Result]) -> Result:
        """Do work that can be repeated: after an error for lack of memory, with half as much again.

        Raises:
            ConnectorError: The user's limit is too low.
        """
        while True:
            try:
                return work()
            except duckdb.Error as error:
                if not is_out_of_memory(error):
                    raise
                if "memory_limit" in self._given or self._mib * 3 // 2 > MOST_MIB:
                    raise ConnectorError(
                        "DuckDB needs more memory than its limit",
                        'Raise memory_limit in the setting "settings", or load smaller batches',
                    ) from error
            self.raise_limit()
            self._set_limit(self._mib)

    @contextmanager
    def reading(self, spool: Spool) -> Iterator[None]:
        """Allow for the buffer of batch files meanwhile, and for the columns of their table.

        The limit is lower again afterwards, so that DuckDB keeps nothing that it could read again.
        """
        if not self._has_long_values and _has_long_values(spool):
            self._has_long_values = True
            self.use(self.connection)
        self._mib = max(self._mib, len(spool.columns) * MIB_OF_COLUMN)
        with self.more(buffer_bytes(spool) >> 20):
            yield

    @contextmanager
    def more(self, mib: int) -> Iterator[None]:
        """Raise the limit meanwhile, unless the user sets it."""
        if "memory_limit" in self._given:
            yield
            return
        self._set_limit(self._mib + mib)
        try:
            yield
        finally:
            self._set_limit(self._mib)

    def _set_limit(self, mib: int) -> None:
        self._set_default("memory_limit", f"{mib}MiB")

    def raise_limit(self) -> None:
        """Raise the limit by half, which `use` and `run` set, unless the user sets it."""
        if "memory_limit" not in self._given:
            self._mib = self._mib * 3 // 2
            log(f"a batch needs more memory: the memory limit is now {self._mib} MiB")

    def _set(self, name: str, value: str) -> None:
        try:
            self.connection.execute(f"SET {name} = {literal(value)}")
        except duckdb.Error as error:
            line = str(error).partition("\n")[0]
            raise ConnectorError(
                f'setting "settings": {name} cannot be set: {line}', "Correct its name and value"
            ) from error

    def _set_default(self, name: str, value: str) -> None:
        try:
            self.connection.execute(f"SET {name} = {literal(value)}")
        except duckdb.Error:
            pass  # Not every version and service has all of them.


def _has_long_values(spool: Spool) -> bool:
    return spool.bytes > LONG_VALUE_BYTES * spool.rows * len(spool.columns)
