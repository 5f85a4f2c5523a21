"""Detects that a connector is silent: neither data nor log lines."""

from __future__ import annotations

import time
from typing import Callable, Optional

from .log import timestamp
from .session import Session

Signs = Optional[tuple[object, ...]]
"""Signs of life: they change while something moves, and are None while nothing is expected."""

_MENTIONED_SECONDS = 60
_NOTED_SECONDS = 300


class Idle:
    """Tracks how long a connector has been silent; `look` must be called often.

    `did` is what the connector did not do, e.g. "sent"; `on_idle` is called once with the reason to stop it.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        did: str,
        signs: Callable[[], Signs],
        on_idle: Callable[[str], None],
    ) -> None:
        self._session = session
        self._what = name, did
        self._limit: Optional[float] = session.args.idle_timeout_seconds or None
        self._signs = signs
        self._on_idle = on_idle
        self._last: Signs = None
        self._since = time.monotonic()
        self._note_after: float = _NOTED_SECONDS

    def look(self) -> Optional[int]:
        """Seconds of silence, once they are worth reporting."""
        now, signs = time.monotonic(), self._signs()
        name, did = self._what
        if signs is None or signs != self._last:
            if self._note_after > _NOTED_SECONDS:
                self._session.log.line(
                    "runner", f"{name} continues after {duration(now - self._since)}"
                )
            self._last, self._since, self._note_after = signs, now, _NOTED_SECONDS
        silent = now - self._since
        if silent >= self._note_after:
            self._note_after *= 2
            self._session.log.line(
                "runner",
                f"{name} has {did} nothing for {duration(silent)}, since {timestamp(time.time() - silent)}",
            )
        if self._limit is not None and silent >= self._limit:
            limit, self._limit = self._limit, None
            self._on_idle(f"{did} nothing for {duration(limit)} (idleTimeout) and was stopped")
        return int(silent) if silent >= _MENTIONED_SECONDS else None


def duration(seconds: float) -> str:
    """A duration in a suitable unit, e.g. 90 s, 30 min, 2.5 h."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
