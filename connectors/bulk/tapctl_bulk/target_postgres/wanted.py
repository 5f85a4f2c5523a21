"""The table that a stream's schema describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, flag
from tapctl_bulk.common.target_settings import Mode
from tapctl_bulk.singer_input import METADATA, Property, Schema, properties_of
from tapctl_bulk.target_postgres.names import fitting
from tapctl_bulk.target_postgres.settings import mode_of
from tapctl_bulk.target_postgres.types import TIMESTAMP, sql_type

DELETED_AT = "_sdc_deleted_at"
VALID_FROM, VALID_TO = "_sdc_valid_from", "_sdc_valid_to"
MOMENT_COLUMNS = METADATA[:4]


class Wanted(NamedTuple):
    """Columns and key of a table. Names are as PostgreSQL stores them."""

    stream: str
    mode: Mode
    types: Mapping[str, str]
    """Types of all columns, in the order of a new table."""
    properties: Mapping[str, Property]
    """What the schema says about each column that it describes; the property's name is the key in the records."""
    keys: tuple[str, ...]
    has_metadata: bool
    hard_delete: bool

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key of a new table. Tables that keep several rows of a key have none."""
        return self.keys if self.mode in ("upsert", "replace") else ()

    @property
    def reads_deletion(self) -> bool:
        """Whether the records say that a row was deleted."""
        return DELETED_AT in self.properties


def wanted_table(message: Schema, config: Config) -> Wanted:
    """Return the table for a stream.

    Raises:
        ConnectorError: The schema has no columns, or its key is not one of them.
    """
    has_metadata = flag(config, "add_record_metadata")
    hard_delete = flag(config, "hard_delete")
    mode = mode_of(config, message.keys)
    reads = [
        one
        for one in properties_of(message.schema)
        if one.name not in METADATA or (one.name == DELETED_AT and (has_metadata or hard_delete))
    ]
    properties = {fitting(one.name): one for one in reads}
    if len(properties) != len(reads):
        raise ConnectorError(
            f'stream "{message.stream}": two columns have the same name',
            "Rename or deselect one of them",
        )
    encoding = flag(config, "interpret_content_encoding")
    types = {name: sql_type(one, content_encoding=encoding) for name, one in properties.items()}
    types.pop(DELETED_AT, None)
    if not types:
        raise ConnectorError(
            f'stream "{message.stream}" has no columns', "Select columns in the tap's catalog"
        )
    keys = tuple(dict.fromkeys(fitting(one) for one in message.keys))
    missing = [one for one in keys if one not in types]
    if missing:
        raise ConnectorError(
            f'stream "{message.stream}": the key column "{missing[0]}" is not in the schema',
            "Select the column in the tap's catalog",
        )
    return Wanted(
        message.stream,
        mode,
        types | _added(mode, has_metadata),
        properties,
        keys,
        has_metadata,
        hard_delete,
    )


def _added(mode: Mode, has_metadata: bool) -> dict[str, str]:
    added: dict[str, str] = {}
    if has_metadata:
        added |= {one: TIMESTAMP if one in MOMENT_COLUMNS else "bigint" for one in METADATA}
    if mode == "scd2":
        added |= {VALID_FROM: TIMESTAMP, VALID_TO: TIMESTAMP}
    return added
