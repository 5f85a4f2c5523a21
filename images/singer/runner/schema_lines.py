"""The SCHEMA messages of a Singer stream: one for each text, however often a tap repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_TEXTS = 20
"""Texts kept of a stream; of a tap that sends ever new ones, only the last one counts then."""
_COUNTED = 4
"""Streams whose repeated messages are counted one by one, a pass over the block each."""

Found = tuple[int, str, bytes]
"""Line number, stream and text of a SCHEMA."""


class SchemaLines:
    """The different SCHEMA messages so far."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        """The first message with each text, in order."""
        self.last: dict[str, bytes] = {}
        """The last message of each stream."""
        self._texts: dict[str, set[bytes]] = {}

    def repeated(self, buffer: bytearray, end: int, counts: Mapping[str, int]) -> bool:
        """Whether the block holds only repetitions: `counts` messages of each stream, all with its last text."""
        return len(counts) <= _COUNTED and all(
            stream in self.last and _count(buffer, end, self.last[stream]) == count
            for stream, count in counts.items()
        )

    def take(self, number: int, stream: str, text: bytes) -> bool:
        """Adds a message; returns whether its text is new."""
        self.last[stream] = text
        texts = self._texts.setdefault(stream, set())
        if text in texts or len(texts) >= _MOST_TEXTS:
            return False
        texts.add(text)
        self.found.append((number, stream, text))
        return True

    def totals(self) -> tuple[list[Found], list[tuple[str, bytes]]]:
        """Everything that `add` of another instance needs, in plain types."""
        return self.found, list(self.last.items())

    def add(self, totals: tuple[Any, Any], lines: int) -> None:
        """Adds the messages of the part that follows, after `lines` lines."""
        found, last = totals
        for number, stream, text in found:
            self.take(number + lines, stream, text)
        self.last.update(last)


def _count(buffer: bytearray, end: int, text: bytes) -> int:
    return buffer.count(b"\n" + text, 0, end) + buffer.startswith(text, 0, end)
