"""Running totals of a Singer stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .bookmarks import State
from .codes import BAD_STREAM
from .messages import RECORD, SCHEMA, STATE
from .schema_lines import SchemaLines
from .states import States
from .versions import Versions

_NOTED = 10


class BadLine(NamedTuple):
    """A line that is not a Singer message, or a message with text before it."""

    number: int
    """Line number, from 1; 0 if unknown."""
    reason: str
    """E.g. "not JSON"."""
    text: bytes
    """Its first bytes."""
    recovered: bool = False
    """Whether its message was loaded."""
    code: int = BAD_STREAM
    """Exit code of a run that it fails."""


class Totals:
    """What is known of a stream so far."""

    def __init__(self, keep_bad: int, hard_delete: bool, remember: bool, live: bool) -> None:
        self._keep_bad = keep_bad
        self.states = States(remember)
        self.lines = 0
        self.bytes = 0
        self.counts: dict[tuple[str, Optional[str]], int] = {}
        """Number of messages by (type, stream)."""
        self.stream_bytes: dict[str, int] = {}
        """About how many bytes the records of each stream have."""
        self.bad = 0
        """Number of bad lines."""
        self.recovered = 0
        """Number of messages recovered from after other text."""
        self.bad_lines: list[BadLine] = []
        """The first bad lines and recovered messages."""
        self.clean = True
        """Whether the target may get every byte."""
        self.fatal: Optional[BadLine] = None
        """A line that must not be passed on, nor anything after it."""
        self.versions = Versions(hard_delete, live)
        self.batches: list[tuple[str, Mapping[str, Any]]] = []
        """BATCH messages whose rows are not counted yet: the stream and the message."""
        self.batch_rows: dict[str, int] = {}
        """Rows in the files of BATCH messages, by stream."""
        self.batch_files = 0
        """Number of those files."""
        self.uncounted_files = 0
        """Those whose rows cannot be counted."""
        self.schemas = SchemaLines()
        """The SCHEMA messages."""
        self.dropped: set[str] = set()
        """Streams that occurred and were left out."""
        self._notes: list[tuple[int, str]] = []
        self._recent: dict[str, int] = {}
        """Number of records of the streams in the current block."""
        self._described: dict[str, int] = {}
        """Number of SCHEMA messages of the streams in the current block."""

    def of(self, kind: str) -> dict[str, int]:
        """Number of messages of a type by stream."""
        return {
            stream: count
            for (each, stream), count in self.counts.items()
            if each == kind and stream is not None
        }

    def total(self, kind: str) -> int:
        """Number of messages of a type."""
        return sum(count for (each, _), count in self.counts.items() if each == kind)

    @property
    def state(self) -> Optional[State]:
        """The state to save once everything is loaded, unchanged; None if there was no non-empty STATE."""
        return self.states.state

    @property
    def empty(self) -> bool:
        """Neither SCHEMA nor STATE."""
        return not self.total(SCHEMA) and not self.total(STATE)

    def loaded(self) -> dict[str, int]:
        """Number of records by stream, including those in BATCH files."""
        found = self.of(RECORD)
        for stream, rows in self.batch_rows.items():
            found[stream] = found.get(stream, 0) + rows
        return found

    @property
    def records(self) -> int:
        """Number of records of all streams, including those in BATCH files."""
        return self.total(RECORD) + sum(self.batch_rows.values())

    @property
    def notes(self) -> list[str]:
        """The first lines that were passed on although something is wrong with them."""
        return [f"line {number}{text}" for number, text in self._notes]

    def totals(self) -> tuple[Any, ...]:
        """Everything that `add` of another instance needs, in plain types."""
        sums = self.lines, self.bytes, self.bad, self.recovered
        bad = [tuple(line) for line in self.bad_lines]
        fatal = tuple(self.fatal) if self.fatal else None
        return (
            sums,
            list(self.counts.items()),
            bad,
            self._notes,
            self.states.totals(),
            self.clean,
            fatal,
            self.batches,
            self.versions.totals(),
            list(self.stream_bytes.items()),
            self.schemas.totals(),
        )

    def add(self, totals: tuple[Any, ...]) -> None:
        """Adds the totals of the part that directly follows this one."""
        (
            (lines, size, bad, recovered),
            counts,
            bad_lines,
            notes,
            states,
            clean,
            fatal,
            batches,
            versions,
            stream_bytes,
            schemas,
        ) = totals
        for key, count in counts:
            self._add(key, count)
        self._recent, self._described = {}, {}
        self.schemas.add(schemas, self.lines)
        for stream, count in stream_bytes:
            self.stream_bytes[stream] = self.stream_bytes.get(stream, 0) + count
        listed = [BadLine(line[0] + self.lines, *line[1:]) for line in bad_lines]
        self.bad_lines = (self.bad_lines + listed)[: self._keep_bad]
        for number, text in notes:
            self._note(number + self.lines, text)
        refusal = self.versions.add(versions)
        if fatal and not self.fatal:
            self.fatal = BadLine(fatal[0] + self.lines, *fatal[1:])
        elif refusal and not self.fatal:
            self.fatal = BadLine(0, refusal, b"")
        self.lines += lines
        self.bytes += size
        self.bad += bad
        self.recovered += recovered
        self.clean = self.clean and clean
        self.batches = self.batches + [tuple(batch) for batch in batches]
        self.states.add(states)

    def _add(self, key: tuple[str, Optional[str]], count: int) -> None:
        self.counts[key] = self.counts.get(key, 0) + count
        if key[0] == RECORD:
            self._recent[str(key[1])] = self._recent.get(str(key[1]), 0) + count
        elif key[0] == SCHEMA:
            self._described[str(key[1])] = self._described.get(str(key[1]), 0) + count

    def _attribute(self, size: int) -> None:
        """Adds the bytes of a block to the streams whose records it holds, by their number."""
        total = sum(self._recent.values())
        for stream, count in self._recent.items():
            self.stream_bytes[stream] = self.stream_bytes.get(stream, 0) + size * count // total
        self._recent = {}

    def _note(self, number: int, text: str) -> None:
        if len(self._notes) < _NOTED:
            self._notes.append((number, text))
