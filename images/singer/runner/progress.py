"""Progress events on the runner's stdout."""

from __future__ import annotations

import json
import os
import stat
from typing import Any, Optional

_MOST_PER_LOOK = 8 << 20


class Progress:
    """Prints events as JSON lines or as text, or not at all."""

    def __init__(self, style: str) -> None:
        self._style = style

    @property
    def on(self) -> bool:
        """Whether progress is enabled."""
        return self._style != "none"

    def phase(self, name: str, state: str) -> None:
        """`state` is start or end of a phase: discover, extract, scan, load or stream."""
        self._print({"event": "phase", "phase": name, "state": state}, f"{name}: {state}")

    def step(self, phase: str, silent: Optional[int] = None, **figures: Optional[int]) -> None:
        """Progress of a phase: bytes, records, total, and seconds of silence."""
        known = {name: value for name, value in figures.items() if value is not None}
        texts = [f"{value:,} {name}" for name, value in known.items()] + (
            [f"silent for {silent:,} s"] if silent else []
        )
        silence = {"silent": silent} if silent else {}
        self._print(
            {"event": "progress", "phase": phase, **known, **silence},
            f"{phase}: {', '.join(texts)}",
        )

    def _print(self, event: dict[str, Any], text: str) -> None:
        if not self.on:
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
