"""How the records of a stream are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tapctl_bulk.libpq import Connection
from tapctl_bulk.tap_postgres.copy_blocks import copy_blocks
from tapctl_bulk.tap_postgres.csv_blocks import csv_blocks
from tapctl_bulk.tap_postgres.line_template import Form, LineTemplate
from tapctl_bulk.tap_postgres.stream import Stream, copy_statement, csv_statement, envelope
from tapctl_bulk.tap_postgres.values import Representation

SHORT_BYTES = 48
"""Longer values are read as JSON: then the work for each character counts, of which CSV has more,
and not that for each value."""

ROW_BYTES = """
SELECT pg_catalog.pg_table_size(c.oid) / c.reltuples FROM pg_catalog.pg_class c
WHERE c.oid = $1::oid AND c.reltuples > 0 AND c.relkind IN ('r', 'm')
"""


class Reader:
    """Reads a stream: as JSON that the server makes or, if its values are short, as CSV."""

    def __init__(self, connection: Connection, stream: Stream, extracted_at: str) -> None:
        self._stream = stream
        self._envelope = envelope(stream, extracted_at)
        forms = _forms(stream)
        names = [item.column.name for item in stream.columns]
        is_csv = forms and _has_short_values(connection, stream)
        self._template = LineTemplate(names, forms, self._envelope) if is_csv else None

    def blocks(
        self,
        connection: Connection,
        conditions: Sequence[str] = (),
        *,
        order_by: str = "",
        limit: int | None = None,
    ) -> Iterator[tuple[bytes, int]]:
        """Yield blocks of whole lines and the number of lines in each.

        Raises:
            PostgresError: The server reports an error, or the connection is lost.
        """
        stream, template = self._stream, self._template
        if template is None:
            statement = copy_statement(stream, conditions, order_by=order_by, limit=limit)
            return copy_blocks(connection, statement, self._envelope)
        statement = csv_statement(
            stream, template.forms, conditions, order_by=order_by, limit=limit
        )
        return csv_blocks(connection, statement, template)


def _forms(stream: Stream) -> list[Form]:
    """Return what the values of a stream are in CSV; empty if one cannot be sent so."""
    forms = [_form(item.representation) for item in stream.columns]
    known = [form for form in forms if form is not None]
    return known if len(known) == len(forms) else []


def _form(representation: Representation) -> Form | None:
    if representation.types == ("string",):
        is_moment = (representation.more or {}).get("format") == "date-time"
        return "moment" if is_moment else "text"
    if representation.types == ("number",):
        return "number"
    return "unchanged" if representation.types in (("integer",), ("boolean",)) else None


def _has_short_values(connection: Connection, stream: Stream) -> bool:
    """Whether the statistics of the table say so."""
    row = connection.execute(ROW_BYTES, [stream.relation.oid]).fetchone()
    return row is not None and float(row[0]) < SHORT_BYTES * len(stream.columns)
