"""Reads a connector's output of any size and with lines of any length."""

from __future__ import annotations

import os
import select
import time
from typing import Callable

LINE_LIMIT = 1 << 20
"""Longest log line that is shown in full, in bytes."""

_STATE_LIMIT = 64 << 20
_CHUNK = 1 << 16
_KEPT = 1 << 18
_PAUSE_SECONDS = 0.25


def read_lines(fd: int, take: Callable[[bytes], None]) -> None:
    """Passes each line to `take` as it arrives, the last one with or without a newline, at most 64 MiB each."""
    pending: list[bytes] = []
    size = 0
    while True:
        data = os.read(fd, _CHUNK)
        *lines, rest = data.split(b"\n")
        for line in lines:
            take(b"".join(pending) + line)
            pending, size = [], 0
        if size < _STATE_LIMIT:
            pending.append(rest)
            size += len(rest)
        if not data:
            break
    if size:
        take(b"".join(pending))


class LogReader:
    """Passes each line of a log to `take`.

    Once `is_full`, only the newest lines are passed, a few times a second; `skip` counts the others.
    """

    def __init__(
        self,
        take: Callable[[bytes], None],
        is_full: Callable[[], bool],
        skip: Callable[[int], None],
    ) -> None:
        self.bytes = 0
        """How much was read."""
        self._take = take
        self._is_full = is_full
        self._skip = skip
        self._pending = bytearray()
        self._skipped = 0

    def read(self, fd: int) -> None:
        """Reads to the end."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        due = 0.0
        while True:
            if self._is_full():
                # In steps, so that a connector that floods its log does not keep the runner busy.
                left = due - time.monotonic()
                if left <= 0 or not poll.poll(left * 1000):
                    self._take_whole_lines()
                    due = time.monotonic() + _PAUSE_SECONDS
            else:
                self._take_whole_lines()
            data = os.read(fd, _CHUNK)
            if not data:
                break
            self.bytes += len(data)
            self._add(data)
        self._take_whole_lines()
        if self._pending:
            self._take(bytes(self._pending))

    def _add(self, data: bytes) -> None:
        pending = self._pending
        if b"\n" not in data and len(pending) > LINE_LIMIT:
            # One byte over the limit shows that the line was longer.
            return
        pending += data
        if len(pending) > 2 * _KEPT and self._is_full():
            end = pending.find(b"\n", len(pending) - _KEPT) + 1
            if end:
                self._skipped += pending.count(b"\n", 0, end)
                del pending[:end]

    def _take_whole_lines(self) -> None:
        end = self._pending.rfind(b"\n") + 1
        if not end:
            return
        lines = bytes(self._pending[: end - 1]).split(b"\n")
        del self._pending[:end]
        if self._skipped:
            self._skip(self._skipped)
            self._skipped = 0
        for line in lines:
            self._take(line)
