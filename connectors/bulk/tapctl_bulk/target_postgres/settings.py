"""Settings of target-postgres. Names, defaults and meanings are those of the published target."""

from __future__ import annotations

from tapctl_bulk.common.settings import Config, Setting, SettingType, flag, text
from tapctl_bulk.common.target_settings import (
    BATCH_SIZE_ROWS,
    SCHEMA_MAPPING,
    Mode,
    mode_setting,
)
from tapctl_bulk.tap_postgres.settings import CONNECTION

PUBLISHED_ONLY: dict[str, SettingType] = {
    "stream_maps": "object",
    "stream_map_config": "object",
    "faker_config": "object",
    "flattening_enabled": "boolean",
    "flattening_max_depth": "integer",
    "flattening_max_key_length": "integer",
    "flattening_separator": "string",
}
"""Settings of the published target that need a look at each record."""

SETTINGS: tuple[Setting, ...] = (
    *CONNECTION,
    Setting(
        "default_target_schema",
        "string",
        "Schema for the tables, created if it does not exist. If empty, the first part of a stream "
        "name such as public-orders.",
        "melty",
    ),
    SCHEMA_MAPPING,
    mode_setting(
        "Default: upsert for streams with a key, else append; replace with load_method overwrite."
    ),
    Setting(
        "load_method",
        "string",
        "Name of the modes in the published target: overwrite is replace; append-only and upsert "
        "replace rows with the same key and append rows of streams without a key.",
        "append-only",
        choices=("append-only", "upsert", "overwrite"),
    ),
    BATCH_SIZE_ROWS,
    Setting(
        "add_record_metadata",
        "boolean",
        "Add the metadata columns _sdc_extracted_at, _sdc_received_at, _sdc_batched_at, "
        "_sdc_deleted_at, _sdc_sequence, _sdc_table_version and _sdc_sync_started_at.",
        True,
    ),
    Setting(
        "activate_version",
        "boolean",
        "Handle ACTIVATE_VERSION messages: rows that are no longer in the source are marked in "
        "_sdc_deleted_at or deleted. Requires add_record_metadata.",
        True,
    ),
    Setting(
        "process_activate_version_messages",
        "boolean",
        "Process ACTIVATE_VERSION messages at all.",
        True,
    ),
    Setting(
        "hard_delete",
        "boolean",
        "Delete rows that are no longer in the source, and rows that the tap marks in "
        "_sdc_deleted_at, instead of keeping them with the time in _sdc_deleted_at.",
        False,
    ),
    Setting(
        "interpret_content_encoding",
        "boolean",
        "Store text that the schema declares as base16 as bytea.",
        False,
    ),
    Setting(
        "sanitize_null_text_characters",
        "boolean",
        "Replace U+0000, which PostgreSQL cannot store, with U+FFFD.",
        False,
    ),
    Setting("owner_role", "string", "Role that creates and owns the tables (SET ROLE)."),
    Setting(
        "lock_timeout_seconds",
        "integer",
        "Fail if a lock on a table is not granted in this time. 0 waits without a limit.",
        600,
    ),
    Setting(
        "statement_timeout_seconds",
        "integer",
        "Fail if a statement takes longer. 0 is no limit. Default: as the server sets it.",
    ),
    Setting("use_copy", "boolean", "No effect: rows are always loaded with COPY."),
    Setting("validate_records", "boolean", "No effect: the database checks every value."),
    Setting("dialect+driver", "string", "No effect: the driver is libpq."),
    *(
        Setting(name, kind, "Not supported: use the published target (targetPostgresSdk).")
        for name, kind in PUBLISHED_ONLY.items()
    ),
)


def mode_of(config: Config, keys: tuple[str, ...]) -> Mode:
    """Return how a stream with this key is loaded."""
    chosen = text(config, "mode") or (
        "replace" if text(config, "load_method") == "overwrite" else ""
    )
    if chosen in ("append", "replace"):
        return chosen  # type: ignore[return-value]
    if not keys:
        return "append"
    return "scd2" if chosen == "scd2" else "upsert"


def handles_versions(config: Config) -> bool:
    """Whether ACTIVATE_VERSION messages are processed."""
    return flag(config, "activate_version") and flag(config, "process_activate_version_messages")
