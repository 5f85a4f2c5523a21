"""Runs the discovery of a tap."""

from __future__ import annotations

import os
from typing import Any, Optional

from .catalog import entries
from .child import Child
from .codes import INTERRUPTED, TAP_FAILED, RunnerError
from .connector import Connector
from .idle import Idle
from .lossless import loads
from .session import Session
from .tap_config import TapConfig


def run_discovery(session: Session, tap: Connector, config: TapConfig) -> dict[str, Any]:
    """Runs discovery; returns the catalog."""
    session.progress.phase("discover", "start")
    path = session.private_path("discovered.json")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = Child("tap", tap.name, tap.command + config.flags + ["--discover"], None, fd)
        supervisor = session.supervisor
        child.watch(session.log, supervisor.wake, grace=supervisor.grace)

        def stop(fault: Optional[str] = None) -> None:
            child.terminate(fault)
            supervisor.after(supervisor.grace, child.kill)

        idle = Idle(
            session, child.name, "sent", lambda: (os.fstat(fd).st_size, child.log.bytes), stop
        )

        def tick() -> None:
            config.overlay.look()
            idle.look()

        supervisor.run(child.ended.is_set, stop, child.kill, tick=tick)
        config.overlay.look()
    finally:
        os.close(fd)
    if supervisor.stops:
        raise RunnerError(INTERRUPTED, f"stopped while {tap.name} was running discovery")
    if not child.ok:
        raise RunnerError(TAP_FAILED, f"discovery: {child.failure()}")
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    try:
        # Some taps print log lines before the catalog.
        catalog: dict[str, Any] = loads(text[max(0, text.find("{")) :], constants=True)
    except ValueError as error:
        raise RunnerError(
            TAP_FAILED, f"discovery: {tap.name} printed no catalog: {error}"
        ) from None
    entries(catalog, f"what {tap.name} discovered")
    session.progress.phase("discover", "end")
    return catalog
