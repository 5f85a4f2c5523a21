"""Counts the messages of a Singer stream at memory speed.

A record is not parsed if its first bytes identify it. The first line of each kind and stream is
parsed; the bytes up to the stream name (the head) are then counted in whole blocks, together with
the end of the previous line. If the counts of all heads add up to the number of lines, every line
of the block is known; otherwise the block is halved until the unknown lines are found, and those
are parsed.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, Optional

from .block import SHOWN, Block, Cut
from .heads import Heads, Key
from .inspection import Inspection
from .last_records import LastRecords
from .messages import ACTIVATE_VERSION, BATCH, RECORD, SCHEMA, STATE, Message, read_line
from .other_lines import OtherLine, blank
from .state_lines import StateLines
from .totals import BadLine

if TYPE_CHECKING:
    from .column_checks import ColumnChecks

_FEW_LINES = 16
_LONGEST_SAMPLE = 1 << 16
"""Longest record that is parsed only for its version."""


class Scanner(Block):
    """Running totals of a stream fed block by block."""

    def __init__(
        self,
        drop: frozenset[str] = frozenset(),
        keep_bad: int = 1000,
        hard_delete: bool = False,
        remember: bool = False,
        live: bool = False,
        checks: Optional[ColumnChecks] = None,
        inspection: Optional[Inspection] = None,
    ) -> None:
        super().__init__(keep_bad, hard_delete, remember, live)
        self._checks = checks
        self._inspection = inspection
        """Refuses messages before the target gets them; None where all are known before it starts."""
        self._drop = drop
        self._heads = Heads()
        self._state_lines = StateLines(self._heads, self.states)
        self._odd_schemas: list[tuple[int, str]] = []
        self._last = LastRecords(self._heads) if hard_delete and live else None

    def feed(self, buffer: bytearray, end: int) -> list[Cut]:
        """Scans `buffer[:end]`, complete lines with newlines; returns the ranges to leave out, in order.

        Everything from a `fatal` line on is left out.
        """
        self._begin(buffer, end)
        self._state_lines.begin()
        self._odd_schemas, self._described = [], {}
        self._heads.join = b"}\r\n" if buffer.endswith(b"}\r\n", 0, end) else b"}\n"
        total = buffer.count(b"\n", 0, end)
        states, records = self.total(STATE), self._versioned()
        before = dict(self.counts) if self._last else {}
        self._region(buffer, 0, end, total, self.lines)
        if self.versions.hard_delete and not self.fatal:
            self._find_versionless(buffer, end, self._versioned() - records)
        if self._described:
            self._take_schemas(buffer)
        if self._checks and self._recent:
            self._check_columns(self._checks, buffer)
        if self.total(STATE) > states and not self.fatal:
            self._take_states(buffer, end)
        if not self.fatal:
            self._check_text(buffer, end)
        if self._last and not self.fatal:
            self._last.keep(
                buffer,
                end,
                [
                    str(key[1])
                    for key, count in self.counts.items()
                    if key[0] == RECORD and count != before.get(key)
                ],
            )
        self.clean = self.clean and not self._cuts
        self.lines += total
        self.bytes += end
        self._attribute(end)
        return self._cuts

    def _region(self, buffer: bytearray, start: int, end: int, total: int, line: int) -> None:
        if not self._drop:
            found = self._heads.count(buffer, start, end, total)
            known = sum(count for _, count in found)
            if known == total and buffer.endswith(self._heads.join, start, end):
                self._take_proven(buffer, start, end, line, found)
                return
            middle = buffer.rfind(b"\n", start, (start + end) // 2) + 1
            if total > _FEW_LINES and (total - known) * 8 < total and start < middle:
                left = buffer.count(b"\n", start, middle)
                self._region(buffer, start, middle, left, line)
                if not self.fatal:
                    self._region(buffer, middle, end, total - left, line + left)
                return
        self._each_line(buffer, start, end, line)

    def _take_proven(
        self, buffer: bytearray, start: int, end: int, line: int, found: list[tuple[Key, int]]
    ) -> None:
        for key, count in found:
            self._add(key, count)
            if key[0] == RECORD and not self.versions.knows(str(key[1])):
                # A stream whose head looks like those of others, but was never parsed.
                first = self._heads.first(buffer, start, end, key)
                if first >= 0:
                    stop = buffer.find(b"\n", first, end) + 1
                    self._sample(buffer, first, stop, line + buffer.count(b"\n", start, first) + 1)

    def _each_line(self, buffer: bytearray, start: int, end: int, line: int) -> None:
        while start < end and not self.fatal:
            line += 1
            stop = buffer.find(b"\n", start, end) + 1
            if stop == start + 1:
                self._cut(start, stop)
                start = stop
                continue
            key = self._heads.match(buffer, start, stop)
            if key is None:
                key = self._parse(bytes(buffer[start:stop]), start, line)
            if key is not None:
                self._add(key, 1)
                if key[1] in self._drop and key[0] != STATE:
                    self.dropped.add(str(key[1]))
                    self._cut(start, stop)
            elif not self.fatal:
                self._cut(start, stop)
            start = stop

    def _parse(self, line: bytes, start: int, number: int) -> Optional[tuple[str, Optional[str]]]:
        found = read_line(line)
        if isinstance(found, OtherLine):
            if found.fatal:
                self._stop(start, BadLine(number, found.reason, line[:SHOWN]))
            elif found != blank:
                self.bad += 1
                self._list(BadLine(number, found.reason, line[:SHOWN]))
            return None
        if found.recovered:
            self.recovered += 1
            self._list(BadLine(number, f"text in front of a {found.kind}", line[:SHOWN], True))
        self._take(found, line, start, number)
        if self.fatal:
            return None
        if found.skip and found.stream not in self._drop:
            self._cut(start, start + found.skip)
        return found.kind, found.stream

    def _take(self, message: Message, line: bytes, start: int, number: int) -> None:
        """Handles what is only known from the parsed message."""
        kind, stream = message.kind, message.stream
        refusal = None
        if kind == RECORD and message.fields:
            refusal = self.versions.record(str(stream), message.fields.get("version"))
            if self._last and not message.head:
                self._last.take(str(stream), line)
            if self._checks and (message.skip or not message.head):
                self._refuse(
                    start, self._checks.wrong(str(stream), message.fields.get("record")), number
                )
        elif kind == ACTIVATE_VERSION:
            refusal = self.versions.activate(
                str(stream), message.fields.get("version"), self._version_before(str(stream), start)
            )
            if self._inspection and not refusal:
                waits = any(batch[0] == stream for batch in self.batches)
                self._refuse(
                    start,
                    self._inspection.activate(
                        str(stream),
                        message.fields.get("version"),
                        None if waits else self.loaded().get(str(stream), 0),
                    ),
                    number,
                )
        elif kind == BATCH:
            self.batches.append(
                (str(stream), {name: message.fields.get(name) for name in ("manifest", "encoding")})
            )
        elif kind == SCHEMA and (message.skip or not message.head):
            self._odd_schemas.append((start + message.skip, str(stream)))
        if refusal:
            self._stop(start, BadLine(number, refusal, line[:SHOWN]))
        elif kind == STATE and (message.skip or not message.head):
            self._state_lines.odd(start, message.value)
        elif message.head and kind not in (ACTIVATE_VERSION, BATCH):
            self._heads.learn(message.head, kind, stream)

    def _version_before(self, stream: str, start: int) -> Any:
        """The version of the last record of a stream before `start` in the block, if needed."""
        record = self._last.before(self._buffer, start, stream) if self._last else None
        if record is None:
            return None
        self.versions.record(stream, record.fields.get("version"))
        return record.fields.get("version")

    def _versioned(self) -> int:
        return sum(
            count
            for (kind, stream), count in self.counts.items()
            if kind == RECORD and not self.versions.lacks(str(stream))
        )

    def _find_versionless(self, buffer: bytearray, end: int, records: int) -> None:
        """Finds records without a version in `records` of streams whose first record had one."""
        if buffer.count(b'"version"', 0, end) >= records:
            return
        start, number = 0, self.lines
        while start < end and not self.fatal:
            number += 1
            stop = buffer.find(b"\n", start, end) + 1
            if buffer.find(b'"version"', start, stop) < 0:
                self._sample(buffer, start, stop, number)
            start = stop

    def _sample(self, buffer: bytearray, start: int, stop: int, number: int) -> None:
        """Checks the version of a record that is known only by its head."""
        if self.fatal or stop - start > _LONGEST_SAMPLE:
            return
        key = self._heads.match(buffer, start, stop)
        found = read_line(bytes(buffer[start:stop])) if key and key[0] == RECORD else None
        if isinstance(found, Message):
            refusal = self.versions.record(str(found.stream), found.fields.get("version"))
            if refusal:
                self._stop(
                    start,
                    BadLine(number, refusal, bytes(buffer[start : min(stop, start + SHOWN)])),
                )

    def _take_schemas(self, buffer: bytearray) -> None:
        """Finds the SCHEMA messages in the block; those that a tap only repeats are not looked at."""
        end = self._reach
        if not self._odd_schemas and self.schemas.repeated(buffer, end, self._described):
            return
        for start, stream in sorted({*self._heads.schemas(buffer, end), *self._odd_schemas}):
            if start >= self._reach:
                return
            stop = buffer.find(b"\n", start, end) + 1
            text = bytes(buffer[start:stop])
            if text == self.schemas.last.get(stream):
                continue
            number = self._number(start)
            if self.schemas.take(number, stream, text) and self._inspection:
                refusal = self._inspection.schema(stream, text)
                self._refuse(buffer.rfind(b"\n", 0, start) + 1, refusal, number)

    def _check_columns(self, checks: ColumnChecks, buffer: bytearray) -> None:
        offense = checks.first(self._heads, buffer, self._reach, self._recent)
        if offense:
            self._refuse(offense.start, offense.text, self._number(offense.start))

    def _take_states(self, buffer: bytearray, end: int) -> None:
        refused = self._state_lines.take(buffer, end)
        if refused:
            start, reason, line = refused
            self._stop(start, BadLine(self._number(start), reason, line[:SHOWN]))

    def _check_text(self, buffer: bytearray, end: int) -> None:
        with memoryview(buffer) as view, view[:end] as part:
            try:
                codecs.utf_8_decode(part, "strict", True)
                return
            except UnicodeDecodeError as error:
                position = error.start
        start = buffer.rfind(b"\n", 0, position) + 1
        number = self._number(start)
        key = self._heads.match(buffer, start, buffer.find(b"\n", start, end) + 1)
        stream = f' of stream "{key[1]}"' if key and key[1] else ""
        self._note(number, f"{stream} is not valid UTF-8: passed on as it is")
