"""Counts the known kinds of lines in a block by their first bytes (heads)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Optional

from .messages import RECORD, SCHEMA, STATE, Head

_TRIES = 6
"""Heads counted individually, one pass over the block each; a regular expression for all of them
costs as much as six passes."""

_LONGEST_NAME = 1024
_CLOSED = re.compile(rb"\}[ \t\r]*\n\Z")

Key = tuple[str, Optional[str]]
"""(type, stream or None) of a message."""


class Heads:
    """Heads learned from parsed lines; the most frequent ones are tried first."""

    def __init__(self) -> None:
        self._keys: dict[bytes, Key] = {}
        self._order: list[bytes] = []
        self._states: list[bytes] = []
        self._lines: dict[Key, list[bytes]] = {}
        """How lines of a type and stream begin, including the end of the previous line; created on demand."""
        self._styles: dict[tuple[bytes, bytes], str] = {}
        self._patterns: dict[tuple[bytes, bytes, bytes], re.Pattern[bytes]] = {}
        self._many = False
        self.join = b"}\n"
        """How lines in the current block end; a line that ends differently cannot be recognized by its head alone."""

    def learn(self, head: Head, kind: str, stream: Optional[str]) -> None:
        """Learns that a line that starts with `head` is a `kind` of `stream`."""
        whole = head.opening + head.name + head.closing
        if whole in self._keys:
            return
        self._keys[whole] = (kind, stream)
        self._order.insert(0, whole)
        self._lines.clear()
        if kind == STATE:
            self._states.append(whole)
        if kind != STATE and (head.opening, head.closing) not in self._styles:
            # The bytes around the name are the same for all streams of a tap.
            self._styles[head.opening, head.closing] = kind

    def match(self, buffer: bytearray, start: int, end: int) -> Optional[Key]:
        """Type and stream of the line in `buffer[start:end]`, if its head is known and the line is complete."""
        if not buffer.endswith(self.join, start, end) and not _CLOSED.search(
            buffer, max(start, end - 64), end
        ):
            return None
        for head in self._order[:_TRIES]:
            if buffer.startswith(head, start, end):
                return self._keys[head]
        for opening, closing in self._styles:
            if buffer.startswith(opening, start, end):
                quote = buffer.find(b'"', start + len(opening), end)
                key = (
                    self._keys.get(bytes(buffer[start : quote + len(closing)]))
                    if quote >= 0
                    else None
                )
                if key:
                    return key
        return next(
            (self._keys[head] for head in self._states if buffer.startswith(head, start, end)), None
        )

    def count(self, buffer: bytearray, start: int, end: int, total: int) -> list[tuple[Key, int]]:
        """How many of the `total` lines in `buffer[start:end]` are of each known type and stream.

        A line counts if the previous one is complete. Counts that add up to `total` prove every line except
        the end of the last one.
        """
        if not self._many:
            found, left = self._count_first(buffer, start, end, total)
            if not left or len(self._order) <= _TRIES:
                return found
        found = self._count_all(buffer, start, end, total)
        self._many = len(found) > _TRIES
        if not self._many:
            seen = {key for key, _ in found}
            self._order.sort(key=lambda head: self._keys[head] not in seen)
        return found

    def states(self, buffer: bytearray, end: int) -> list[int]:
        """Where STATE lines with a known head start in `buffer[:end]`, in order."""
        found = [0 for head in self._states if buffer.startswith(head, 0, end)]
        for head in self._states:
            place = buffer.find(b"\n" + head, 0, end)
            while place >= 0:
                found.append(place + 1)
                place = buffer.find(b"\n" + head, place + 1, end)
        return sorted(found)

    def first(self, buffer: bytearray, start: int, end: int, key: Key) -> int:
        """Where the first line of a type and stream starts; -1 where its head cannot be found by its name."""
        for (opening, closing), kind in self._styles.items():
            head = opening + str(key[1]).encode() + closing
            if kind != key[0]:
                continue
            if buffer.startswith(head, start, end):
                return start
            place = buffer.find(self.join + head, start, end)
            if place >= 0:
                return place + len(self.join)
        return -1

    def lines(self, buffer: bytearray, end: int, key: Key) -> list[int]:
        """Where lines of a type and stream with a known head start in `buffer[:end]`, in order."""
        found = []
        for line in self._beginnings(key):
            if buffer.startswith(line[1:], 0, end):
                found.append(0)
            place = buffer.find(line, 0, end)
            while place >= 0:
                found.append(place + 1)
                place = buffer.find(line, place + 1, end)
        return sorted(found)

    def schemas(self, buffer: bytearray, end: int) -> list[tuple[int, str]]:
        """Where SCHEMA lines that look like known ones start in `buffer[:end]`, and their streams."""
        found = []
        for (opening, closing), kind in self._styles.items():
            for start in _openings(buffer, end, opening, closing) if kind == SCHEMA else ():
                name = start + len(opening)
                stop = buffer.find(b'"', name, end)
                text = bytes(buffer[name:stop])
                if stop > 0 and buffer.startswith(closing, stop, end) and b"\\" not in text:
                    found.append((start, text.decode("utf-8", "replace")))
        return sorted(found)

    def last(self, buffer: bytearray, end: int, key: Key) -> Optional[bytes]:
        """The last line of a type and stream in `buffer[:end]`; None if its head does not occur."""
        found = -1
        for line in self._beginnings(key):
            place = buffer.rfind(line, found + 1, end) + 1
            if place or (found < 0 and buffer.startswith(line[1:], 0, end)):
                found = place
        return bytes(buffer[found : buffer.find(b"\n", found, end) + 1]) if found >= 0 else None

    def _beginnings(self, key: Key) -> list[bytes]:
        """How lines of a type and stream begin, with the end of the line before them."""
        if key not in self._lines:
            named = {
                opening + str(key[1]).encode() + closing
                for (opening, closing), kind in self._styles.items()
                if kind == key[0]
            }
            self._lines[key] = [
                b"\n" + head
                for head in named.union(head for head, known in self._keys.items() if known == key)
            ]
        return self._lines[key]

    def _count_first(
        self, buffer: bytearray, start: int, end: int, total: int
    ) -> tuple[list[tuple[Key, int]], int]:
        found = []
        left, most, first = total, 0, 0
        for place, head in enumerate(self._order[:_TRIES]):
            count = self._count(buffer, head, start, end)
            if count:
                found.append((self._keys[head], count))
                left -= count
            if count > most:
                most, first = count, place
            if not left:
                break
        if first:
            self._order.insert(0, self._order.pop(first))
        return found, left

    def _count_all(
        self, buffer: bytearray, start: int, end: int, total: int
    ) -> list[tuple[Key, int]]:
        totals: Counter[Key] = Counter()
        for head in self._states:
            totals[self._keys[head]] += self._count(buffer, head, start, end)
        left = total - sum(totals.values())
        for style in sorted(self._styles, key=lambda each: self._styles[each] != RECORD):
            if not left:
                break
            kind, pattern = self._styles[style], self._pattern(style)
            names = Counter(pattern.findall(buffer, start, end))
            names.update(self._first_name(style, buffer, start, end))
            for name, count in names.items():
                totals[kind, name.decode("utf-8", "replace")] += count
                left -= count
        return [(key, count) for key, count in totals.items() if count]

    def _pattern(self, style: tuple[bytes, bytes]) -> re.Pattern[bytes]:
        key = (*style, self.join)
        if key not in self._patterns:
            pattern = (
                re.escape(self.join)
                + re.escape(style[0])
                + rb'([^"\\\x00-\x1f]*)'
                + re.escape(style[1])
            )
            self._patterns[key] = re.compile(pattern)
        return self._patterns[key]

    def _first_name(
        self, style: tuple[bytes, bytes], buffer: bytearray, start: int, end: int
    ) -> list[bytes]:
        # The first line of a block has no previous line.
        if not buffer.startswith(style[0], start, end):
            return []
        reach = min(end, start + len(style[0]) + _LONGEST_NAME + len(style[1]))
        first = self._pattern(style).match(self.join + bytes(buffer[start:reach]))
        return [first[1]] if first else []

    def _count(self, buffer: bytearray, head: bytes, start: int, end: int) -> int:
        return buffer.count(self.join + head, start, end) + buffer.startswith(head, start, end)


def _openings(buffer: bytearray, end: int, opening: bytes, closing: bytes) -> Iterator[int]:
    """Where lines start that may have this head, of which one part names the type of the message."""
    by_opening = SCHEMA.encode() in opening
    needle = b"\n" + opening if by_opening else closing
    if by_opening and buffer.startswith(opening, 0, end):
        yield 0
    place = buffer.find(needle, 0, end)
    while place >= 0:
        start = place + 1 if by_opening else buffer.rfind(b"\n", 0, place) + 1
        if by_opening or (
            buffer.startswith(opening, start, end)
            and buffer.find(b'"', start + len(opening), end) == place
        ):
            yield start
        place = buffer.find(needle, place + 1, end)
