"""Settings that the targets that load into a database share."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from tapctl_bulk.common.settings import Setting

Mode: TypeAlias = Literal["append", "upsert", "scd2", "replace"]

SCHEMA_MAPPING = Setting(
    "schema_mapping",
    "object",
    'Schemas by the first part of stream names: {"public": {"target_schema": "raw"}}. They '
    "take precedence over default_target_schema.",
)

BATCH_SIZE_ROWS = Setting(
    "batch_size_rows",
    "integer",
    "Rows of a stream after which a batch is committed and the state reported.",
    100_000,
)


def mode_setting(default: str) -> Setting:
    """Return the setting `mode`; `default` describes the default of the target."""
    return Setting(
        "mode",
        "string",
        "append: add the rows. upsert: replace rows with the same key. scd2: keep every version of "
        "a row, with _sdc_valid_from and _sdc_valid_to. replace: build a new table and swap it in "
        f"when the input ends. {default}",
        choices=get_args(Mode),
    )
