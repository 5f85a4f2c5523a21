"""Waits for the slices of a run, and passes stop requests on to them."""

from __future__ import annotations

import signal
from typing import Callable

from .session import Session
from .slice_process import SliceProcess

_OVERDUE_SECONDS = 5
"""A slice that does not end within this time after the grace period is killed."""


def wait(
    session: Session, processes: list[SliceProcess], phase: str, look: Callable[[], None]
) -> None:
    """Waits until all slices have ended; passes stop requests on to them."""
    supervisor = session.supervisor
    for process in processes:
        process.watch()

    def send(number: int) -> None:
        for process in processes:
            process.signal(number)

    def stop() -> None:
        send(signal.SIGTERM)
        supervisor.after(supervisor.grace + _OVERDUE_SECONDS, lambda: send(signal.SIGKILL))

    def tick() -> None:
        look()
        figures = [process.figures for process in processes]
        running = [each.figures for each in processes if not each.ended.is_set()]
        session.progress.step(
            phase,
            silent=min((each.get("silent", 0) for each in running), default=0) or None,
            **{
                name: sum(each[name] for each in figures if name in each)
                for name in ("bytes", "records", "total")
                if any(name in each for each in figures)
            },
        )

    session.progress.phase(phase, "start")
    supervisor.run(
        lambda: all(process.ended.is_set() for process in processes),
        stop,
        # Of the same signal twice in a row only one may arrive.
        lambda: send(signal.SIGINT),
        tick=tick,
    )
    tick()
    session.progress.phase(phase, "end")
