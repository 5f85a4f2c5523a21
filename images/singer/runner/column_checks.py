"""Expectations of the values in columns: only records of streams that have some are parsed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from .column_bytes import NOT_NULL, FlatRecords
from .heads import Heads
from .messages import RECORD, Message, read_line
from .rules import Rules

_LONGEST_VALUE = 40


class Offense(NamedTuple):
    """A value that is not as expected."""

    start: int
    """Where the line of its record starts."""
    text: str
    """Stream, column and value."""


class ColumnChecks:
    """The expectations of a run."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._columns: dict[str, list[tuple[str, list[str], Any]]] = {}

    def first(
        self, heads: Heads, buffer: bytearray, end: int, streams: Iterable[str]
    ) -> Optional[Offense]:
        """The first record of `streams` in the block that is known by its head and breaks an expectation."""
        found: Optional[Offense] = None
        for stream in streams:
            starts = heads.lines(buffer, end, (RECORD, stream)) if self._of(stream) else []
            lines = [bytes(buffer[start : buffer.find(b"\n", start, end)]) for start in starts]
            if not lines or self._all_right(stream, lines):
                continue
            for start, line in zip(starts, lines):
                if found and start > found.start:
                    break
                text = self.wrong(stream, _record(line))
                if text:
                    found = Offense(start, text)
                    break
        return found

    def _all_right(self, stream: str, lines: list[bytes]) -> bool:
        """Whether nothing is wrong, at the speed of the parser; False if that takes a closer look."""
        records = FlatRecords(lines)
        if all(records.have(column, wanted) for column, _, wanted in self._of(stream)):
            return True
        try:
            parsed = [each["record"] for each in json.loads(b"[%s]" % b",".join(lines))]
            for column, path, wanted in self._of(stream):
                if len(path) > 1:
                    values = {_value(record, path) for record in parsed}
                else:
                    values = {record.get(column) for record in parsed}
                if None in values if wanted == NOT_NULL else not values <= _texts(wanted):
                    return False
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return False
        return True

    def wrong(self, stream: str, record: Any) -> Optional[str]:
        """What is wrong with a record; None if nothing is."""
        for column, path, wanted in self._of(stream):
            value = _value(record, path)
            if wanted == NOT_NULL:
                if value is None:
                    return f'stream "{stream}", column {column}: expected a value, found null'
            elif not any(_same(value, each) for each in wanted):
                return (
                    f'stream "{stream}", column {column}: expected {_listed(wanted)}, '
                    f"found {_short(value)}"
                )
        return None

    def _of(self, stream: str) -> list[tuple[str, list[str], Any]]:
        if stream not in self._columns:
            wanted: Mapping[str, Any] = self._rules.expectation(stream, "columns") or {}
            self._columns[stream] = [
                (column, column.split("."), each) for column, each in wanted.items()
            ]
        return self._columns[stream]


def _texts(wanted: list[Any]) -> set[Any]:
    """The values that equal no other JSON value in Python, as 1 equals true."""
    return {each for each in wanted if each is None or isinstance(each, str)}


def _record(line: bytes) -> Any:
    try:
        return json.loads(line).get("record")
    except (ValueError, RecursionError):
        found = read_line(line)
        return found.fields.get("record") if isinstance(found, Message) else None


def _value(record: Any, path: list[str]) -> Any:
    if not isinstance(record, dict):
        return None
    whole = ".".join(path)
    if len(path) > 1 and whole in record:
        return record[whole]
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _same(value: Any, wanted: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _listed(wanted: list[Any]) -> str:
    shown = [_short(each) for each in wanted[:5]]
    return "one of " + ", ".join(shown) + (", ..." if len(wanted) > 5 else "")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
