"""load: scans an extract and feeds it to a target."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Callable, Optional

from .batches import count_batches
from .catalog import read_catalog
from .codes import INTERRUPTED, OK, TAP_FAILED, TARGET_FAILED, io_error
from .distant_tap import DistantTap
from .feed import Feed
from .files import files_below
from .findings import CUT_LINE, check_bad, check_content, check_versions, log_bad_lines, publish
from .idle import Idle, Signs
from .inspect_run import column_checks, inspection, refuse, require, settle, target_gate
from .load_input import held_streams, is_file, is_partial, open_input, open_pipe, take_outcome
from .messages import RECORD, SCHEMA
from .outcome import Saved
from .relay import Relay
from .scan import Scanner
from .scan_file import Limits, scan_file, scan_states
from .session import Session
from .states import States
from .target import Load, PipeLoad, TargetPlan, prepare_target

if TYPE_CHECKING:
    from .column_checks import ColumnChecks


def load(session: Session) -> tuple[int, Optional[str]]:
    """Exit code and error of a load."""
    args = session.args
    take_outcome(args, args.tap_outcome)
    catalog = read_catalog(args.catalog)
    held = held_streams(catalog) if args.partial else frozenset()
    saved = Saved(session, catalog, held)
    plan = prepare_target(session)
    session.result["complete"] = not args.partial
    if not is_file(args.input):
        return _load_pipe(session, saved, plan)
    source = open_input(args.input)
    inspected = inspection(session, lambda: catalog)
    scanner, clean = _scan(session, source, plan.hard_delete, column_checks(inspected))
    refusals = settle(session, inspected, scanner, live=False)
    check_bad(session, scanner)
    check_versions(scanner, source)
    check_content(session, scanner)
    refuse(refusals)
    require(session, inspected, scanner)
    if not scanner.total(SCHEMA) and not scanner.records:
        session.warn("the tap sent a STATE but no SCHEMA: there is nothing to load")
        saved.commit(scanner, None, lambda: scanner.states)
        return saved.check_freshness()
    session.check_not_stopped()
    if clean and not held & (scanner.of(SCHEMA).keys() | scanner.of(RECORD).keys()):
        return _load_file(session, saved, PipeLoad(session, plan), scanner, source)
    return _load_filtered(session, saved, PipeLoad(session, plan), source)


def _scan(
    session: Session, source: int, hard_delete: bool, checks: Optional[ColumnChecks]
) -> tuple[Scanner, bool]:
    """Scans the extract; returns whether the target can read it unchanged."""
    args = session.args
    session.progress.phase("scan", "start")
    started = time.monotonic()
    path = None if args.input == "-" else args.input
    limits = Limits(args.max_bad_lines, args.partial, hard_delete, checks)
    scanner, cut = scan_file(source, path, limits, session.check_not_stopped)
    count_batches(scanner)
    if cut:
        session.leave_out(CUT_LINE)
    session.result["seconds"] = {"scan": round(time.monotonic() - started, 3)}
    log_bad_lines(session, scanner, 0)
    publish(session, scanner)
    session.progress.phase("scan", "end")
    return scanner, scanner.clean and not cut


def _load_file(
    session: Session, saved: Saved, load: PipeLoad, scanner: Scanner, source: int
) -> tuple[int, Optional[str]]:
    feed = Feed(source, load.sink)
    feed.start(session.supervisor.wake)
    load.watch(feed)

    def tick(silent: Optional[int]) -> None:
        session.progress.step("load", bytes=feed.written, total=feed.size, silent=silent)

    _wait(session, load, load.signs_of_life, tick)
    if feed.error:
        raise io_error(feed.error, "read", session.args.input)
    return _conclude(
        session, saved, load, scanner, lambda: scan_states(source, session.args.partial)
    )


def _load_filtered(
    session: Session, saved: Saved, load: PipeLoad, source: int
) -> tuple[int, Optional[str]]:
    """Feeds the target the parts of the extract that the scan accepted."""
    args = session.args
    size = os.fstat(source).st_size
    os.lseek(source, 0, os.SEEK_SET)
    scanner = Scanner(saved.held, remember=True)
    relay = Relay(scanner, load.sink, args.max_bad_lines, lambda: not args.partial)
    relay.start(lambda: source, session.supervisor.wake)
    load.watch(relay)

    def tick(silent: Optional[int]) -> None:
        session.progress.step("load", bytes=relay.written, total=size, silent=silent)

    _wait(session, load, load.signs_of_life, tick)
    if scanner.dropped:
        names = ", ".join(sorted(scanner.dropped))
        session.leave_out(
            f"full tables, because the tap did not finish: {names}", len(scanner.dropped)
        )
    return _conclude(session, saved, load, scanner, lambda: scanner.states)


def _load_pipe(session: Session, saved: Saved, plan: TargetPlan) -> tuple[int, Optional[str]]:
    """Loads from a FIFO or stdin, which can only be read once."""
    args = session.args
    inspected = inspection(session, lambda: read_catalog(args.catalog))
    load = PipeLoad(session, plan)
    scanner = Scanner(
        saved.held,
        args.max_bad_lines + 1,
        plan.hard_delete,
        remember=True,
        live=True,
        checks=column_checks(inspected),
        inspection=inspected,
    )
    gate = target_gate(inspected, scanner, load.child.kill)
    relay = Relay(scanner, load.sink, args.max_bad_lines, lambda: not is_partial(args), gate=gate)
    relay.start(lambda: open_pipe(args), session.supervisor.wake)
    load.watch(relay)

    tap = DistantTap(session, relay)

    def tick(silent: Optional[int]) -> None:
        tap.look()
        session.progress.step("load", bytes=relay.written, records=scanner.records, silent=silent)

    _wait(
        session,
        load,
        lambda: tap.signs_of_life(load),
        tick,
        lambda fault: tap.stop_idle(load, fault),
    )
    log_bad_lines(session, scanner, 0)
    publish(session, scanner)
    if relay.tail_dropped:
        session.leave_out(CUT_LINE)
    if relay.error:
        raise io_error(relay.error, "read", args.input)
    if tap.fault:
        return TAP_FAILED, tap.fault
    untroubled = not session.supervisor.stops and load.trouble() is None
    if untroubled and is_partial(args) and scanner.empty:
        # The tap reports its own error.
        return OK, None
    # The catalog, and whether it is complete, is only known once the tap has ended.
    catalog = read_catalog(args.catalog)
    saved = Saved(session, catalog, held_streams(catalog) if args.partial else saved.held)
    session.result["complete"] = not args.partial
    settle(session, inspected, scanner, live=True)
    if not session.supervisor.stops:
        check_bad(session, scanner)
        if load.trouble() is None:
            check_content(session, scanner)
            require(session, inspected, scanner)
    return _conclude(session, saved, load, scanner, lambda: scanner.states)


def _wait(
    session: Session,
    load: PipeLoad,
    signs: Callable[[], Signs],
    tick: Callable[[Optional[int]], None],
    on_idle: Optional[Callable[[str], None]] = None,
) -> None:
    child, supervisor = load.child, session.supervisor
    idle = Idle(session, child.name, "read", signs, on_idle or child.kill)
    session.progress.phase("load", "start")
    # Let the target finish: when asked to stop, some report success for data they drop.
    supervisor.run(
        child.ended.is_set,
        lambda: supervisor.after(supervisor.grace, child.kill),
        child.kill,
        tick=lambda: tick(idle.look()),
    )
    tick(None)
    session.progress.phase("load", "end")
    session.result["target"] = {"exit": child.exit, "signal": child.signal}
    session.result.setdefault("seconds", {})["target"] = round(child.seconds, 3)


def _conclude(
    session: Session, saved: Saved, load: Load, scanner: Scanner, states: Callable[[], States]
) -> tuple[int, Optional[str]]:
    trouble = load.trouble()
    stops = session.supervisor.stops
    if session.args.outcome:
        session.result["outputs"] = files_below(session.args.output_directory)
    if trouble is None and stops < 2:
        saved.commit(scanner, load, states)
    if stops:
        end = "it had loaded everything" if trouble is None else trouble
        return INTERRUPTED, f"stopped while {load.child.name} was loading: {end}"
    if trouble is not None:
        return TARGET_FAILED, trouble
    return saved.check_freshness()
