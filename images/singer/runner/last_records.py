"""The last record of each stream, needed for an ACTIVATE_VERSION when the stream is not scanned first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from .heads import Heads
from .messages import RECORD, Message, read_line


class LastRecords:
    """Records are found by their heads, and only parsed on demand."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._lines: dict[str, bytes] = {}

    def take(self, stream: str, line: bytes) -> None:
        """Adds a record that cannot be found by its head."""
        self._lines[stream] = line

    def keep(self, buffer: bytearray, end: int, streams: Iterable[str]) -> None:
        """Keeps the last records of `streams` from the block `buffer[:end]`, which is about to be reused."""
        for stream in streams:
            line = self._heads.last(buffer, end, (RECORD, stream))
            if line:
                self._lines[stream] = line

    def before(self, buffer: bytearray, start: int, stream: str) -> Optional[Message]:
        """The last record of a stream before `start` in the block; None if there is none."""
        line = self._heads.last(buffer, start, (RECORD, stream)) or self._lines.get(stream)
        found = read_line(line) if line else None
        return found if isinstance(found, Message) else None
