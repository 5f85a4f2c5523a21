"""Prepares a tap to start."""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Optional

from .bookmarks import State
from .catalog import entries
from .child import Child
from .codes import INTERRUPTED, TAP_FAILED, USAGE, RunnerError
from .connector import Connector
from .files import read_json, read_list, write_json
from .idle import Idle
from .lineage_facts import replicated, source
from .lookback import Lookbacks
from .lossless import loads
from .masking import leaves
from .overlay import OverlayWatch, apply_overlay
from .rules import Options, Rules, read_rules
from .selection import check_rule, select
from .session import Session
from .state import read_start
from .stored_catalog import store_catalog, stored_catalog


class TapPlan(NamedTuple):
    """How the tap will be started."""

    connector: Connector
    command: list[str]
    state: Optional[State]
    """The Singer state it starts from, without lookback."""
    catalog: Optional[dict[str, Any]]
    """The catalog passed to the tap, or that would be passed if it accepted one."""
    overlay: OverlayWatch
    rules: Rules
    """Options of streams for what the tap sends."""


def prepare_tap(session: Session) -> TapPlan:
    """Reads the tap's inputs, and runs discovery and selection if requested."""
    args = session.args
    tap = session.connector("tap")
    rules = read_rules(args.rules)
    state = read_start(args).tap
    overlay, config_flags = prepare_config(session, tap)
    catalog = _catalog(session, tap, config_flags, overlay, rules)
    command = tap.command + config_flags
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
    return TapPlan(tap, command, state, catalog, overlay, Rules(rules, catalog))


def _moved_back(
    session: Session, state: State, rules: list[Options], catalog: Optional[dict[str, Any]]
) -> State:
    """The state with the lookback of its streams; what cannot be moved back is reported."""
    moved = Lookbacks(rules, catalog).moved(state)
    # The run that started the slices has reported this for all of them.
    if not getattr(session.args, "slice", None):
        for note in moved.notes:
            session.log.line("runner", note)
        for warning in moved.warnings:
            session.warn(warning)
    return moved.state or state


def prepare_config(session: Session, tap: Connector) -> tuple[OverlayWatch, list[str]]:
    """The private, watched copy of the configuration, and the flags for it."""
    path = session.args.overlay
    base = {**session.config(tap), **getattr(session.args, "settings", {})}
    config = apply_overlay(path, base, session.warn) if path else base
    source(session, tap, config)
    session.masker.add(
        [text for name in config if config[name] != base.get(name) for text in leaves(config[name])]
    )
    private = session.private_file("config.json", config)
    watch = OverlayWatch(private, path, base, config, session.masker.add)
    return watch, ["--config", private] if tap.flags.config else []


def _catalog(
    session: Session,
    tap: Connector,
    config_flags: list[str],
    overlay: OverlayWatch,
    options: list[Options],
) -> Optional[dict[str, Any]]:
    args = session.args
    if args.catalog:
        catalog: dict[str, Any] = read_json(args.catalog, "catalog", constants=True)
        entries(catalog, f"catalog {args.catalog}")
        if tap.flags.catalog == "none":
            session.warn(f"{tap.name} does not accept a catalog: it decides what it sends")
        return catalog
    if not args.select:
        return None
    rules = read_list(args.select, "selection")
    if not tap.flags.discover or tap.flags.catalog == "none":
        if _only_options(rules, options):
            return None
        raise RunnerError(
            USAGE,
            f"{tap.name} cannot select streams: it has no "
            + ("--discover" if not tap.flags.discover else "--catalog"),
        )
    stored = stored_catalog(session, tap)
    if stored:
        try:
            return _selected(session, stored.catalog, rules)
        except RunnerError as error:
            # The source may have new streams.
            session.log.line("runner", f"discovers again: in the stored catalog, {error}")
    catalog = run_discovery(session, tap, config_flags, overlay)
    if args.discovered and args.catalog_max_age:
        store_catalog(session, tap, catalog, args.discovered)
    return _selected(session, catalog, rules)


def _selected(session: Session, catalog: dict[str, Any], rules: list[Any]) -> dict[str, Any]:
    for warning in select(catalog, rules):
        session.warn(warning)
    return catalog


def _only_options(selected: list[Any], options: list[Options]) -> bool:
    """Whether streams are named only for options that need no catalog, such as a mask."""
    named = {rule["stream"] for rule in options}
    return all(
        list(check_rule(rule, place)) == ["stream"] and rule["stream"] in named
        for place, rule in enumerate(selected)
    )


def run_discovery(
    session: Session, tap: Connector, config_flags: list[str], overlay: OverlayWatch
) -> dict[str, Any]:
    """Runs discovery; returns the catalog."""
    session.progress.phase("discover", "start")
    path = session.private_path("discovered.json")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        child = Child("tap", tap.name, tap.command + config_flags + ["--discover"], None, fd)
        supervisor = session.supervisor
        child.watch(session.log, supervisor.wake, grace=supervisor.grace)

        def stop(fault: Optional[str] = None) -> None:
            child.terminate(fault)
            supervisor.after(supervisor.grace, child.kill)

        idle = Idle(
            session, child.name, "sent", lambda: (os.fstat(fd).st_size, child.log.bytes), stop
        )

        def tick() -> None:
            overlay.look()
            idle.look()

        supervisor.run(child.ended.is_set, stop, child.kill, tick=tick)
        overlay.look()
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


def write_catalog(session: Session, catalog: Optional[dict[str, Any]]) -> None:
    """Writes the catalog beside the result, where the load expects it."""
    beside = session.args.result
    if catalog is not None and beside:
        write_json(os.path.join(os.path.dirname(beside), "catalog.json"), catalog)
