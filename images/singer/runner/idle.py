"""Finds out that nothing moves: neither data nor a line of a log."""

from __future__ import annotations

import time
from typing import Callable, Optional

from .log import timestamp
from .session import Session

_MENTIONED_SECONDS = 60
_NOTED_SECONDS = 300


class Idle:
    """How long a connector has been silent; `look` must be called often.

    `signs` of life change while something moves, and are None while nothing has to. `did` says what the connector did
    not do, e.g. "sent"; `on_idle` gets, once, what it did to be stopped for.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        did: str,
        signs: Callable[[], Optional[tuple]],
        on_idle: Callable[[str], None],
    ) -> None:
        self._session = session
        self._what = name, did
        self._limit: Optional[float] = session.args.idle_timeout_seconds or None
        self._signs = signs
        self._on_idle = on_idle
        self._last: Optional[tuple] = None
        self._since = time.monotonic()
        self._note_after: float = _NOTED_SECONDS

    def look(self) -> Optional[int]:
        """Seconds of silence, once they are worth a mention."""
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
    """In the unit that fits, e.g. 90 s, 30 min, 2.5 h."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
