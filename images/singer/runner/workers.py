"""Detects a failed thread or process of a connector, which does not change the connector's exit code.

Python prints such an exception and continues: a target exits with 0 although one of its workers lost rows
(meltano/meltano#8579).
"""

from __future__ import annotations

import re
from typing import Optional

_NAMED = r"(?:Exception in (thread \S.*)|(Process) (\S*Process-[\d:]+)):$"
_AT_EXIT = "during interpreter shutdown"
_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Timeout|Failure)\b(?:: .+)?$"


class Workers:
    """Watches each line of a connector's stderr."""

    def __init__(self) -> None:
        self.failed: Optional[str] = None
        """The first thread or process that failed, with its exception if it was logged."""
        self._named: Optional[str] = None
        self._explained = True

    def line(self, line: str) -> None:
        """Processes the next line."""
        if self.failed is None:
            if self._named and line.startswith(_TRACEBACK):
                self.failed, self._explained = self._named, False
                return
            text = line.rstrip()
            # Most lines need no expression, and most runs need not compile it.
            found = re.match(_NAMED, text) if text.endswith(":") else None
            self._named = (
                found[1] or f"process {found[3]}" if found and _AT_EXIT not in line else None
            )
        elif not self._explained and re.match(_EXCEPTION, line.rstrip()):
            self.failed, self._explained = f"{self.failed}: {line.rstrip()}", True
