"""Making records of values that the server sends as CSV.

The server needs several times as long for a JSON object of a row as for its values, because it
looks up the type of each. So if values are short, it sends them in a form in which each is JSON
already, and the tap puts the names between them.

That form is CSV in which texts have quotes, JSON's escape character and `null` for NULL, and a
control character follows each value. Control characters within texts are escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from tapctl_bulk.common.exact_json import dumps
from tapctl_bulk.tap_postgres.copy_blocks import Envelope

SEPARATOR = b"\x1f"
CSV_OPTIONS = (
    "FORMAT csv",
    "DELIMITER E'\\x1f'",
    "NULL 'null'",
    "QUOTE '\"'",
    "ESCAPE E'\\\\'",
)
"""FORCE_QUOTE lists the columns of texts and moments as well."""

Form: TypeAlias = Literal["unchanged", "number", "text", "moment"]
"""What a value is besides JSON: a number may be `NaN`, which needs quotes; a moment is in
PostgreSQL's own notation."""

CONTROLS = bytes(range(0x20))
ESCAPES = {bytes([code]): b"\\u%04x" % code for code in CONTROLS} | {
    b"\b": b"\\b",
    b"\t": b"\\t",
    b"\n": b"\\n",
    b"\f": b"\\f",
    b"\r": b"\\r",
}
TEXT = rb'"(?:[^"\\]|\\.)*"'
NOT_NUMBERS = (b"NaN", b"Infinity", b"-Infinity")


class LineTemplate:
    """Makes the lines of a stream."""

    def __init__(self, names: Sequence[str], forms: Sequence[Form], envelope: Envelope) -> None:
        self.forms = forms
        self._numbers = [index for index, form in enumerate(forms) if form == "number"]
        self._moments = [index for index, form in enumerate(forms) if form == "moment"]
        keys = [_literal(dumps(name).encode()) for name in names]
        record = b",".join(key + b":%b" for key in keys)
        self._line = _literal(envelope.head) + b"{" + record + b"}" + _literal(envelope.tail)

    def lines(self, rows: bytes, count: int) -> bytes:
        """Return the lines of rows. The separator follows each value; rows have no line ends."""
        separators = count * len(self.forms)
        if len(rows) - len(rows.translate(None, CONTROLS)) != separators:
            rows = _escaped(rows, separators)
        values = rows.split(SEPARATOR)
        values.pop()  # What follows the last separator: nothing.
        del rows  # Large rows are not kept.
        for index in self._numbers:
            values[index :: len(self.forms)] = numbers(values[index :: len(self.forms)])
        for index in self._moments:
            values[index :: len(self.forms)] = moments(values[index :: len(self.forms)])
        return self._line * count % tuple(values)


def _literal(text: bytes) -> bytes:
    return text.replace(b"%", b"%%")


def _escaped(rows: bytes, separators: int) -> bytes:
    """Escape the control characters within texts."""
    if rows.count(SEPARATOR) != separators:
        return re.sub(TEXT, lambda text: _without_controls(text[0]), rows, flags=re.DOTALL)
    for character, escape in ESCAPES.items():
        if character != SEPARATOR and character in rows:
            rows = rows.replace(character, escape)
    return rows


def _without_controls(text: bytes) -> bytes:
    return re.sub(rb"[\x00-\x1f]", lambda character: ESCAPES[character[0]], text)


def numbers(values: list[bytes]) -> list[bytes]:
    """Quote values that are not numbers, as the server does."""
    letters = b"".join(values)
    if b"N" not in letters and b"I" not in letters:
        return values
    return [b'"' + value + b'"' if value in NOT_NUMBERS else value for value in values]


def moments(values: list[bytes]) -> list[bytes]:
    """Write moments such as `"2026-01-01 00:00:00+00"` as the server does in JSON."""
    text = SEPARATOR.join(values).replace(b" ", b"T").replace(b"+00", b"+00:00")
    if b"TBC" in text:
        text = text.replace(b"TBC", b" BC")
    return text.split(SEPARATOR)
