"""The columns that LOG_BASED adds to each record, as the published tap does."""

from __future__ import annotations

from tapctl_bulk.common.exact_json import Json
from tapctl_bulk.tap_postgres.relations import Column
from tapctl_bulk.tap_postgres.stream import POSITION, Stream, StreamColumn
from tapctl_bulk.tap_postgres.values import Representation

DELETED_AT = "_sdc_deleted_at"

PROPERTIES: dict[str, Json] = {
    POSITION: {"type": ["integer", "null"]},
    DELETED_AT: {"type": ["string", "null"], "format": "date-time"},
}


def with_log_columns(stream: Stream, position: int) -> Stream:
    """Return a stream with these columns for reading the whole table."""
    lsn = Representation(("integer",), lambda _: f"{position}::bigint")
    deleted_at = Representation(("string",), lambda _: "NULL::text", {"format": "date-time"})
    added = (
        StreamColumn(Column(POSITION, 0, -1, False, "bigint", None), lsn),
        StreamColumn(Column(DELETED_AT, 0, -1, False, "text", None), deleted_at),
    )
    return stream._replace(columns=(*stream.columns, *added))
