"""Process tree of the runner: it ends with its parent, and sees what connectors leave behind (Linux).

On other systems nothing is visible, and only time limits end a run.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import sys
from typing import Callable, NamedTuple, Optional

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

File = tuple[int, int]
"""Device and inode of an open file: the same for all processes that have it open."""

_own: set[int] = set()
"""Children that another part of the runner waits for."""


def request_death(number: int, parent: int) -> None:
    """Makes the kernel send this process signal `number` when `parent` ends."""
    prctl = _prctl()
    if prctl:
        _request(prctl, number, parent)


def _request(prctl: Callable[[int, int], int], number: int, parent: int) -> None:
    prctl(_PR_SET_PDEATHSIG, number)
    # The parent may have ended already.
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def die_with_parent() -> Optional[Callable[[], None]]:
    """Runs in a child between fork and exec: the child ends when the runner is killed."""
    # Looked up here, because as little as possible may happen between fork and exec.
    prctl = _prctl()
    parent = os.getpid()
    return (lambda: _request(prctl, signal.SIGKILL, parent)) if prctl else None


def adopt_orphans() -> None:
    """Makes daemons that connectors start children of the runner, so that it can find them."""
    prctl = _prctl()
    if prctl:
        prctl(_PR_SET_CHILD_SUBREAPER, 1)


def own(pid: int) -> None:
    """Registers `pid` as waited for, so that it is not reaped as an orphan."""
    _own.add(pid)


def forget() -> None:
    """Forgets all children: they are those of the process that this one was forked from."""
    _own.clear()


def reap_orphans() -> None:
    """Reaps adopted processes that have ended."""
    for pid in _children(os.getpid()):
        if pid not in _own:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def file_of(fd: int) -> File:
    """Identity of the file behind a descriptor."""
    found = os.fstat(fd)
    return found.st_dev, found.st_ino


class Holder(NamedTuple):
    """A process below the runner that has a file open."""

    pid: int
    path: str
    """Its descriptor, in /proc."""

    def written(self) -> int:
        """Bytes it has written so far to any file; -1 if unknown."""
        try:
            with open(f"/proc/{self.pid}/io", "rb") as file:
                return next(int(line.split()[1]) for line in file if line.startswith(b"wchar:"))
        except (OSError, StopIteration):
            return -1

    def waits_for_reader(self) -> bool:
        """The file is a full pipe."""
        try:
            if not stat.S_ISFIFO(os.stat(self.path).st_mode):
                return False
            fd = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            poll = select.poll()
            poll.register(fd, select.POLLOUT)
            return not poll.poll(0)
        finally:
            os.close(fd)

    def __str__(self) -> str:
        try:
            with open(f"/proc/{self.pid}/comm", encoding="utf-8", errors="replace") as file:
                return f"{file.read().strip()}, process {self.pid}"
        except OSError:
            return f"process {self.pid}"


def holders(files: set[File]) -> list[Holder]:
    """Processes below the runner that have one of `files` open."""
    found = [_holder(pid, files) for pid in descendants()] if files else []
    return [holder for holder in found if holder]


def _holder(pid: int, files: set[File]) -> Optional[Holder]:
    folder = f"/proc/{pid}/fd"
    try:
        descriptors = os.listdir(folder)
    except OSError:
        return None
    for name in descriptors:
        path = f"{folder}/{name}"
        try:
            there = os.stat(path)
        except OSError:
            continue
        if (there.st_dev, there.st_ino) in files:
            return Holder(pid, path)
    return None


def sees_all() -> bool:
    """Whether there are processes below the runner and it can see the open files of all of them."""
    pids = descendants()
    return bool(pids) and all(os.access(f"/proc/{pid}/fd", os.R_OK | os.X_OK) for pid in pids)


def descendants() -> list[int]:
    """All processes below the runner, including ended ones that were not reaped."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def kill(pids: list[int]) -> None:
    """Sends SIGKILL to each."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def _children(pid: int) -> list[int]:
    folder = f"/proc/{pid}/task"
    found: list[int] = []
    try:
        for thread in os.listdir(folder):
            with open(f"{folder}/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    except OSError:
        pass
    return found


def _prctl() -> Optional[Callable[[int, int], int]]:
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return ctypes.CDLL(None).prctl
