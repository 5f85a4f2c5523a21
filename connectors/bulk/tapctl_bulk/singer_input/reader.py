"""Messages of an input. RECORD lines are recognized by their first bytes and never parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO

import msgspec

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.common.exact_json import Json, loads
from tapctl_bulk.singer_input.blocks import BLOCK_BYTES, IDLE_SECONDS, read_blocks
from tapctl_bulk.singer_input.damage import damaged_line
from tapctl_bulk.singer_input.messages import (
    ActivateVersion,
    Message,
    Pause,
    Records,
    Schema,
    State,
)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
RECORD_START = re.compile(rb'\{"type": ?"RECORD", ?"stream": ?"([^"\\]*)", ?"record": ?\{')

SEVERAL_BLOCKS = 4 * BLOCK_BYTES
"""Larger blocks have large rows, whose lines are not copied."""


class _Envelope(msgspec.Struct):
    type: str
    stream: str | None = None
    version: int | None = None
    value: msgspec.Raw = msgspec.Raw(b"")


def read_messages(descriptor: int, idle_seconds: float = IDLE_SECONDS) -> Iterator[Message]:
    """Yield the messages of an input in order.

    Raises:
        ConnectorError: A line is damaged, or of a kind that targets of this package do not load.
    """
    reader = _Reader()
    for block in read_blocks(descriptor, idle_seconds):
        if block == b"":
            yield Pause()
        else:
            yield from reader.read(block)
        del block  # Not kept while the next one is read.


class _Reader:
    def __init__(self) -> None:
        self._line = 1
        self._envelopes = msgspec.json.Decoder(_Envelope)
        self._schemas: dict[str, bytes] = {}
        self._run_ends: dict[bytes, re.Pattern[bytes]] = {}
        self._pending: dict[str, _Run] = {}

    def read(self, block: bytes) -> Iterator[Message]:
        """Yield the messages of a block of whole lines."""
        position = 0
        if self._line == 1 and block.startswith(BYTE_ORDER_MARK):
            position = len(BYTE_ORDER_MARK)
        self._check_encoding(block)
        while position < len(block):
            start = RECORD_START.match(block, position)
            if start:
                lines, count = self._run(block, position, start[0])
                end = position + len(lines)
                self._add(start[1].decode(), lines, count)
            else:
                end = block.index(b"\n", position) + 1
                message = self._parse(block[position:end])
                if message:
                    yield from self._flush()
                    yield message
            position = end
        yield from self._flush()

    def _run(self, block: bytes, position: int, start: bytes) -> tuple[bytes, int]:
        """The lines in a row that start with these bytes, and how many there are."""
        if position == 0 and len(block) <= SEVERAL_BLOCKS:
            # Most blocks are such a row from end to end. If the first and the last line in
            # alphabetical order start with these bytes, so do all.
            lines = BytesIO(block).readlines()
            if min(lines).startswith(start) and max(lines).startswith(start):
                return block, len(lines)
        end = self._run_end(start).search(block, position).end()  # type: ignore[union-attr]
        return block[position:end], block.count(b"\n", position, end)

    def _run_end(self, start: bytes) -> re.Pattern[bytes]:
        """A pattern for the end of the last line in a row that starts with these bytes."""
        pattern = self._run_ends.get(start)
        if pattern is None:
            pattern = self._run_ends[start] = re.compile(rb"\n(?!" + re.escape(start) + rb")")
        return pattern

    def _add(self, stream: str, lines: bytes, count: int) -> None:
        if stream not in self._schemas:
            raise damaged_line(self._line, lines[:200], "is a RECORD before a SCHEMA", stream)
        self._pending.setdefault(stream, _Run()).add(lines, self._line, count)
        self._line += count

    def _flush(self) -> Iterator[Records]:
        pending, self._pending = self._pending, {}
        for stream, run in pending.items():
            yield run.records(stream)

    def _parse(self, line: bytes) -> Message | None:
        """Parse any line; a RECORD is kept for later."""
        if not line.strip():
            self._line += 1
            return None
        try:
            envelope = self._envelopes.decode(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise damaged_line(self._line, line, _reason(line, error)) from error
        if envelope.type == "RECORD":
            if envelope.stream is None:
                raise damaged_line(self._line, line, "is a RECORD without a stream")
            self._add(envelope.stream, line, 1)
            return None
        message = self._message(envelope, line)
        self._line += 1
        return message

    def _message(self, envelope: _Envelope, line: bytes) -> Message | None:
        if envelope.type == "STATE":
            if not bytes(envelope.value):
                raise damaged_line(self._line, line, "is a STATE without a value")
            return State(bytes(envelope.value), self._line)
        if envelope.type not in ("SCHEMA", "ACTIVATE_VERSION", "BATCH"):
            raise damaged_line(self._line, line, f"has the unknown type {envelope.type}")
        stream = envelope.stream
        if stream is None:
            raise damaged_line(self._line, line, f"is a {envelope.type} without a stream")
        if envelope.type == "SCHEMA":
            return self._schema(stream, line)
        if envelope.type == "BATCH":
            raise ConnectorError(
                f'line {self._line} of the input is a BATCH message of stream "{stream}", which this target does not load',
                'Remove "batch_config" from the settings of the tap',
            )
        if envelope.version is None:
            raise damaged_line(self._line, line, "is an ACTIVATE_VERSION without a version")
        return ActivateVersion(stream, envelope.version, self._line)

    def _schema(self, stream: str, line: bytes) -> Schema | None:
        if self._schemas.get(stream) == line:
            return None
        message = loads(line)
        assert isinstance(message, dict)
        schema = message.get("schema")
        if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
            raise damaged_line(self._line, line, "is a SCHEMA without properties", stream)
        self._schemas[stream] = line
        return Schema(stream, schema, _texts(message.get("key_properties")), self._line)

    def _check_encoding(self, block: bytes) -> None:
        if block.isascii():
            return
        try:
            block.decode()
        except UnicodeDecodeError as error:
            start = block.rfind(b"\n", 0, error.start) + 1
            line = block[start : block.index(b"\n", error.start)]
            number = self._line + block.count(b"\n", 0, error.start)
            raise damaged_line(number, line, "is not UTF-8") from error


class _Run:
    """Lines of a stream that are not yielded yet."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._runs: list[tuple[int, int]] = []
        self._count = 0

    def add(self, lines: bytes, number: int, count: int) -> None:
        self._lines.append(lines)
        self._count += count
        if self._runs and sum(self._runs[-1]) == number:
            self._runs[-1] = (self._runs[-1][0], self._runs[-1][1] + count)
        else:
            self._runs.append((number, count))

    def records(self, stream: str) -> Records:
        data = self._lines[0] if len(self._lines) == 1 else b"".join(self._lines)
        return Records(stream, data, self._count, tuple(self._runs))


def _reason(line: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if isinstance(error, msgspec.ValidationError) and line.lstrip().startswith(b"{"):
        return "is not a Singer message"
    return "is not JSON"


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
