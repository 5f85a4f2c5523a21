"""Making records of changes without the server, if all columns have types of which this is simple.

The result is the same, byte for byte, and takes a fraction of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from json.encoder import encode_basestring

from tapctl_bulk.common.exact_json import dumps
from tapctl_bulk.tap_postgres.line_template import moments, numbers
from tapctl_bulk.tap_postgres.log_based.changes import RowChange
from tapctl_bulk.tap_postgres.log_based.columns import DELETED_AT
from tapctl_bulk.tap_postgres.log_based.messages import Value
from tapctl_bulk.tap_postgres.stream import POSITION, Stream
from tapctl_bulk.tap_postgres.values import LogForm

NULL = b"null"
BOOLEANS = {b"t": b"true", b"f": b"false"}
ESCAPED = re.compile(rb'["\\\x00-\x1f]')
LINE_ENDS = bytes.maketrans(b"\n\r", b"  ")
HEX_PREFIX = 2
"""Length of the start of a bytea."""


def is_local(stream: Stream) -> bool:
    """Whether records of the stream's changes can be made here."""
    return all(item.representation.log_form for item in stream.columns)


def local_records(
    stream: Stream, changes: Sequence[RowChange], known: Sequence[int]
) -> list[bytes]:
    """Return the record of each change. It has these columns, by their places in the stream."""
    columns = [
        _json(stream.columns[at].representation.log_form, [change.values[at] for change in changes])
        for at in known
    ]
    columns.append([b"%d" % change.position for change in changes])
    times = {change.deleted_at for change in changes}
    moments_of = {time: NULL if time is None else dumps(time).encode() for time in times}
    columns.append([moments_of[change.deleted_at] for change in changes])
    names = [*(stream.columns[at].column.name for at in known), POSITION, DELETED_AT]
    keys = [dumps(name).encode().replace(b"%", b"%%") for name in names]
    record = b"{" + b",".join(key + b":%b" for key in keys) + b"}"
    return [record % row for row in zip(*columns, strict=True)]


def _json(form: LogForm | None, values: Sequence[Value]) -> list[bytes]:
    """Return the values of a column as JSON."""
    assert form is not None
    present = [value for value in values if isinstance(value, bytes)]
    made = iter(FORMS[form](present))
    if len(present) == len(values):
        return list(made)
    return [NULL if value is None else next(made) for value in values]


def _texts(values: list[bytes]) -> list[bytes]:
    if ESCAPED.search(b"".join(values)):
        return [encode_basestring(value.decode()).encode() for value in values]
    return [b'"%b"' % value for value in values]


def _timestamps(values: list[bytes]) -> list[bytes]:
    """Timestamps without time zone, which are sent as those with time zone, in UTC."""
    return _moments([_in_utc(value) for value in values])


def _in_utc(value: bytes) -> bytes:
    if value.endswith(b" BC"):
        return value[:-3] + b"+00 BC"
    return value if value.endswith(b"infinity") else value + b"+00"


def _moments(values: list[bytes]) -> list[bytes]:
    return moments(_texts(values)) if values else []


FORMS: dict[LogForm, Callable[[list[bytes]], list[bytes]]] = {
    "boolean": lambda values: [BOOLEANS[value] for value in values],
    "bytea": lambda values: _texts([value[HEX_PREFIX:] for value in values]),
    "json": lambda values: [value.translate(LINE_ENDS) for value in values],
    "number": numbers,
    "text": _texts,
    "timestamp": _timestamps,
    "timestamptz": _moments,
    "unchanged": list,
}
