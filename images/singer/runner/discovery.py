"""Runs the discovery of a tap."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from .catalog import entries
from .child import Child
from .codes import INTERRUPTED, TAP_FAILED, RunnerError
from .connector import Connector
from .idle import Idle, Signs
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
        await_discovery(
            session,
            child,
            config,
            child.ended.is_set,
            lambda: (os.fstat(fd).st_size, child.log.bytes),
        )
    finally:
        os.close(fd)
    if not child.ok:
        raise RunnerError(TAP_FAILED, f"discovery: {child.failure()}")
    with open(path, encoding="utf-8", errors="replace") as file:
        catalog = read_discovered(tap, file.read())
    session.progress.phase("discover", "end")
    return catalog


def await_discovery(
    session: Session,
    child: Child,
    config: TapConfig,
    done: Callable[[], bool],
    signs: Callable[[], Signs],
) -> None:
    """Waits until the discovery of a started tap is done; exit 13 if a stop was requested meanwhile."""
    supervisor = session.supervisor

    def stop(fault: Optional[str] = None) -> None:
        child.terminate(fault)
        supervisor.after(supervisor.grace, child.kill)

    idle = Idle(session, child.name, "sent", signs, stop)

    def tick() -> None:
        config.overlay.look()
        idle.look()

    supervisor.run(done, stop, child.kill, tick=tick)
    config.overlay.look()
    if supervisor.stops:
        raise RunnerError(INTERRUPTED, f"stopped while {child.name} was running discovery")


def read_discovered(tap: Connector, text: str) -> dict[str, Any]:
    """The catalog that a tap printed."""
    try:
        # Some taps print log lines before the catalog.
        catalog: dict[str, Any] = loads(text[max(0, text.find("{")) :], constants=True)
    except ValueError as error:
        raise RunnerError(
            TAP_FAILED, f"discovery: {tap.name} printed no catalog: {error}"
        ) from None
    entries(catalog, f"what {tap.name} discovered")
    return catalog
