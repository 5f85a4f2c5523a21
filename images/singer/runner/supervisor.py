"""The runner's main loop: waits for children, signals and timers."""

from __future__ import annotations

import queue
import signal
import time
from typing import Callable, Optional

from .descent import reap_orphans

_TICK_SECONDS = 0.5


class Supervisor:
    """Turns SIGTERM and SIGINT into steps of the loop; threads wake it by `wake`."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        """Seconds that connectors get to end after a stop was asked for."""
        self.stops = 0
        """How many times a stop was asked for."""
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
        """Makes the loop look again at what has changed."""
        self._mailbox.put(None)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Calls `action` once, in the loop, when `seconds` have passed."""
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

        `on_stop` is called at the first signal (also one that came before), `on_kill` at the
        second, `step` at each change, `tick` twice a second.
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
