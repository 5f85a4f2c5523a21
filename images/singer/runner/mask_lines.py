"""Masks the lines of a tap, block by block. What is not a message is replaced: it may be part of a record."""

from __future__ import annotations

import re
from typing import Optional

from .bookmark_places import names_in
from .codes import BAD_STREAM, USAGE, RunnerError
from .mask_rules import ColumnMasks, StreamMask, names_pattern, refuse_replication_key
from .mask_runs import RunMask
from .mask_schema import masked_schema
from .mask_values import Hasher, RecordMask
from .messages import ACTIVATE_VERSION, BATCH, RECORD, SCHEMA, STATE, Message, read_line
from .other_lines import OtherLine, blank

_LEFT_OUT = b"(not a Singer message; the text is left out, because the pipeline masks columns)"
_BEFORE = b"(text)"
_MOST_PASSING = 200
_RECORD = re.compile(rb'[^{}]*?"record"\s*:\s*\{')


class _Run:
    """Records of a masked stream that start with the same bytes."""

    def __init__(self, start: bytes, mask: RunMask, record: RecordMask) -> None:
        self.start = start
        self.mask = mask
        self.record = record
        self._next = b"\n" + start
        self._end = re.compile(rb"\n(?!" + re.escape(start) + rb")")

    def stop(self, block: bytes, place: int) -> tuple[int, int]:
        """Where the run that starts at `place` ends, and its number of lines."""
        lines = block.count(b"\n", place)
        if block.count(self._next, place) + 1 == lines:
            return len(block), lines
        found = self._end.search(block, place)
        stop = found.start() + 1 if found else len(block)
        return stop, block.count(b"\n", place, stop)


