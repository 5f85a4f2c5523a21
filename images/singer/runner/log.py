"""The log: one line per line of a connector, with the time and the secrets masked."""
from __future__ import annotations

import os
import time
from typing import Optional

from .codes import io_error
from .masking import Masker

LINE_LIMIT = 1 << 20
"""Longest line of a connector that is logged whole, in bytes."""


class Log:
    """Writes to the runner's stderr (`tap | text`) and to a file for each source."""

    def __init__(self, masker: Masker, files: dict[str, Optional[str]]) -> None:
        self.masker = masker
        paths = {path for path in files.values() if path}
        by_path = {path: _open(path) for path in paths}
        self._files = {source: by_path[path] for source, path in files.items() if path}

    def line(self, source: str, text: str) -> None:
        """Logs `text` for `source`: tap, target, or runner (which goes to every file)."""
        text = self.masker.text(text)
        _write(2, f"{source} | {text}\n")
        fds = set(self._files.values()) if source == "runner" else {self._files.get(source)}
        stamp = timestamp(time.time())
        for fd in fds:
            if fd is not None:
                _write(fd, f"{stamp} {source} | {text}\n")

    def raw(self, source: str, line: bytes) -> str:
        """Logs a line as a connector wrote it; returns its masked text."""
        whole = len(line) <= LINE_LIMIT
        text = line[:LINE_LIMIT].decode("utf-8", "replace").rstrip("\r\n")
        masked = self.masker.text(text)
        if not whole:
            # The cut may have split a secret: its head must not be shown.
            masked = masked[:len(masked) - self.masker.longest] + " ... (cut)"
        self.line(source, masked)
        return masked


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds, e.g. 2026-11-23T08:15:02.123Z."""
    whole = int(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1000):03d}Z"


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise io_error(error, "write", path) from None


def _write(fd: int, text: str) -> None:
    data = memoryview(text.encode("utf-8", "replace"))
    try:
        while data:
            data = data[os.write(fd, data):]
    except OSError:
        # A log that cannot be written (its reader is gone, its disk full) must not stop the data.
        pass
