"""Progress events on the runner's stdout, or lines in its log."""

from __future__ import annotations

import json
import os
import stat
import time
from typing import Any, Callable, Optional

_MOST_PER_LOOK = 8 << 20
_LOGGED_SECONDS = 10


class Progress:
    """Prints events as JSON lines or as text; without either style, it logs how far a long phase is.

    `log` writes a line; the console of a cluster reads it: src/cluster/run-progress.ts.
    """

    def __init__(self, style: str, log: Callable[[str], None] = lambda line: None) -> None:
        self._style = style
        self._log = log
        self._logged: dict[str, int] = {}
        self._log_after = time.monotonic() + _LOGGED_SECONDS

    @property
    def due(self) -> bool:
        """Whether the figures of a step would be shown now."""
        return self._style != "none" or time.monotonic() >= self._log_after

    def phase(self, name: str, state: str) -> None:
        """`state` is start or end of a phase: discover, extract, scan, load or stream."""
        self._print({"event": "phase", "phase": name, "state": state}, f"{name}: {state}")

    def step(self, phase: str, silent: Optional[int] = None, **figures: Optional[int]) -> None:
        """Progress of a phase: bytes, records, total, and seconds of silence."""
        known = {name: value for name, value in figures.items() if value is not None}
        if self._style == "none":
            self._log_step(phase, known)
            return
        texts = [f"{value:,} {name}" for name, value in known.items()] + (
            [f"silent for {silent:,} s"] if silent else []
        )
        silence = {"silent": silent} if silent else {}
        self._print(
            {"event": "progress", "phase": phase, **known, **silence},
            f"{phase}: {', '.join(texts)}",
        )

    def _log_step(self, phase: str, known: dict[str, int]) -> None:
        # A line without news would end the silence that the log reports.
        if not self.due or known == self._logged:
            return
        self._logged, self._log_after = known, time.monotonic() + _LOGGED_SECONDS
        self._log(f"{phase}: {', '.join(f'{value:,} {name}' for name, value in known.items())}")

    def _print(self, event: dict[str, Any], text: str) -> None:
        if self._style == "none":
            return
        line = json.dumps(event) if self._style == "json" else text
        try:
            os.write(1, (line + "\n").encode())
        except OSError:
            # The reader is gone, but the data continues.
            self._style = "none"


class Growth:
    """Bytes and lines of a file that another process writes."""

    def __init__(self, path: str) -> None:
        self.bytes = 0
        self.lines = 0
        """Lines so far; an estimate if the file grows too fast to read."""
        self._counted = 0
        try:
            self._fd = (
                os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                if stat.S_ISREG(os.stat(path).st_mode)
                else None
            )
        except OSError:
            self._fd = None

    def look(self) -> None:
        """Counts what was written since the last call."""
        if self._fd is None:
            return
        self.bytes = os.fstat(self._fd).st_size
        added = self.bytes - self._counted
        data = os.pread(self._fd, min(added, _MOST_PER_LOOK), self._counted) if added > 0 else b""
        if data:
            self.lines += data.count(b"\n") * added // len(data)
            self._counted = self.bytes
