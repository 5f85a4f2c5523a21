"""The block of a stream that is being scanned."""

from __future__ import annotations

from typing import Optional

from .codes import EXPECTATION
from .totals import BadLine, Totals

SHOWN = 4096
"""Number of bytes of a bad line that are kept."""

Cut = tuple[int, int]
"""(start, end) of a byte range in a block that the target must not get."""


class Block(Totals):
    """Totals of the blocks before, and which bytes of the current block the target must not get."""

    def __init__(self, keep_bad: int, hard_delete: bool, remember: bool, live: bool) -> None:
        super().__init__(keep_bad, hard_delete, remember, live)
        self._cuts: list[Cut] = []
        self._buffer, self._end = bytearray(), 0

    def _begin(self, buffer: bytearray, end: int) -> None:
        self._cuts, self._buffer, self._end = [], buffer, end

    @property
    def _reach(self) -> int:
        """Up to where the target gets the block."""
        return self._cuts[-1][0] if self.fatal else self._end

    def _number(self, start: int) -> int:
        """Number of the line that starts at `start`."""
        return self.lines + self._buffer.count(b"\n", 0, start) + 1

    def _cut(self, start: int, end: int) -> None:
        while self._cuts and self._cuts[-1][1] > start:
            self._cuts.pop()
        self._cuts.append((start, end))

    def _stop(self, start: int, line: BadLine) -> None:
        """Ends the stream before `start`."""
        self.fatal = line
        self._cut(start, self._end)

    def _refuse(self, start: int, refusal: Optional[str], number: int) -> None:
        """Stops at a message that is not as expected. Its text is not logged: it may hold personal data."""
        if refusal:
            self._stop(start, BadLine(number, refusal, b"", code=EXPECTATION))

    def _list(self, line: BadLine) -> None:
        if len(self.bad_lines) < self._keep_bad:
            self.bad_lines.append(line)
