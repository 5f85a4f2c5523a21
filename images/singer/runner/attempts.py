"""Attempts to send a notification, with pauses between them."""

from __future__ import annotations

import time
from typing import Callable, Optional

LONGEST_SECONDS = 10.0
"""For one attempt."""
_PAUSES = (0.5, 2.0)


class Refused(Exception):
    """A notification was not accepted; the text is safe to show."""


class Busy(Refused):
    """The service accepts the notification later."""

    def __init__(self, reason: str, seconds: Optional[float] = None) -> None:
        super().__init__(reason)
        self.seconds = seconds
        """The delay that the service requests."""


def attempts(send: Callable[[float], None], until: float) -> None:
    """Calls `send`, again if the service is busy, until a monotonic time. Raises the last error."""
    for pause in (*_PAUSES, None):
        left = until - time.monotonic()
        try:
            send(max(0.1, min(LONGEST_SECONDS, left)))
            return
        except Busy as error:
            if pause is None:
                raise
            delay = max(pause, error.seconds or 0)
            if time.monotonic() + delay >= until:
                raise Refused(f"{error}, and requests a wait of {delay:,.0f} s") from None
        time.sleep(delay)
