"""A stream: its table and the records that wait for the next flush."""

from __future__ import annotations

from copy import copy

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, flag, integer, text
from tapctl_bulk.duckdb_engine.columns import Column, columns_of
from tapctl_bulk.duckdb_engine.spool import Spool
from tapctl_bulk.singer_input import Schema
from tapctl_bulk.target_duckdb.filling import Filling
from tapctl_bulk.target_duckdb.settings import has_metadata, mode_of
from tapctl_bulk.target_duckdb.table import Table, table_of

EXTRACTED_AT, BATCHED_AT = "_sdc_extracted_at", "_sdc_batched_at"
DELETED_AT, VERSION = "_sdc_deleted_at", "_sdc_table_version"
VALID_FROM, VALID_TO = "_sdc_valid_from", "_sdc_valid_to"
ADDED = (EXTRACTED_AT, BATCHED_AT, DELETED_AT)
NEW = "__tapctl_new"


class Stream:
    """What a SCHEMA message says, and the records since the last flush."""

    def __init__(
        self, message: Schema, catalog: str, config: Config, *, may_wait: bool = True
    ) -> None:
        self.name = message.stream
        self.mode = mode_of(config, message.stream, message.keys)
        self.hard_delete = flag(config, "hard_delete")
        self.has_metadata = has_metadata(config)
        self.has_versions = False
        """Whether the tap sends ACTIVATE_VERSION messages."""
        self.version: int | None = None
        """Version that is to be activated at the next flush."""
        self.table: Table = table_of(message.stream, catalog, config)
        levels = integer(config, "data_flattening_max_level")
        described = columns_of(message, levels)
        self.columns = tuple(one for one in described if one.name not in ADDED)
        self.deletion: Column | None = next(
            (one for one in described if one.name == DELETED_AT), None
        )
        self.keys = tuple(dict.fromkeys(one.lower() for one in message.keys))
        self.is_synced = False
        # Deletions need each row in its order, and versions the row before.
        self.filling = Filling(may_wait and self.mode != "scd2" and not self.hard_delete)
        self._may_wait = may_wait
        self._folder = text(config, "temp_dir") or None
        self.spool = self._new_spool(as_text=False)
        missing = [one for one in self.keys if one not in {column.name for column in described}]
        if missing:
            raise ConnectorError(
                f'stream "{self.name}": the key column "{missing[0]}" is not in the schema',
                "Select the column in the tap's catalog",
            )

    @property
    def has_unique_rows(self) -> bool:
        """Whether rows replace others with the same key."""
        return self.mode != "append" and bool(self.keys)

    @property
    def may_wait(self) -> bool:
        """Whether a batch that was loaded may wait for more before it is committed."""
        return self._may_wait and (self.filling.may_fill or not self.has_unique_rows)

    @property
    def target(self) -> Table:
        """The table that rows are loaded into."""
        return self.table.beside(NEW) if self.mode == "replace" else self.table

    @property
    def read_columns(self) -> tuple[Column, ...]:
        """Columns that are read from the records."""
        reads_deletion = self.deletion is not None and self.has_metadata
        return (*self.columns, *((self.deletion,) if reads_deletion and self.deletion else ()))

    @property
    def types(self) -> dict[str, str]:
        """Types of a new table."""
        types = {one.name: one.type for one in self.columns}
        if self.has_metadata:
            types |= {EXTRACTED_AT: "TIMESTAMP", BATCHED_AT: "TIMESTAMP", DELETED_AT: "VARCHAR"}
            types |= {VERSION: "BIGINT"} if self.has_versions else {}
        if self.mode == "scd2":
            types |= {VALID_FROM: "TIMESTAMP", VALID_TO: "TIMESTAMP"}
        return types

    def hand_over(self) -> Stream:
        """Return the stream with its records for a commit, and begin the next batch."""
        batch = copy(self)
        self.spool = self._new_spool(batch.spool.as_text)
        self.version = None
        self.is_synced = True
        return batch

    def pass_as_text(self) -> None:
        """Pass the JSON values of the next records as text. There must be none yet."""
        self.spool.close()
        self.spool = self._new_spool(as_text=True)

    def close(self) -> None:
        """Remove the batch file."""
        self.spool.close()

    def _new_spool(self, as_text: bool) -> Spool:
        return Spool(self.read_columns, self._folder, as_text)
