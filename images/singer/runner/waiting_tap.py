"""A tap that discovers and runs in one process, which saves the start of another one."""

from __future__ import annotations

import os
import threading
from typing import Any, Optional

from .child import Child
from .codes import TAP_FAILED, RunnerError
from .connector import Connector
from .discovery import await_discovery, read_discovered
from .session import Session
from .tap_config import TapConfig


class WaitingTap:
    """Started with --discover-first: it writes its catalog to a FIFO and waits for a line on its stdin.

    Meanwhile the runner selects streams and writes the private catalog and state that the tap then reads.
    """

    def __init__(self, session: Session, tap: Connector, config: TapConfig, output: int) -> None:
        self._session = session
        self._tap = tap
        self._config = config
        self._output = output
        self._text = ""
        self._gate = -1
        self._child: Optional[Child] = None

    def discover(self) -> dict[str, Any]:
        """Starts the tap; returns the catalog that it discovers."""
        session, supervisor = self._session, self._session.supervisor
        session.progress.phase("discover", "start")
        path = session.private_path("discovered")
        os.mkfifo(path, 0o600)
        stdin, self._gate = os.pipe()
        try:
            self._child = child = Child(
                "tap", self._tap.name, self._command(path), stdin, self._output
            )
        finally:
            os.close(stdin)
        # If the tap fails before it opens the FIFO, the thread waits until the runner ends.
        threading.Thread(target=self._read, args=(path,), daemon=True).start()
        child.watch(session.log, supervisor.wake, grace=supervisor.grace)
        await_discovery(
            session,
            child,
            self._config,
            lambda: self._text.endswith("\n") or child.ended.is_set(),
            lambda: (child.log.bytes,),
        )
        if child.ended.is_set():
            raise RunnerError(TAP_FAILED, f"discovery: {child.failure()}")
        catalog = read_discovered(self._tap, self._text)
        session.progress.phase("discover", "end")
        return catalog

    def run(self) -> Optional[Child]:
        """Lets the tap run with the private catalog and state; None if it has not discovered."""
        if self._child is None:
            return None
        try:
            os.write(self._gate, b"\n")
        except BrokenPipeError:
            # It has failed; how is known from its exit.
            pass
        os.close(self._gate)
        return self._child

    def _command(self, discovered: str) -> list[str]:
        private = self._session.private_path
        return [
            *self._tap.command,
            *self._config.flags,
            "--discover-first",
            discovered,
            f"--{self._tap.flags.catalog}",
            private("catalog.json"),
            "--state",
            self._session.private_file("state.json", {}),
        ]

    def _read(self, path: str) -> None:
        with open(path, encoding="utf-8", errors="replace") as file:
            self._text = file.read()
        self._session.supervisor.wake()
