"""Processes that a connector leaves behind with its output or its pipes open."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple, Optional

from . import descent

LEFTOVER_SECONDS = 2
"""Time for them to end by themselves when the run is stopped, and for their pipes to be read."""

_LOOK_SECONDS = 0.1


class Killed(NamedTuple):
    """Leftover processes that had the output open when they were killed."""

    named: str
    waited: str
    wrote: bool
    """Whether one was still writing."""


class Leftovers:
    """What is left of a connector whose process has ended."""

    def __init__(self, output: Optional[descent.File], pipes: set[descent.File]) -> None:
        self._output = output
        self._pipes = pipes

    def writers(self) -> list[descent.Holder]:
        """Processes that have the output open."""
        return descent.holders({self._output}) if self._output else []

    def wait(self, grace: float, ended_at: float, hurry: threading.Event) -> Optional[Killed]:
        """Waits until no process has the output open; kills those that have when the grace period is over.

        The period starts again while a reader has to catch up. `hurry` ends it early.
        """
        left = self.writers()
        at_first = {holder.pid: holder.written() for holder in left}
        until = time.monotonic() + grace
        while left:
            now = time.monotonic()
            if any(holder.waits_for_reader() for holder in left):
                until = now + grace
            if now >= (min(until, ended_at + LEFTOVER_SECONDS) if hurry.is_set() else until):
                break
            time.sleep(_LOOK_SECONDS)
            left = self.writers()
        if not left:
            return None
        killed = Killed(
            ", ".join(map(str, left)),
            f"{min(grace, time.monotonic() - ended_at):.3g} s",
            any(holder.written() != at_first.get(holder.pid, 0) for holder in left),
        )
        descent.kill([holder.pid for holder in left])
        return killed

    def kill(self) -> None:
        """Kills processes that would hold the pipes open forever."""
        descent.kill([holder.pid for holder in descent.holders(self._pipes)])
