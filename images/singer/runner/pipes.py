"""Pipe operations beyond reading and writing."""

from __future__ import annotations

import fcntl
import os
import select
import sys
import termios
import time
from typing import Optional

_F_SETPIPE_SZ = 1031
_SIZE = 1 << 20
_ENOUGH = 64 << 10
_PATIENCE_SECONDS = 0.05


def enlarge(fd: int) -> None:
    """Enlarges a pipe's buffer to 1 MiB if the system allows it (Linux only)."""
    try:
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _SIZE)
    except OSError:
        pass


def large_pipe() -> tuple[int, int]:
    """A new pipe (read end, write end) with a large buffer."""
    read, write = os.pipe()
    enlarge(read)
    return read, write


def unread(fd: int) -> int:
    """Bytes in the pipe."""
    return int.from_bytes(fcntl.ioctl(fd, termios.FIONREAD, bytes(4)), sys.byteorder)


class Gatherer:
    """Waits until a read is worth its cost: 64 KiB, 50 ms after the first byte, or the end.

    Taps of the Singer SDK flush each record; without this the relay and the target would
    pay a pair of system calls per record.
    """

    def __init__(self) -> None:
        self._stopped, self._stop = os.pipe()
        self._left: Optional[int] = None
        self.cut_short = False
        """The pipe was still open when `finish` ended it."""

    def finish(self) -> None:
        """Treats the pipe as ended after its current content, although a process holds it open."""
        os.write(self._stop, b".")

    def __call__(self, fd: int) -> int:
        """How many bytes may be read; 0 after `finish` ended the pipe."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.register(self._stopped, select.POLLIN)
        events = dict(poll.poll())
        if self._stopped in events and not events.get(fd, 0) & select.POLLHUP:
            return self._remaining(fd)
        if self._stopped in events:
            return sys.maxsize
        poll.unregister(self._stopped)
        until = time.monotonic() + _PATIENCE_SECONDS
        nap = 0.001
        while not events.get(fd, 0) & select.POLLHUP and unread(fd) < _ENOUGH:
            left = until - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(nap, left))
            nap *= 2
            events = dict(poll.poll(0)) or events
        return sys.maxsize

    def _remaining(self, fd: int) -> int:
        """The bytes in the pipe when it was ended, minus the bytes read since."""
        now = unread(fd)
        self._left = now if self._left is None else min(now, self._left)
        self.cut_short = not self._left
        return self._left

    def took(self, count: int) -> None:
        """Records how many bytes were read."""
        if self._left is not None:
            self._left -= count
