"""The runner's main loop: waits for children, signals and timers."""

from __future__ import annotations

import queue
import signal
import time
from typing import Callable, Optional

from .descent import reap_orphans

_TICK_SECONDS = 0.5


class Supervisor:
    """Turns SIGTERM and SIGINT into loop events; threads wake it with `wake`."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        """Seconds that connectors have to exit after a stop request."""
        self.stops = 0
        """Number of stop requests."""
        self._handled = 0
        # SimpleQueue may be written to from a signal handler.
        self._mailbox: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._timers: list[tuple[float, Callable[[], None]]] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: object) -> None:
        self.stops += 1
        self._mailbox.put(None)

    def wake(self) -> None:
        """Makes the loop check again."""
        self._mailbox.put(None)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Calls `action` once in the loop after `seconds`."""
        self._timers.append((time.monotonic() + seconds, action))

    def run(
        self,
        done: Callable[[], bool],
        on_stop: Callable[[], None],
        on_kill: Callable[[], None],
        step: Optional[Callable[[], None]] = None,
        tick: Optional[Callable[[], None]] = None,
    ) -> None:
        """Loops until `done`.

        `on_stop` is called on the first signal (even one received earlier), `on_kill` on the second,
        `step` on each change, `tick` twice a second.
        """
        self._timers = []
        self._handled = 0
        next_tick = time.monotonic() + _TICK_SECONDS
        while True:
            while self._handled < min(self.stops, 2):
                self._handled += 1
                (on_stop if self._handled == 1 else on_kill)()
            if step:
                step()
            if done():
                return
            now = time.monotonic()
            for timer in [each for each in self._timers if each[0] <= now]:
                self._timers.remove(timer)
                timer[1]()
            if now >= next_tick:
                next_tick = now + _TICK_SECONDS
                reap_orphans()
                if tick:
                    tick()
            until = min([next_tick] + [when for when, _ in self._timers])
            try:
                self._mailbox.get(timeout=max(0.001, until - time.monotonic()))
            except queue.Empty:
                pass
