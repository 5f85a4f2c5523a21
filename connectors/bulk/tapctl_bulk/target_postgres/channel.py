"""A queue of bounded size between the thread that parses and the thread that loads."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Channel(Generic[T]):
    """Hands items over in order. The sender waits while the items are too large together."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._items: deque[tuple[T, int]] = deque()
        self._bytes = 0
        self._is_idle = False
        self._closed = False
        self._changed = threading.Condition()

    def send(self, item: T, size: int = 0) -> bool:
        """Add an item, of which one may be larger than the limit. False: the receiver has ended."""
        with self._changed:
            while self._bytes > 0 and self._bytes + size > self._max and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            self._items.append((item, size))
            self._bytes += size
            self._changed.notify_all()
            return True

    def receive(self) -> T:
        """Take the next item, and wait for it."""
        with self._changed:
            self._is_idle = True
            self._changed.notify_all()
            while not self._items:
                self._changed.wait()
            self._is_idle = False
            item, size = self._items.popleft()
            self._bytes -= size
            self._changed.notify_all()
            return item

    def wait_until_idle(self) -> None:
        """Wait until the receiver has done everything, or has ended."""
        with self._changed:
            while not self._closed and (self._items or not self._is_idle):
                self._changed.wait()

    def close(self) -> None:
        """End the receiving side."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._bytes = 0
            self._changed.notify_all()