class MaskedLines:
    """Masks what a tap sends."""

    def __init__(self, masks: ColumnMasks, hasher: Hasher) -> None:
        self._masks = masks
        self._hasher = hasher
        self._records: dict[str, RecordMask] = {}
        self._quick: dict[str, RunMask] = {}
        self._runs: list[_Run] = []
        self._passing: dict[bytes, bytes] = {}
        """How records of streams without a mask begin, and their part before the stream's name."""
        self._passes: Optional[re.Pattern[bytes]] = None
        self._passing_end = re.compile(rb"\Z")
        self._in_state: Optional[re.Pattern[bytes]] = None
        self._number = 0

    def feed(self, block: bytes) -> list[bytes]:
        """What the target gets of a block of whole lines. RunnerError for what cannot be masked."""
        out: list[bytes] = []
        place, end = 0, len(block)
        while place < end:
            stop = self._pass(block, place, out) or self._run(block, place, out)
            if not stop:
                stop = block.find(b"\n", place) + 1
                self._number += 1
                out.append(self._line(block[place:stop]))
            place = stop
        return out

    def _pass(self, block: bytes, place: int, out: list[bytes]) -> int:
        """Where the records from `place` on that belong to streams without a mask end; 0 for none."""
        if not self._passes or not self._passes.match(block, place):
            return 0
        found = self._passing_end.search(block, place)
        stop = found.start() + 1 if found else len(block)
        part = block[place:stop]
        lines = part.count(b"\n")
        # A second message in a line, after one that was cut off, may be of a stream with a mask.
        if sum(map(part.count, set(self._passing.values()))) != lines:
            stop = block.find(b"\n", place) + 1
            self._number += 1
            out.append(self._line(block[place:stop]))
            return stop
        out.append(part)
        self._number += lines
        return stop

    def _run(self, block: bytes, place: int, out: list[bytes]) -> int:
        """Where the records of a masked stream from `place` on end, if they were masked; 0 for none."""
        for number, run in enumerate(self._runs):
            if block.startswith(run.start, place):
                if number:
                    self._runs.insert(0, self._runs.pop(number))
                stop, lines = run.stop(block, place)
                part = block[place:stop] if place or stop < len(block) else block
                masked = run.mask.masked(part, lines, run.start)
                if masked is not None:
                    out.append(masked)
                    self._number += lines
                else:
                    for line in part.split(b"\n")[:-1]:
                        self._number += 1
                        out.append(self._parsed(run, line + b"\n"))
                return stop
        return 0

    def _parsed(self, run: _Run, line: bytes) -> bytes:
        """A line that begins like the records of a run."""
        try:
            return _masked_text(run.record, line)
        except (ValueError, IndexError, RecursionError):
            # What is wrong with it is found out as for any other line.
            return self._line(line, learn=False)

    def _line(self, line: bytes, learn: bool = True) -> bytes:
        found = read_line(line)
        if isinstance(found, OtherLine):
            if found.fatal:
                raise RunnerError(BAD_STREAM, f"bad stream: line {self._number}: {found.reason}")
            return line if found == blank else _LEFT_OUT + b"\n"
        masked = self._message(found, line[found.skip :], learn and not found.skip)
        return _BEFORE + masked if found.recovered else masked

    def _message(self, message: Message, line: bytes, learn: bool) -> bytes:
        if message.kind == STATE:
            self._check_state(message, line)
            return line
        stream = message.stream
        if message.kind == SCHEMA and stream is not None:
            self._masks.sent.add(stream)
        mask = self._masks.of(stream) if stream is not None else None
        if stream is None or mask is None:
            if learn and message.kind == RECORD and message.head:
                self._learn_passing(message)
            return line
        if message.kind == RECORD:
            if not mask.has_schema:
                raise RunnerError(
                    BAD_STREAM,
                    f'bad stream: line {self._number}: a RECORD of stream "{stream}" came before its SCHEMA, so it cannot be masked',
                )
            return self._record(message, mask, line, learn)
        if message.kind == SCHEMA:
            masked = masked_schema(line, mask)
            # It may have more properties that a pattern matches.
            self._quick.pop(stream, None)
            record = self._records.pop(stream, None)
            self._runs = [run for run in self._runs if run.record is not record]
            self._in_state = names_pattern(self._masks.streams)
            return masked + b"\n"
        if message.kind == BATCH:
            raise RunnerError(
                USAGE,
                f'mask: the tap sends stream "{stream}" in files (BATCH), which cannot be masked; remove batch_config from its settings',
            )
        if message.kind != ACTIVATE_VERSION:
            raise RunnerError(
                USAGE,
                f'mask: the tap sent a message of type {message.kind} for stream "{stream}", which cannot be masked; remove the mask',
            )
        return line

    def _record(self, message: Message, mask: StreamMask, line: bytes, learn: bool) -> bytes:
        stream = mask.stream
        if stream not in self._records:
            self._records[stream] = RecordMask(mask, self._hasher)
            self._quick[stream] = RunMask(mask, self._hasher)
        head = message.head
        if learn and head and self._quick[stream].possible:
            start = len(head.opening + head.name + head.closing)
            found = _RECORD.match(line, start)
            if found and all(run.start != found[0] for run in self._runs):
                self._runs.insert(
                    0, _Run(line[: found.end()], self._quick[stream], self._records[stream])
                )
                del self._runs[_MOST_PASSING:]
        try:
            return _masked_text(self._records[stream], line)
        except (ValueError, IndexError, RecursionError):
            raise RunnerError(
                BAD_STREAM,
                f'bad stream: line {self._number}: a RECORD of stream "{stream}" cannot be read to be masked',
            ) from None

    def _learn_passing(self, message: Message) -> None:
        head = message.head
        if not head or len(self._passing) >= _MOST_PASSING or not head.closing.endswith(b'"'):
            return
        whole = head.opening + head.name + head.closing
        if whole not in self._passing:
            self._passing[whole] = head.opening
            any_of = b"(?:" + b"|".join(map(re.escape, sorted(self._passing))) + b")"
            self._passes = re.compile(any_of)
            self._passing_end = re.compile(rb"\n(?!" + any_of + rb")")

    def _check_state(self, message: Message, line: bytes) -> None:
        """Fails if the bookmark of a masked stream names a masked property: its value would be saved."""
        if not self._in_state or not self._in_state.search(line):
            return
        state = message.value.value if message.value else None
        bookmarks = state.get("bookmarks") if isinstance(state, dict) else None
        if not isinstance(bookmarks, dict):
            # The state of an old tap does not show which stream a value belongs to.
            bookmarks = {mask.stream: state for mask in self._masks.streams}
        for stream, bookmark in bookmarks.items():
            mask = self._masks.of(stream)
            for name in names_in(bookmark) if mask else ():
                refuse_replication_key(mask, name)  # type: ignore[arg-type]


def _masked_text(record: RecordMask, line: bytes) -> bytes:
    return record.line(line.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
