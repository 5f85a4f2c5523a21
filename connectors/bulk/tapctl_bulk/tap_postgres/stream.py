"""A stream of a run: what it reads, and the statements that read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tapctl_bulk.common.exact_json import Json, dumps
from tapctl_bulk.tap_postgres.copy_blocks import Envelope
from tapctl_bulk.tap_postgres.line_template import CSV_OPTIONS, Form
from tapctl_bulk.tap_postgres.quoting import quoted
from tapctl_bulk.tap_postgres.relations import Column, Relation
from tapctl_bulk.tap_postgres.values import Representation

POSITION = "_sdc_lsn"
"""Column of the position in the log: the bookmark of LOG_BASED."""


class StreamColumn(NamedTuple):
    """A column that is sent."""

    column: Column
    representation: Representation


class Stream(NamedTuple):
    """A stream of a run."""

    name: str
    relation: Relation
    columns: tuple[StreamColumn, ...]
    key: tuple[str, ...]
    replication_key: StreamColumn | None
    """Column of the bookmark of INCREMENTAL."""
    conditions: tuple[str, ...]
    lookback: int | str
    limit: int | None
    schema: dict[str, Json]
    is_log_based: bool = False
    version: int | None = None
    """Version of the table in its RECORD messages; None: they have none."""

    @property
    def bookmark_properties(self) -> list[str]:
        """Columns of the bookmark."""
        if self.is_log_based:
            return [POSITION]
        return [self.replication_key.column.name] if self.replication_key else []

    @property
    def table(self) -> str:
        """The relation in SQL."""
        return quoted(self.relation.schema, self.relation.name)

    def in_sql(self, column: Column) -> str:
        """Return a column in SQL. Its alias in the list of columns must not be meant."""
        return f"{self.table}.{quoted(column.name)}"


def copy_statement(
    stream: Stream,
    conditions: Sequence[str] = (),
    *,
    order_by: str = "",
    limit: int | None = None,
) -> str:
    """Return the COPY that makes the records of a stream.

    No record has a line end. `where` of a stream may end with a comment, so each condition has its
    own line.
    """
    columns = [
        f"{item.representation.expression(stream.in_sql(item.column))} AS {quoted(item.column.name)}"
        for item in stream.columns
    ]
    source = _select(stream, columns, conditions, order_by, limit)
    row, record = record_of(stream)
    return f"COPY (SELECT {record} FROM ({source}) {row}) TO STDOUT (FORMAT binary)"


def record_of(stream: Stream) -> tuple[str, str]:
    """Return an alias for the row of a stream's columns, and the record of the row; both in SQL."""
    relation = stream.relation
    row = quoted(unused_name("row", {relation.name, *(item.name for item in relation.columns)}))
    record = f"pg_catalog.row_to_json({row})"
    if any(item.representation.has_line_ends for item in stream.columns):
        # Between the tokens of a json value; in texts they are escaped.
        record = f"pg_catalog.translate({record}::text, E'\\n\\r', '  ')"
    return row, record


def csv_statement(
    stream: Stream,
    forms: Sequence[Form],
    conditions: Sequence[str] = (),
    *,
    order_by: str = "",
    limit: int | None = None,
) -> str:
    """Return the COPY that sends the values of a stream for `csv_blocks`."""
    columns, in_quotes = [], []
    for item, form in zip(stream.columns, forms, strict=True):
        value = item.representation.expression(stream.in_sql(item.column))
        if item.representation.types == ("boolean",):
            value += "::text"  # `true`, as in JSON; a boolean is sent as `t`.
        name = quoted(item.column.name)
        columns.append(f"{value} AS {name}")
        if form in ("text", "moment"):
            in_quotes.append(name)
    end = quoted(unused_name("row", {item.column.name for item in stream.columns}))
    source = _select(stream, [*columns, f"''::text AS {end}"], conditions, order_by, limit)
    options = [*CSV_OPTIONS, *([f"FORCE_QUOTE ({', '.join(in_quotes)})"] if in_quotes else [])]
    return f"COPY ({source}) TO STDOUT ({', '.join(options)})"


def envelope(stream: Stream, extracted_at: str) -> Envelope:
    """Return the RECORD message around each record of a stream."""
    head = '{"type":"RECORD","stream":' + dumps(stream.name) + ',"record":'
    version = "" if stream.version is None else f',"version":{stream.version}'
    tail = version + ',"time_extracted":' + dumps(extracted_at) + "}\n"
    return Envelope(head.encode(), tail.encode())


def _select(
    stream: Stream,
    columns: Sequence[str],
    conditions: Sequence[str],
    order_by: str,
    limit: int | None,
) -> str:
    where = "\nAND ".join(f"({condition}\n)" for condition in [*stream.conditions, *conditions])
    source = f"SELECT {', '.join(columns)} FROM {stream.table}"
    source += f" WHERE {where}" if where else ""
    source += f" ORDER BY {order_by}" if order_by else ""
    return source + (f" LIMIT {limit}" if limit is not None else "")


def unused_name(name: str, names: set[str]) -> str:
    """Return a name that is not among others, which would be meant instead."""
    while name in names:
        name += "_"
    return name
