"""Prepares a target to start, and evaluates how it ended."""

from __future__ import annotations

import json
import os
from typing import NamedTuple, Optional, Union

from .bookmarks import State
from .child import Child
from .connector import Connector
from .feed import Feed
from .files import make_directory
from .idle import Signs
from .lineage_facts import destination
from .log import Log
from .lossless import JsonText
from .pipes import large_pipe, unread
from .relay import Relay
from .session import Session
from .versions import deletes_hard


class TargetPlan(NamedTuple):
    """How the target will be started."""

    connector: Connector
    command: list[str]
    hard_delete: bool
    """Whether it deletes rows on an ACTIVATE_VERSION."""


def prepare_target(session: Session) -> TargetPlan:
    """The target with its configuration, including the output directory if the target has a setting for it."""
    target = session.connector("target")
    config = session.config(target)
    folder, setting = session.args.output_directory, target.output_setting
    given = [config[name] for name in [setting, *target.output_aliases] if name in config]
    if folder and setting and not given:
        config = {**config, setting: folder}
        given = [folder]
    session.output_folder = next((path for path in given if isinstance(path, str)), None)
    if session.output_folder and (session.output_folder == folder or session.args.standalone):
        make_directory(session.output_folder, shared=session.args.standalone)
    destination(session, target, config)
    flags = (
        ["--config", session.private_file("target-config.json", config)]
        if target.flags.config
        else []
    )
    return TargetPlan(target, target.command + flags, deletes_hard(config, target.settings))


class Load:
    """A running target and its input."""

    def __init__(self, log: Log, connector: Connector) -> None:
        self.last_printed: Optional[State] = None
        """The last state the target printed."""
        self.child: Child
        self._log = log
        self._connector = connector

    def take(self, line: bytes) -> None:
        """Handles a line of the target's stdout: a state or a log line."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            self.last_printed = (
                JsonText(line.decode("utf-8", "replace")) if value else self.last_printed
            )
        elif line.strip():
            self._log.raw("target", line)

    def trouble(self) -> Optional[str]:
        """Why the load failed, in one line; None if the target read everything and succeeded."""
        if not self.child.ok:
            return self.child.failure()
        short = self.not_taken()
        return f"{self._connector.name} exited with 0 {short}" if short else None

    def not_taken(self) -> Optional[str]:
        """How much of its input the target did not read, as text."""
        raise NotImplementedError


class PipeLoad(Load):
    """A target with a pipe as input. Pass `sink` to the feeder, then call `watch`."""

    def __init__(self, session: Session, plan: TargetPlan) -> None:
        super().__init__(session.log, plan.connector)
        self._session = session
        self._read, self.sink = large_pipe()
        self.early = False
        """It ended before the end of its input."""
        self._left = 0
        self._feeder: Union[Feed, Relay]
        self.child = Child("target", plan.connector.name, plan.command, self._read, None)

    def watch(self, feeder: Union[Feed, Relay]) -> None:
        """Waits for the target, which `feeder` feeds."""

        def at_exit() -> None:
            # Order matters: nothing is written once the feeder is complete, so the count is exact.
            self.early = not feeder.complete
            self._left = unread(self._read)
            # This was the last open read end: a feeder that still writes fails immediately.
            os.close(self._read)

        self._feeder = feeder
        self.child.watch(self._session.log, self._session.supervisor.wake, at_exit, self.take)

    @property
    def unread(self) -> int:
        """Unread bytes in its pipe; 0 if it has ended."""
        try:
            return unread(self._read) if self.child.is_running else 0
        except OSError:
            return 0

    def signs_of_life(self) -> Signs:
        """Signs of life: change while it reads or logs; None once it has read all of its input."""
        feeder, waiting = self._feeder, self.unread
        return (
            None
            if feeder.complete and not waiting
            else (feeder.written - waiting, self.child.log.bytes)
        )

    def not_taken(self) -> Optional[str]:
        if isinstance(self._feeder, Feed) and (self.early or self._left):
            return f"after reading {self._feeder.written - self._left:,} of {self._feeder.size:,} bytes"
        if self.early:
            return "before the end of its input"
        return f"and left {self._left:,} bytes of its input unread" if self._left else None
