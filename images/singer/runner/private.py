"""The private directory with the configuration that a connector reads."""

from __future__ import annotations

import fcntl
import os
import time
from typing import Callable

_PREFIX = "singer-runner-"
_LOCK = ".lock"
_SETTLED_SECONDS = 60


def make_private_dir() -> tuple[str, int]:
    """Creates a 0700 directory; returns it and the descriptor of the lock that shows its owner is alive.

    It is in memory (/dev/shm) if possible, else under TMPDIR or /tmp.
    """
    base = next(path for path in _bases() if os.access(path, os.W_OK | os.X_OK))
    sweep(base)
    path = os.path.join(base, _PREFIX + os.urandom(8).hex())
    os.mkdir(path, 0o700)
    lock = os.open(os.path.join(path, _LOCK), os.O_WRONLY | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return path, lock


def _bases() -> list[str]:
    chosen = os.environ.get("TMPDIR")
    return ([chosen] if chosen else ["/dev/shm"]) + ["/tmp", "."]


def sweep(base: str) -> None:
    """Removes leftovers of killed runners in `base`, whose locks are free."""
    for name in os.listdir(base):
        path = os.path.join(base, name)
        if not name.startswith(_PREFIX):
            continue
        try:
            if time.time() - os.stat(path).st_mtime < _SETTLED_SECONDS:
                continue
            lock = os.open(os.path.join(path, _LOCK), os.O_WRONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(path)
            finally:
                os.close(lock)
        except OSError:
            continue


def remove_tree(path: str) -> None:
    """Removes a directory and its content, ignoring errors."""
    for folder, folders, names in os.walk(path, topdown=False):
        for name in names:
            _quietly(os.unlink, os.path.join(folder, name))
        for name in folders:
            child = os.path.join(folder, name)
            _quietly(os.unlink if os.path.islink(child) else os.rmdir, child)
    _quietly(os.rmdir, path)


def _quietly(action: Callable[[str], None], path: str) -> None:
    try:
        action(path)
    except OSError:
        pass
