"""What the kernel offers on pipes beyond reading and writing."""
from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import time

_F_SETPIPE_SZ = 1031
_SIZE = 1 << 20
_ENOUGH = 64 << 10
_PATIENCE_SECONDS = 0.05


def enlarge(fd: int) -> None:
    """Gives a pipe 1 MiB, as far as the system allows (Linux only)."""
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
    """Bytes that lie in the pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def gather(fd: int) -> None:
    """Waits for a read that is worth its cost: 64 KiB, 50 ms after the first byte, or the end.

    Taps of the Singer SDK flush each record; without this the relay and the target would
    pay a pair of system calls per record.
    """
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    events = poll.poll()
    until = time.monotonic() + _PATIENCE_SECONDS
    nap = 0.001
    while not events[0][1] & select.POLLHUP and unread(fd) < _ENOUGH:
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(nap, left))
        nap *= 2
        events = poll.poll(0) or events
