"""Counts what is in a Singer stream, at memory speed.

A record is never parsed where its first bytes tell what it is. The first line of each kind and
stream is parsed; the bytes up to the name of its stream (its head) are then counted in whole
blocks. Where the counts of all heads add up to the number of lines, every line of the block is
proven; where they do not, the block is halved until the unknown lines are found, and those are
parsed.
"""
from __future__ import annotations

import codecs
from typing import Any, NamedTuple, Optional

from .heads import Heads
from .lossless import JsonText
from .messages import RECORD, SCHEMA, STATE, BadState, Message, read_line, state_value

_FEW_LINES = 16
_NOTED = 10
_SHOWN = 4096
_CONSTANTS = (b"NaN", b"Infinity")

Cut = tuple
"""(start, end) of bytes in a block that the target must not get."""


class BadLine(NamedTuple):
    """A line that is no Singer message."""

    number: int
    """Line number, from 1."""
    reason: str
    """E.g. "not JSON"."""
    text: bytes
    """Its first bytes."""


class Scanner:
    """Running totals of a stream fed block by block."""

    def __init__(self, drop: frozenset[str] = frozenset(), keep_bad: int = 1000) -> None:
        self._drop = drop
        self._keep_bad = keep_bad
        self._heads = Heads()
        self._odd_states: list[tuple[int, Optional[JsonText]]] = []
        self.lines = 0
        self.bytes = 0
        self.counts: dict[tuple[str, Optional[str]], int] = {}
        """Number of messages by (type, stream)."""
        self.bad = 0
        """Number of bad lines."""
        self.bad_lines: list[BadLine] = []
        """The first bad lines."""
        self.refused: Optional[BadLine] = None
        """The first STATE that cannot be kept: nothing from there on may be loaded."""
        self._notes: list[tuple[int, str]] = []
        self.dropped: set[str] = set()
        """Streams of `drop` that were met."""
        self.state: Optional[JsonText] = None
        """The last non-empty STATE, as it is written."""

    def feed(self, buffer: bytearray, end: int) -> list[Cut]:
        """Takes `buffer[:end]`, whole lines each with its newline; returns the parts to leave out, in order."""
        cuts: list[Cut] = []
        self._odd_states = []
        total = buffer.count(b"\n", 0, end)
        states = self.total(STATE)
        self._region(buffer, 0, end, total, self.lines, cuts)
        if self.total(STATE) > states and not self.refused:
            self._check_states(buffer, end)
            self._take_last_state(buffer, end)
        self._check_text(buffer, end)
        self.lines += total
        self.bytes += end
        return cuts

    def of(self, kind: str) -> dict[str, int]:
        """Number of messages of a type by stream."""
        return {stream: count for (each, stream), count in self.counts.items() if each == kind and stream is not None}

    def total(self, kind: str) -> int:
        """Number of messages of a type."""
        return sum(count for (each, _), count in self.counts.items() if each == kind)

    @property
    def empty(self) -> bool:
        """Neither SCHEMA nor STATE."""
        return not self.total(SCHEMA) and not self.total(STATE)

    @property
    def records(self) -> int:
        """Number of records of all streams."""
        return self.total(RECORD)

    @property
    def notes(self) -> list[str]:
        """Lines that were passed on although something is wrong with them, the first ones."""
        return [f"line {number}{text}" for number, text in self._notes]

    def totals(self) -> tuple[Any, ...]:
        """All that `add` of another scanner needs, in plain types."""
        bad = [tuple(line) for line in self.bad_lines]
        refused, state = self.refused and tuple(self.refused), self.state and self.state.text
        return self.lines, self.bytes, list(self.counts.items()), self.bad, bad, refused, self._notes, state

    def add(self, totals: tuple[Any, ...]) -> None:
        """Takes in the totals of what follows directly on what this scanner has seen."""
        lines, size, counts, bad, bad_lines, refused, notes, state = totals
        for key, count in counts:
            self._add(key, count)
        listed = [BadLine(number + self.lines, reason, text) for number, reason, text in bad_lines]
        self.bad_lines = (self.bad_lines + listed)[:self._keep_bad]
        if refused and not self.refused:
            self.refused = BadLine(refused[0] + self.lines, *refused[1:])
        for number, text in notes:
            self._note(number + self.lines, text)
        self.lines += lines
        self.bytes += size
        self.bad += bad
        self.state = JsonText(state) if state else self.state

    def _region(self, buffer: bytearray, start: int, end: int, total: int, line: int, cuts: list[Cut]) -> None:
        if not self._drop:
            found = self._heads.count(buffer, start, end, total)
            known = sum(count for _, count in found)
            if known == total:
                for key, count in found:
                    self._add(key, count)
                return
            middle = buffer.rfind(b"\n", start, (start + end) // 2) + 1
            if total > _FEW_LINES and (total - known) * 8 < total and start < middle:
                left = buffer.count(b"\n", start, middle)
                self._region(buffer, start, middle, left, line, cuts)
                self._region(buffer, middle, end, total - left, line + left, cuts)
                return
        self._each_line(buffer, start, end, line, cuts)

    def _each_line(self, buffer: bytearray, start: int, end: int, line: int, cuts: list[Cut]) -> None:
        while start < end:
            line += 1
            stop = buffer.find(b"\n", start, end) + 1
            key = self._heads.match(buffer, start, stop)
            if key is None:
                key = self._parse(bytes(buffer[start:stop]), start, line)
            if key is None or (key[1] in self._drop and key[0] != STATE):
                cuts.append((start, stop))
            if key is not None:
                self._add(key, 1)
                if key[1] in self._drop:
                    self.dropped.add(str(key[1]))
            start = stop

    def _parse(self, line: bytes, start: int, number: int) -> Optional[tuple[str, Optional[str]]]:
        try:
            message = read_line(line)
        except BadState as error:
            self._refuse(number, str(error), line)
            return STATE, None
        if not isinstance(message, Message):
            self.bad += 1
            if len(self.bad_lines) < self._keep_bad:
                self.bad_lines.append(BadLine(number, message, line[:_SHOWN]))
            return None
        if message.damaged:
            self._note(number, f" starts like a {message.kind} and is not JSON: passed on as it is")
        elif message.head:
            self._heads.learn(message.head, message.kind, message.stream)
        elif message.kind == STATE:
            self._odd_states.append((start, message.value))
        return message.kind, message.stream

    def _add(self, key: tuple[str, Optional[str]], count: int) -> None:
        self.counts[key] = self.counts.get(key, 0) + count

    def _check_states(self, buffer: bytearray, end: int) -> None:
        """Refuses a STATE that holds what some taps take for JSON."""
        if all(buffer.find(constant, 0, end) < 0 for constant in _CONSTANTS):
            return
        for start in self._heads.states(buffer, end):
            line = bytes(buffer[start:buffer.find(b"\n", start, end)])
            if any(constant in line for constant in _CONSTANTS):
                try:
                    read_line(line)
                except BadState as error:
                    self._refuse(self.lines + buffer.count(b"\n", 0, start) + 1, str(error), line)
                    return

    def _refuse(self, number: int, reason: str, line: bytes) -> None:
        if self.refused is None or number < self.refused.number:
            self.refused = BadLine(number, reason, line[:_SHOWN])

    def _take_last_state(self, buffer: bytearray, end: int) -> None:
        odd = self._odd_states
        while True:
            start = self._heads.last_state(buffer, end)
            if odd and odd[-1][0] > start:
                value = state_value(odd.pop()[1])
            elif start < 0:
                return
            else:
                try:
                    message = read_line(bytes(buffer[start:buffer.find(b"\n", start, end)]))
                except BadState as error:
                    line = self.lines + buffer.count(b"\n", 0, start) + 1
                    self._refuse(line, str(error), bytes(buffer[start:end]))
                    return
                value = state_value(message.value) if isinstance(message, Message) else None
                end = start
            if value is not None:
                self.state = value
                return

    def _check_text(self, buffer: bytearray, end: int) -> None:
        with memoryview(buffer) as view, view[:end] as part:
            try:
                codecs.utf_8_decode(part, "strict", True)
                return
            except UnicodeDecodeError as error:
                position = error.start
        start = buffer.rfind(b"\n", 0, position) + 1
        number = self.lines + buffer.count(b"\n", 0, start) + 1
        key = self._heads.match(buffer, start, end)
        stream = f' of stream "{key[1]}"' if key and key[1] else ""
        self._note(number, f"{stream} is not valid UTF-8: passed on as it is")

    def _note(self, number: int, text: str) -> None:
        if len(self._notes) < _NOTED:
            self._notes.append((number, text))
