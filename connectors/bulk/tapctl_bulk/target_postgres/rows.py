"""RECORD lines into rows of COPY's text format.

msgspec checks the line and cuts it into the raw JSON of each value; nothing is converted. JSON
text is almost a row already: a bare `null` is NULL, and most escapes mean the same. The others are
replaced, and the quotes of strings removed, in a block at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Number, dumps
from tapctl_bulk.singer_input import Records, damaged_line
from tapctl_bulk.target_postgres.columns import Column
from tapctl_bulk.target_postgres.escapes import (
    NulCharacter,
    finished,
    hide,
    hide_all,
    unescape,
)
from tapctl_bulk.target_postgres.types import JSONS, MOMENTS, NUMBERS, base

NULL = Raw(b"null")
COPY_FORMAT = "(format text, delimiter E'\\t', null 'null', encoding 'UTF8')"
# A nested value at the start of a field, where only JSON columns may have one.
NESTED_FIELDS = (b"\t{", b"\t[", b"\n{", b"\n[")

LARGE_BYTES = 2 << 20
"""Records of this size are parsed only when nothing else is in memory."""

# Types whose input rejects text that starts with a brace or a bracket.
STRICT = (*NUMBERS, *MOMENTS, *JSONS, "boolean", "uuid")
UNNAMEABLE = re.compile(r'["\\\x00-\x1f]')

Values = tuple[Any, ...]


class VersionFound(Exception):
    """A message has a version."""


class RowWriter:
    """Writes the rows of one stream."""

    def __init__(self, columns: Sequence[Column], *, replaces_nul: bool) -> None:
        self._columns = columns
        self._json = [index for index, column in enumerate(columns) if column.is_json]
        # Only a text column accepts a nested value without its quotes, and would store it wrongly.
        self._takes_text = any(base(column.staged_type) not in STRICT for column in columns)
        self._replace_nul = replaces_nul
        names = [f"f{index}" for index in range(len(columns))]
        keys = {name: column.key for name, column in zip(names, columns, strict=True)}
        fields = [(name, Raw, NULL) for name in names]
        # msgspec cannot name a field with a quote: such a record becomes a dictionary.
        is_named = not any(UNNAMEABLE.search(column.key) for column in columns)
        record: Any = (
            msgspec.defstruct("Record", fields, rename=keys, gc=False)
            if is_named
            else dict[str, Raw]
        )
        message = msgspec.defstruct(
            "Message",
            [("record", record), ("time_extracted", Raw, NULL), ("version", Raw, NULL)],
            gc=False,
        )
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(message)
        self._values: Callable[[Any], Values] = (
            msgspec.structs.astuple if is_named else _item_getter(list(keys.values()))
        )

    def rows(self, records: Records, *, with_origin: bool) -> bytes:
        """Return a row per line.

        Args:
            records: Lines of the stream.
            with_origin: Adds `time_extracted` and `version` of the message as last fields.

        Raises:
            ConnectorError: A line is damaged, or holds U+0000.
            VersionFound: A message has a version, which is not added.
        """
        rows = self._decoded(records, with_origin)
        if self._json:
            rows = self._with_json(rows)
        try:
            if records.count == 1 and len(records.data) > LARGE_BYTES:
                return self._large_row(rows.pop())
            return self._text(rows)
        except NulCharacter:
            raise self._nul_error(records) from None
        except UnicodeDecodeError as error:
            raise ConnectorError(
                f'stream "{records.stream}": a text value contains half of a surrogate pair, which is not a character',
                "Correct it in the source",
            ) from error

    def _text(self, rows: list[Values]) -> bytes:
        text = _joined(rows)
        if self._takes_text and _has_nested_field(text):
            text = _joined([tuple(_nested(value) for value in row) for row in rows])
        return finished(unescape(text, replaces_nul=self._replace_nul))

    def _large_row(self, row: Values) -> bytes:
        """Do the same value by value: less of the row is in memory twice."""
        parts: list[bytes] = []
        for value in row:
            text = _nested(value) if self._takes_text else bytes(value)
            parts += (finished(unescape(text, replaces_nul=self._replace_nul)), b"\t")
        return b"".join([*parts[:-1], b"\n"])

    def _decoded(self, records: Records, with_origin: bool) -> list[Values]:
        try:
            found = self._decoder.decode_lines(records.data)
        except (msgspec.MsgspecError, RecursionError):
            found = self._decode_each(records)
        if len(found) != records.count:
            found = self._decode_each(records)
        values = self._values
        if with_origin:
            return [(*values(one.record), one.time_extracted, one.version) for one in found]
        for one in found:
            if one.version is not NULL:
                raise VersionFound
        return [values(one.record) for one in found]

    def _with_json(self, rows: list[Values]) -> list[Values]:
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for index in self._json:
            columns[index] = hide_all(columns[index], replaces_nul=self._replace_nul)
        return list(zip(*columns, strict=True))

    def _decode_each(self, records: Records) -> list[Any]:
        """Decode line by line, to find the damaged one. NaN and Infinity, which Python writes, are
        read as numbers."""
        found = []
        for index, line in enumerate(records.data.split(b"\n")[:-1]):
            try:
                found.append(self._decoder.decode(line))
            except (msgspec.MsgspecError, RecursionError) as error:
                plain = _with_constants(line)
                if plain is None:
                    number = records.line_number(index)
                    reason = "is not a valid RECORD message"
                    raise damaged_line(number, line, reason, records.stream) from error
                found.append(self._decoder.decode(plain))
        return found

    def _nul_error(self, records: Records) -> ConnectorError:
        for index, row in enumerate(self._decoded(records, with_origin=True)):
            for column, value in zip(self._columns, row[: len(self._columns)], strict=True):
                if column.is_json:
                    continue
                try:
                    unescape(bytes(value), replaces_nul=False)
                except NulCharacter:
                    return ConnectorError(
                        f'stream "{records.stream}", column "{column.name}": line '
                        f"{records.line_number(index)} of the input contains the character U+0000, which PostgreSQL cannot store",
                        'Remove it in the source, or set "sanitize_null_text_characters"',
                    )
        return ConnectorError(
            f'stream "{records.stream}": a text value contains the character U+0000',
            'Remove it in the source, or set "sanitize_null_text_characters"',
        )


def _has_nested_field(text: bytes) -> bool:
    if b"{" not in text and b"[" not in text:
        return False  # Found faster than a field, and true for most blocks.
    return text[:1] in (b"{", b"[") or any(mark in text for mark in NESTED_FIELDS)


def _joined(rows: list[Values]) -> bytes:
    lines = [b"\t".join(row) for row in rows]
    lines.append(b"")
    return b"\n".join(lines)


def _item_getter(keys: Sequence[str]) -> Callable[[Any], Values]:
    return lambda record: tuple(record.get(key, NULL) for key in keys)


def _nested(value: Raw | bytes) -> bytes:
    raw = bytes(value)
    return hide(raw) if raw[:1] in (b"{", b"[") else raw


class _Constant(str):
    """NaN, Infinity or -Infinity."""


def _with_constants(line: bytes) -> bytes | None:
    """Return a RECORD with NaN, Infinity and -Infinity as texts; None if it is not one.

    Within nested values there is no text that would mean the same, so they are refused there.
    """
    try:
        message = json.loads(line, parse_float=Number, parse_constant=_Constant)
    except (ValueError, RecursionError):
        return None
    record = message.get("record") if isinstance(message, dict) else None
    if not isinstance(record, dict) or any(_has_constant(one) for one in record.values()):
        return None
    return dumps(message).encode()


def _has_constant(value: object) -> bool:
    """Whether a nested value has a constant anywhere."""
    members = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return any(isinstance(one, _Constant) or _has_constant(one) for one in members)
