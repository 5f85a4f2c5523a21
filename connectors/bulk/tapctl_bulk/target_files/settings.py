"""Settings of target-files."""

from __future__ import annotations

from typing import cast

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.settings import Config, Setting, text

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "output_path",
        "string",
        "Folder for the files, or s3://BUCKET/PREFIX. Default: the working folder.",
        ".",
    ),
    Setting(
        "format", "string", "Format of the files.", "parquet", choices=("parquet", "csv", "jsonl")
    ),
    Setting(
        "compression",
        "string",
        "Compression. Default: zstd for Parquet, none for the others.",
        choices=("none", "gzip", "zstd", "snappy"),
    ),
    Setting("delimiter", "string", "Delimiter of CSV files.", ","),
    Setting(
        "partition_by",
        "array",
        "Columns whose values become folders, such as country=DE.",
    ),
    Setting(
        "partition_by_date",
        "boolean",
        "Put the files of a day into a folder, such as extraction_date=2026-11-29. The day is that "
        "of the run's start in UTC.",
        False,
    ),
    Setting(
        "file_rows", "integer", "Rows after which a file ends and the state is reported.", 1_000_000
    ),
    Setting("temp_dir", "string", "Folder for temporary files. Default: the system's."),
    Setting("s3_endpoint_url", "string", "Endpoint of an S3-compatible store, such as MinIO."),
    Setting("s3_region", "string", "Region. Default: that of the AWS configuration."),
    Setting(
        "s3_access_key_id",
        "string",
        "Access key. Default: the AWS credential chain: environment, profile, role of the pod.",
        secret=True,
    ),
    Setting("s3_secret_access_key", "string", "Secret of the access key.", secret=True),
    Setting("s3_session_token", "string", "Session token of temporary credentials.", secret=True),
)

COMPRESSIONS = {
    "parquet": ("zstd", "gzip", "snappy", "none"),
    "csv": ("none", "gzip", "zstd"),
    "jsonl": ("none", "gzip"),
}
"""Compressions by format; the first is the default."""


def compression_of(config: Config) -> str:
    """Return the compression of the files.

    Raises:
        ConnectorError: The format does not have it.
    """
    format_ = text(config, "format")
    known = COMPRESSIONS[format_]
    chosen = text(config, "compression") or known[0]
    if chosen not in known:
        raise ConnectorError(
            f'setting "compression": {chosen} is not available for {format_} files',
            f"Use one of: {', '.join(known)}",
        )
    return chosen


def partition_columns(config: Config) -> tuple[str, ...]:
    """Return the columns that files are partitioned by."""
    given = config["partition_by"] or []
    assert isinstance(given, list)
    if not all(isinstance(one, str) for one in given):
        raise ConnectorError(
            'setting "partition_by" must be a list of column names', "Write it as a list"
        )
    return cast("tuple[str, ...]", tuple(given))
