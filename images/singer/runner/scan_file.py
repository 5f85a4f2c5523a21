"""Scans an extract in a file, a large one on two processors."""

from __future__ import annotations

import marshal
import os
import signal
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from .blocks import BLOCK, blocks
from .descent import request_death
from .scan import Scanner
from .states import States

if TYPE_CHECKING:
    from .column_checks import ColumnChecks

_WORTH_TWO = 64 << 20
_LONGEST_SEARCH = 64 << 20

Check = Callable[[], None]


class Limits(NamedTuple):
    """Limits and options of a scan."""

    max_bad: int
    """Number of bad lines after which it ends early."""
    partial: bool
    """The tap failed: a last line without newline is left out."""
    hard_delete: bool
    """The target deletes rows on an ACTIVATE_VERSION."""
    checks: Optional[ColumnChecks] = None
    """Expectations of values."""


def scan_file(fd: int, path: Optional[str], limits: Limits, check: Check) -> tuple[Scanner, bool]:
    """The totals of the file, and whether its last line was incomplete and left out.

    `path` allows a second process to open the file; `check` is called often and may raise. The
    scan ends early at a line that fails the run.
    """
    size = os.fstat(fd).st_size
    middle = _middle(fd, size) if path and size >= _WORTH_TWO and _processors() > 1 else size
    helper = _Helper(str(path), middle, size, limits) if middle < size else None
    try:
        scanner, cut = _scan_part(fd, 0, middle, limits, check)
        if helper:
            found = helper.result(check)
            if found is None:
                rest, cut = _scan_part(fd, middle, size, limits, check)
                found = rest.totals(), cut
            scanner.add(found[0])
            cut = found[1]
        return scanner, cut
    finally:
        if helper:
            helper.end()


def scan_states(fd: int, partial: bool) -> States:
    """The STATEs of a file without bad lines, remembered one by one."""
    return _scan_part(
        fd, 0, os.fstat(fd).st_size, Limits(0, partial, False), lambda: None, remember=True
    )[0].states


def _scan_part(
    fd: int, start: int, end: int, limits: Limits, check: Check, remember: bool = False
) -> tuple[Scanner, bool]:
    scanner = Scanner(
        keep_bad=limits.max_bad + 1,
        hard_delete=limits.hard_delete,
        remember=remember,
        checks=limits.checks,
    )
    os.lseek(fd, start, os.SEEK_SET)
    for buffer, stop, whole in blocks(fd, None, end - start):
        check()
        if not whole:
            if limits.partial:
                return scanner, True
            buffer[stop : stop + 1] = b"\n"
            stop += 1
        scanner.feed(buffer, stop)
        if scanner.fatal or scanner.bad > limits.max_bad:
            break
    return scanner, False


def _middle(fd: int, size: int) -> int:
    """The start of a line near the middle; `size` when there is none."""
    place = size // 2
    while place < min(size, size // 2 + _LONGEST_SEARCH):
        data = os.pread(fd, BLOCK, place)
        newline = data.find(b"\n")
        if newline >= 0:
            return place + newline + 1
        if not data:
            break
        place += len(data)
    return size


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Helper:
    """A forked process that scans a part of the file."""

    def __init__(self, path: str, start: int, end: int, limits: Limits) -> None:
        self._answer, answer = os.pipe()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                # The parent handles Ctrl-C and ends this process.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                request_death(signal.SIGKILL, parent)
                scanner, cut = _scan_part(
                    os.open(path, os.O_RDONLY), start, end, limits, lambda: None
                )
                with open(answer, "wb") as file:
                    file.write(marshal.dumps((scanner.totals(), cut)))
            finally:
                os._exit(0)
        os.close(answer)

    def result(self, check: Check) -> Optional[tuple[tuple[Any, ...], bool]]:
        """Its totals; None if it failed."""
        parts = []
        while True:
            check()
            data = os.read(self._answer, BLOCK)
            if not data:
                break
            parts.append(data)
        try:
            totals, cut = marshal.loads(b"".join(parts))
        except (EOFError, ValueError, TypeError):
            return None
        return totals, cut

    def end(self) -> None:
        """Kills it."""
        os.close(self._answer)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
