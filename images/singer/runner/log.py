"""The log: each line of a connector, with the time and with secrets masked."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from typing import Optional

from .codes import io_error
from .log_lines import LINE_LIMIT
from .masking import Masker

HEAD = 8 << 20
"""Bytes kept from the beginning of a log, in its file and in the copy on stderr."""
TAIL = 2 << 20
"""Minimum bytes kept from the end of a log in its file."""
_COPIED_LINES = 100
_COPIED = 1 << 16


class Log:
    """Writes to the runner's stderr (`tap | text`) and to one file per source.

    Both are bounded: lines between the beginning and the end are counted and left out.
    """

    def __init__(self, masker: Masker, files: dict[str, Optional[str]]) -> None:
        self.masker = masker
        by_path = {path: LogFile(path) for path in files.values() if path}
        self._files = {source: by_path[path] for source, path in files.items() if path}
        self._copies: dict[str, _Copy] = {}
        self._lock = threading.Lock()

    def line(self, source: str, text: str) -> None:
        """Logs `text` for `source`: tap, target, or runner (which goes to every file)."""
        text = f"{source} | {self.masker.text(text)}\n"
        own = self._files.get(source)
        files = set(self._files.values()) if source == "runner" else {own} if own else set()
        stamped = f"{timestamp(time.time())} {text}".encode("utf-8", "replace")
        with self._lock:
            self._copy(source).line(text)
            for file in files:
                file.add(stamped)

    def raw(self, source: str, line: bytes) -> str:
        """Logs a line of a connector; returns the masked text."""
        whole = len(line) <= LINE_LIMIT
        text = line[:LINE_LIMIT].decode("utf-8", "replace").rstrip("\r\n")
        masked = self.masker.text(text)
        if not whole:
            # The cut may have split a secret, whose first part must not be shown.
            masked = masked[: len(masked) - self.masker.longest] + " ... (cut)"
        self.line(source, masked)
        return masked

    def is_full(self, source: str) -> bool:
        """The beginning of the log of `source` is full: only the end of what follows is kept."""
        return self._copy(source).is_full

    def skip(self, source: str, lines: int) -> None:
        """Counts lines that are left out."""
        file = self._files.get(source)
        with self._lock:
            self._copy(source).left_out += lines
            if file:
                file.skip(lines)

    def end(self, source: str) -> None:
        """Shows the end of a log that was too long to show in full."""
        with self._lock:
            self._copy(source).end(source)

    def _copy(self, source: str) -> _Copy:
        return self._copies.setdefault(source, _Copy())


class _Copy:
    """The copy of a source's log on stderr, which the node stores in a pod: the beginning and the last lines."""

    def __init__(self) -> None:
        self.left_out = 0
        self._room = HEAD
        self._last: deque[str] = deque(maxlen=_COPIED_LINES)

    @property
    def is_full(self) -> bool:
        return self._room <= 0

    def line(self, text: str) -> None:
        if self.is_full:
            self.left_out += len(self._last) == _COPIED_LINES
            self._last.append(text)
            return
        self._room -= len(text)
        _write(2, text.encode("utf-8", "replace"))
        if self.is_full:
            _write(
                2,
                b"runner | the log is too long to show in full: its last lines follow at the end\n",
            )

    def end(self, source: str) -> None:
        text = "".join(self._last)
        if text:
            _write(
                2,
                f"runner | {source}: {self.left_out:,} lines left out\n{text[-_COPIED:]}".encode(
                    "utf-8", "replace"
                ),
            )
            self._last.clear()


class LogFile:
    """A log file that keeps the beginning and the end: at most HEAD + 2 * TAIL bytes."""

    def __init__(self, path: str) -> None:
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise io_error(error, "write", path) from None
        self._size = os.fstat(self._fd).st_size
        self._head: Optional[int] = None
        """Where the beginning ends; None until it is complete."""
        self._left_out = 0

    def add(self, line: bytes) -> None:
        """Adds a line."""
        if self._head is None and self._size + len(line) > HEAD:
            self._head = self._size
        if self._head is not None and self._size + len(line) > self._head + 2 * TAIL:
            self._cut(self._head, TAIL)
        self._append(line)

    def skip(self, lines: int) -> None:
        """Counts lines left out after the last added line."""
        self._head = self._size if self._head is None else self._head
        self._left_out += lines
        self._cut(self._head, 0)

    def _cut(self, head: int, kept: int) -> None:
        """Removes everything after `head` except the last `kept` bytes."""
        try:
            after = os.pread(self._fd, self._size - head, head)
            place = len(after) - kept
            place = (after.find(b"\n", place) + 1 or len(after)) if kept else len(after)
            marked = after.startswith(_MARK)
            self._left_out += after.count(b"\n", 0, place) - marked
            os.ftruncate(self._fd, head)
            self._size = head
            self._append(
                _MARK + f"{self._left_out:,} lines left out ...\n".encode() + after[place:]
            )
        except OSError:
            pass

    def _append(self, data: bytes) -> None:
        self._size += len(data)
        _write(self._fd, data)


_MARK = b"... "


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, e.g. 2026-11-23T08:15:02.123Z."""
    whole = int(seconds)
    return (
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
        + f".{int((seconds - whole) * 1000):03d}Z"
    )


def _write(fd: int, text: bytes) -> None:
    data = memoryview(text)
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        # A log that cannot be written (reader gone, disk full) must not stop the data.
        pass
