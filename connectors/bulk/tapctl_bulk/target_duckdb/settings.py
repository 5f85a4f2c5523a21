"""Settings of target-duckdb. Names, defaults and meanings are those of the published target."""

from __future__ import annotations

from typing import cast

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, Setting, flag, text
from tapctl_bulk.common.target_settings import (
    BATCH_SIZE_ROWS,
    SCHEMA_MAPPING,
    Mode,
    mode_setting,
)

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "path",
        "string",
        "Path of the database file, such as warehouse.duckdb, md:NAME for MotherDuck, or "
        "ducklake:... for DuckLake.",
        required=True,
    ),
    Setting("token", "string", "MotherDuck token. Default: MOTHERDUCK_TOKEN.", secret=True),
    Setting("dbname", "string", "Name of the database. Default: the one that path opens."),
    Setting("database", "string", "Alias of dbname."),
    Setting("default_target_schema", "string", "Schema for the tables.", "main"),
    SCHEMA_MAPPING,
    mode_setting("Default: upsert for streams with a key, else append."),
    Setting(
        "primary_key_required",
        "boolean",
        "Fail on a stream without a key. If false, its rows are appended.",
        True,
    ),
    BATCH_SIZE_ROWS,
    Setting(
        "flush_all_streams", "boolean", "No effect: a batch always commits all streams.", False
    ),
    Setting(
        "add_metadata_columns",
        "boolean",
        "Add the columns _sdc_extracted_at, _sdc_batched_at and _sdc_deleted_at, and "
        "_sdc_table_version for streams with ACTIVATE_VERSION messages.",
        False,
    ),
    Setting(
        "hard_delete",
        "boolean",
        "Delete rows that the tap marks in _sdc_deleted_at, or that are no longer in the source. "
        "Implies add_metadata_columns.",
        False,
    ),
    Setting(
        "data_flattening_max_level",
        "integer",
        "Levels of nested objects to flatten into columns.",
        0,
    ),
    Setting("temp_dir", "string", "Folder for batch files. Default: the system's."),
    Setting(
        "settings",
        "object",
        'DuckDB settings, such as {"memory_limit": "1GB", "threads": 2}. Default: one thread, and '
        "a memory limit that grows when a load needs more.",
    ),
    Setting("validate_records", "boolean", "No effect: DuckDB checks every value.", False),
    Setting("delimiter", "string", "No effect: batches are not CSV files."),
    Setting("quotechar", "string", "No effect: batches are not CSV files."),
)


def mode_of(config: Config, stream: str, keys: tuple[str, ...]) -> Mode:
    """Return how a stream with this key is loaded.

    Raises:
        ConnectorError: The stream requires a key, but has none.
    """
    chosen = cast(Mode, text(config, "mode") or "upsert")
    if keys or chosen in ("append", "replace"):
        return chosen
    if flag(config, "primary_key_required"):
        raise ConnectorError(
            f'stream "{stream}" has no key',
            "Set table-key-properties in the catalog, or append its rows with "
            '"primary_key_required": false',
        )
    return "append"


def has_metadata(config: Config) -> bool:
    """Whether tables have metadata columns."""
    return flag(config, "add_metadata_columns") or flag(config, "hard_delete")
