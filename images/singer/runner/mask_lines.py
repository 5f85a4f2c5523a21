"""Masks the lines of a tap, block by block. What is not a message is replaced: it may be part of a record."""

from __future__ import annotations

import re
from typing import Optional, Union

from .bookmark_places import names_in
from .codes import BAD_STREAM, USAGE, RunnerError
from .line_runs import Lines, Runs, cut_before, split_lines
from .mask_rules import ColumnMasks, StreamMask, names_pattern, refuse_replication_key
from .mask_runs import RunMask
from .mask_schema import masked_schema
from .mask_values import Hasher, RecordMask
from .messages import ACTIVATE_VERSION, BATCH, RECORD, SCHEMA, STATE, Message, read_line
from .other_lines import OtherLine, blank

_LEFT_OUT = b"(not a Singer message; the text is left out, because the pipeline masks columns)"
_BEFORE = b"(text)"
_MOST_RUNS = 200
_MOST_COUNTED = 4
_MOST_STATES = 4
_MOST_CUTS = 8
"""STATE messages in a block between which records are looked at together. For more, each line is looked at."""
_RECORD = re.compile(rb'[^{}]*?"record"\s*:\s*\{')


class _Passing:
    """Records of a stream without a mask."""

    def __init__(self, start: bytes, record_start: bytes) -> None:
        self.start = start
        self._record_start = record_start
        """How they begin, up to the brace of the record; empty if that is unknown or records hold objects."""

    def are_flat(self, lines: Lines) -> bool:
        """Whether all lines are such records without another brace, and thus without a second message."""
        if not self._record_start or not lines.start_with(self._record_start):
            return False
        if lines.have_last_brace_at(len(self._record_start) - 1):
            return True
        self._record_start = b""
        return False

    def masked(self, lines: Lines) -> Optional[bytes]:
        """The lines as they are; None if one may have a second message, which may need a mask."""
        return lines.text if lines.have_one_record() else None


class _Masked:
    """Records of a masked stream."""

    def __init__(self, start: bytes, mask: RunMask, record: RecordMask) -> None:
        self.start = start
        self.record = record
        self._mask = mask

    def masked(self, lines: Lines) -> Optional[bytes]:
        """The lines with their values masked; None if they must be parsed."""
        flat = lines.have_last_brace_at(len(self.start) - 1)
        return self._mask.masked(lines, self.start, flat)


_Run = Union[_Passing, _Masked]


class MaskedLines:
    """Masks what a tap sends."""

    def __init__(self, masks: ColumnMasks, hasher: Hasher) -> None:
        self._masks = masks
        self._hasher = hasher
        self._records: dict[str, RecordMask] = {}
        self._quick: dict[str, RunMask] = {}
        self._runs: Runs[_Run] = Runs(_MOST_RUNS)
        self._passing: list[bytes] = []
        """How the last streams without a mask begin."""
        self._states: list[bytes] = []
        """How STATE messages begin."""
        self._in_state: Optional[re.Pattern[bytes]] = None
        self._number = 0

    def feed(self, block: bytes) -> list[bytes]:
        """What the target gets of a block of whole lines. RunnerError for what cannot be masked."""
        whole = self._whole(block)
        if whole is not None:
            return [whole]
        cut = cut_before(block, self._states, _MOST_CUTS)
        if len(cut) == 1:
            return [self._mixed(block)]
        return [
            self._mixed(part) if (masked := self._whole(part)) is None else masked for part in cut
        ]

    def _whole(self, part: bytes) -> Optional[bytes]:
        """What becomes of a part in which all lines begin alike, or have no mask; None if it is not masked at once."""
        run = self._runs.find(part)
        if not run:
            return None
        lines = Lines(part)
        if isinstance(run, _Passing) and run.are_flat(lines):
            self._number += lines.count
            return part
        alike = lines.start_with(run.start) or (
            isinstance(run, _Passing) and lines.start_with(*self._passing)
        )
        masked = run.masked(lines) if alike else None
        self._number += lines.count if masked is not None else 0
        return masked

    def _mixed(self, part: bytes) -> bytes:
        """What becomes of the lines of a part. Those that begin alike are masked together."""
        lines = split_lines(part)
        before = self._number
        groups: dict[_Run, list[int]] = {}
        run: Optional[_Run] = None
        states = tuple(self._states)
        for place, line in enumerate(lines):
            if not run or not line.startswith(run.start):
                run = self._runs.find(line)
            if run:
                groups.setdefault(run, []).append(place)
                continue
            if not line.startswith(states):
                # It may be a SCHEMA, which does not change what comes before it.
                self._mask_groups(lines, groups, before)
                groups = {}
            self._number = before + place + 1
            lines[place] = self._line(line)
        self._mask_groups(lines, groups, before)
        self._number = before + len(lines)
        return b"".join(lines)

    def _mask_groups(self, lines: list[bytes], groups: dict[_Run, list[int]], before: int) -> None:
        """Masks the lines at the places of each run; `before` lines came before the first one."""
        for run, places in groups.items():
            own = [lines[place] for place in places]
            lines_of_run = Lines(b"".join(own), own)
            masked = run.masked(lines_of_run)
            if masked is lines_of_run.text:
                continue
            done = None if masked is None else split_lines(masked)
            if done is not None and len(done) == len(own):
                for place, line in zip(places, done):
                    lines[place] = line
                continue
            for place in places:
                self._number = before + place + 1
                lines[place] = self._parsed(run, lines[place])

    def _parsed(self, run: _Run, line: bytes) -> bytes:
        """What becomes of a line that begins like the records of a run."""
        try:
            if isinstance(run, _Masked):
                return _masked_text(run.record, line)
        except (ValueError, IndexError, RecursionError):
            pass
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
            if learn and message.head and message.head.opening not in self._states:
                self._states = [message.head.opening, *self._states][:_MOST_STATES]
            return line
        stream, head = message.stream, message.head
        if message.kind == SCHEMA and stream is not None:
            self._masks.sent.add(stream)
        mask = self._masks.of(stream) if stream is not None else None
        if stream is None or mask is None:
            if learn and message.kind == RECORD and head and head.closing.endswith(b'"'):
                start = head.opening + head.name + head.closing
                found = _RECORD.match(line, len(start))
                self._runs.add(_Passing(start, line[: found.end()] if found else b""))
                others = [each for each in self._passing if each != start]
                self._passing = [*others, start][-_MOST_COUNTED:]
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
            self._runs.keep(lambda run: not isinstance(run, _Masked) or run.record is not record)
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
        quick = self._quick[stream]
        if learn and head and quick.possible and quick.allows(message.fields):
            found = _RECORD.match(line, len(head.opening + head.name + head.closing))
            if found:
                start = line[: found.end()]
                self._runs.add(_Masked(start, quick, self._records[stream]))
        try:
            return _masked_text(self._records[stream], line)
        except (ValueError, IndexError, RecursionError):
            raise RunnerError(
                BAD_STREAM,
                f'bad stream: line {self._number}: a RECORD of stream "{stream}" cannot be read to be masked',
            ) from None

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
