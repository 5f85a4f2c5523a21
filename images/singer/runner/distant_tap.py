"""The tap on the other side of a FIFO."""

from __future__ import annotations

import os
from typing import Optional

from .idle import Signs
from .relay import Relay
from .session import Session
from .target import PipeLoad


class DistantTap:
    """The tap behind a FIFO: only its data, its log, and its outcome file are known."""

    def __init__(self, session: Session, relay: Relay) -> None:
        self.fault: Optional[str] = None
        """Why its data must not be used."""
        self._session = session
        self._relay = relay
        self._ended = False
        self._read = 0

    def signs_of_life(self, load: PipeLoad) -> Signs:
        """Signs of life of the tap or target: data or log lines; only the target's once all data has arrived."""
        of_target = load.signs_of_life()
        return of_target and (
            of_target,
            self._relay.read,
            _modified(self._session.args.tap_activity),
        )

    def stop_idle(self, load: PipeLoad, fault: str) -> None:
        """Ends a silent load and blames the target or the tap."""
        load.child.kill(fault)
        if not load.unread:
            self.fault = f"the tap {fault.replace('read', 'sent', 1)}"

    def look(self) -> None:
        """Ends the stream if the tap has ended and a process holds its FIFO open for the grace period."""
        outcome = self._session.args.tap_outcome_file
        if self._ended or self._relay.source_ended or not outcome or not os.path.exists(outcome):
            return
        self._ended = True
        self._read = self._relay.read
        self._session.supervisor.after(self._session.supervisor.grace, self._finish)

    def _finish(self) -> None:
        if self._relay.source_ended:
            return
        if self._relay.read != self._read:
            self.fault = "the tap has ended, and something that it left behind still writes to its FIFO: rows may be missing"
        else:
            self._session.warn(
                "the tap has ended, but a process that it left behind kept its FIFO open: the load did not wait for it"
            )
        self._relay.finish()


def _modified(path: Optional[str]) -> int:
    try:
        return os.stat(path).st_mtime_ns if path else 0
    except OSError:
        return 0
