"""Lines that begin alike, for which one operation on all of them does the work of one on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import repeat
from typing import Callable, Generic, Optional, Protocol, TypeVar

_PART = 128 << 10
_SHORT = 64 << 10
"""Longer lines are not copied: they need more memory than they save time."""


def split_lines(text: bytes) -> list[bytes]:
    """The lines of a text, each with its line break."""
    return BytesIO(text).readlines()


class Lines:
    """A text of whole lines, and how many they are."""

    def __init__(self, text: bytes, lines: Optional[list[bytes]] = None) -> None:
        if lines is None and text.find(b"\n") < _SHORT:
            lines = split_lines(text)
        self.text = text
        self.each = lines
        """The lines; None if they are very long."""
        self.count = text.count(b"\n") if lines is None else len(lines)

    def start_with(self, *starts: bytes) -> bool:
        """Whether each line starts with one of `starts`, of which none is the beginning of another."""
        text = self.text
        if self.each and len(starts) == 1:
            # In their order, all lines are between these two.
            return min(self.each).startswith(starts) and max(self.each).startswith(starts)
        return self.count == sum(
            text.count(b"\n" + start) + text.startswith(start) for start in starts
        )

    def have_last_brace_at(self, place: int) -> bool:
        """Whether the last opening brace of each line is at a place."""
        if self.text.rfind(b"{", 0, self.text.find(b"\n")) != place:
            return False
        lines = split_lines(self.text) if self.each is None else self.each
        return set(map(bytes.rfind, lines, repeat(b"{"))) == {place}

    def have_one_record(self) -> bool:
        """Whether no line has a second RECORD, after one that was cut off, if each has one."""
        return self.text.count(b'"RECORD"') == self.count


class Run(Protocol):
    """What lines with the same beginning have in common."""

    @property
    def start(self) -> bytes:
        """The beginning."""


AnyRun = TypeVar("AnyRun", bound=Run)


class Runs(Generic[AnyRun]):
    """Runs by the beginning of their lines. None begins like another."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._by_start: dict[bytes, AnyRun] = {}
        self._lengths: list[int] = []

    def add(self, run: AnyRun) -> None:
        """Adds a run, instead of the oldest one if there are too many."""
        if run.start not in self._by_start and len(self._by_start) >= self._most:
            del self._by_start[next(iter(self._by_start))]
        self._by_start[run.start] = run
        if len(run.start) not in self._lengths:
            self._lengths.append(len(run.start))

    def keep(self, wanted: Callable[[AnyRun], bool]) -> None:
        """Removes the other runs."""
        self._by_start = {start: run for start, run in self._by_start.items() if wanted(run)}

    def find(self, line: bytes) -> Optional[AnyRun]:
        """The run that a line, or the first line of a text, belongs to."""
        for length in self._lengths:
            run = self._by_start.get(line[:length])
            if run is not None:
                return run
        return None


def parts_of(buffer: bytearray, end: int) -> Iterator[bytes]:
    """The whole lines in `buffer[:end]`, as many at a time as stay in the processor's cache while they are looked at."""
    start = 0
    with memoryview(buffer) as view:
        while start < end:
            stop = end
            if end - start > _PART:
                stop = buffer.rfind(b"\n", start, start + _PART) + 1
                stop = stop or buffer.find(b"\n", start + _PART, end) + 1
            yield bytes(view[start:stop])
            start = stop


def cut_before(text: bytes, starts: Iterable[bytes], most: int) -> list[bytes]:
    """The text cut before and after each line with one of `starts`; uncut if there are more than `most`."""
    places = []
    for start in starts:
        if text.startswith(start):
            places.append(0)
        place = text.find(b"\n" + start) + 1
        while place and len(places) <= most:
            places.append(place)
            place = text.find(b"\n" + start, place) + 1
    if len(places) > most:
        return [text]
    cuts = {cut for place in places for cut in (place, text.find(b"\n", place) + 1)}
    ends = sorted({*cuts, 0, len(text)})
    return [text[start:end] for start, end in zip(ends, ends[1:])]
