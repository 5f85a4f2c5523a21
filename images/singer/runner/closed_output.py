"""A tap that closed its output but did not exit."""

from __future__ import annotations

from typing import Callable

from .child import Child
from .supervisor import Supervisor


class ClosedOutput:
    """Gives a tap that closed its output the grace period to exit: it can send no more data."""

    def __init__(self, tap: Child, supervisor: Supervisor, stop: Callable[[str], None]) -> None:
        self._tap = tap
        self._supervisor = supervisor
        self._stop = stop
        self._seen = False

    def look(self, ended: bool = False) -> None:
        """Must be called often; `ended` means that the end of its output was read."""
        if not self._seen and (ended or self._tap.has_closed_output):
            self._seen = True
            self._supervisor.after(self._supervisor.grace, lambda: self._overdue(ended))

    def _overdue(self, ended: bool) -> None:
        if self._tap.is_running and (ended or self._tap.has_closed_output):
            self._stop(
                f"closed its output, did not end within {self._supervisor.grace:g} s, and was stopped"
            )
