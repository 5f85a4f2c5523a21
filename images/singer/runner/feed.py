"""Feeds a file to a target through a pipe without inspecting it.

The target does not get the file itself as stdin: one that reopens /dev/stdin (DuckDB, a shell) would read with its own
offset, and how much it has read would be unknown.
"""

from __future__ import annotations

import os
import threading
from typing import Callable, Optional

_COUNT = 1 << 20


class Feed:
    """A file being fed to a target; `start` moves it in a thread."""

    def __init__(self, source: int, sink: int) -> None:
        self.size = os.fstat(source).st_size
        self.written = 0
        """Bytes written to the target's pipe."""
        self.complete = False
        """Everything was written."""
        self.error: Optional[OSError] = None
        """Why reading failed."""
        self._source = source
        self._sink = sink

    def start(self, on_end: Callable[[], None]) -> None:
        """Moves the file from its beginning."""
        threading.Thread(target=self._run, args=(on_end,), daemon=True).start()

    def _run(self, on_end: Callable[[], None]) -> None:
        try:
            while self.written < self.size:
                self.written += self._move(min(_COUNT, self.size - self.written))
            self.complete = True
        except BrokenPipeError:
            # The target has ended.
            pass
        except OSError as error:
            self.error = error
        os.close(self._sink)
        on_end()

    def _move(self, count: int) -> int:
        try:
            # The kernel moves pages from the file to the pipe without copying (Linux).
            moved = os.sendfile(self._sink, self._source, self.written, count)
        except BrokenPipeError:
            raise
        except OSError:
            data = os.pread(self._source, count, self.written)
            moved = os.write(self._sink, data) if data else 0
        if not moved:
            raise OSError(0, "the extract has become shorter")
        return moved
