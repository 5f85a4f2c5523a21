"""Prepares a tap to start."""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Optional

from .bookmarks import State
from .child import Child
from .connector import Connector
from .discovery import run_discovery
from .files import write_json
from .lineage_facts import replicated
from .lookback_rules import lookbacks_in
from .overlay import OverlayWatch
from .rules import Options, Rules, read_rules
from .run_catalog import run_catalog
from .session import Session
from .state import read_start
from .tap_config import prepare_config
from .waiting_tap import WaitingTap


class TapPlan(NamedTuple):
    """How the tap will be started."""

    connector: Connector
    command: list[str]
    waiting: Optional[WaitingTap]
    """The tap, if it is started already."""
    state: Optional[State]
    """The Singer state it starts from, without lookback."""
    catalog: Optional[dict[str, Any]]
    """The catalog passed to the tap, or that would be passed if it accepted one."""
    overlay: OverlayWatch
    rules: Rules
    """Options of streams for what the tap sends."""
    config: dict[str, Any]
    """The configuration that the tap gets."""

    def start(self, session: Session, output: int) -> Child:
        """Starts the tap, or lets it continue after its discovery, and watches it."""
        started = self.waiting and self.waiting.run()
        if started:
            return started
        child = Child("tap", self.connector.name, self.command, None, output)
        child.watch(session.log, session.supervisor.wake, grace=session.supervisor.grace)
        return child


def prepare_tap(session: Session, output: Optional[int] = None) -> TapPlan:
    """Reads the tap's inputs, and runs discovery and selection if requested.

    With the `output` that the tap will have, one process may discover and run.
    """
    args = session.args
    tap = session.connector("tap")
    rules = read_rules(args.rules)
    state = read_start(args).tap
    config = prepare_config(session, tap)
    waiting = (
        WaitingTap(session, tap, config, output)
        if output is not None and tap.flags.discover_first
        else None
    )
    discover = waiting.discover if waiting else lambda: run_discovery(session, tap, config)
    catalog = run_catalog(session, tap, config, rules, discover)
    command = tap.command + config.flags
    if catalog is not None and tap.flags.catalog != "none":
        command = command + [
            f"--{tap.flags.catalog}",
            session.private_file("catalog.json", catalog),
        ]
    if state and tap.flags.state:
        moved = _moved_back(session, state, rules, catalog)
        command = command + ["--state", session.private_file("state.json", moved)]
    elif state:
        session.warn(f"{tap.name} does not support state: it starts from the beginning")
    session.result["stateBefore"] = state
    replicated(session, catalog)
    return TapPlan(
        tap, command, waiting, state, catalog, config.overlay, Rules(rules, catalog), config.used
    )


def _moved_back(
    session: Session, state: State, rules: list[Options], catalog: Optional[dict[str, Any]]
) -> State:
    """The state with the lookback of its streams; what cannot be moved back is reported."""
    lookbacks = lookbacks_in(rules, catalog)
    if lookbacks is None:
        return state
    moved = lookbacks.moved(state)
    # The run that started the slices has reported this for all of them.
    if not getattr(session.args, "slice", None):
        for note in moved.notes:
            session.log.line("runner", note)
        for warning in moved.warnings:
            session.warn(warning)
    return moved.state or state


def write_catalog(session: Session, catalog: Optional[dict[str, Any]]) -> None:
    """Writes the catalog beside the result, where the load expects it."""
    beside = session.args.result
    if catalog is not None and beside:
        write_json(os.path.join(os.path.dirname(beside), "catalog.json"), catalog)
