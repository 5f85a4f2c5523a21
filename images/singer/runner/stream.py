"""stream: a tap and a target in parallel, with the relay between them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Callable, Optional

from .catalog import full_table_streams
from .child import Child
from .closed_output import ClosedOutput
from .codes import BOTH_FAILED, INTERNAL, INTERRUPTED, TAP_FAILED, TARGET_FAILED
from .findings import CUT_LINE, check_bad, check_content, log_bad_lines, publish
from .idle import Idle, Signs
from .inspect_run import column_checks, inspection, require, settle, target_gate
from .inspection import Inspection
from .messages import SCHEMA
from .outcome import Saved
from .pipes import large_pipe
from .relay import Relay
from .run_masking import column_masking
from .scan import Scanner
from .session import Session
from .slots import look_at_slots
from .tap import prepare_tap, write_catalog
from .target import PipeLoad, prepare_target

if TYPE_CHECKING:
    from .column_masking import ColumnMasking


def stream(session: Session) -> tuple[int, Optional[str]]:
    """Exit code and error of a stream."""
    target = prepare_target(session)
    # It starts while the tap discovers. If the tap does not start, the end of the session kills it.
    load = PipeLoad(session, target)
    read, write = large_pipe()
    plan = prepare_tap(session, write)
    write_catalog(session, plan.catalog)
    masking = column_masking(session, plan.catalog)
    session.check_not_stopped()
    inspected = inspection(session, lambda: plan.catalog)
    tap = plan.start(session, write)
    os.close(write)
    scanner = Scanner(
        keep_bad=session.args.max_bad_lines + 1,
        hard_delete=target.hard_delete,
        remember=True,
        live=True,
        checks=column_checks(inspected),
        inspection=inspected,
    )
    run = _Run(session, tap, load, scanner, read, masking, inspected)
    run.wait(plan.overlay.look)
    complete = tap.ok and not session.supervisor.stops
    held = full_table_streams(plan.catalog) if plan.catalog and not complete else frozenset()
    session.result.update(
        complete=complete,
        tap={"exit": tap.exit, "signal": tap.signal},
        target={"exit": load.child.exit, "signal": load.child.signal},
        seconds={"tap": round(tap.seconds, 3), "target": round(load.child.seconds, 3)},
    )
    look_at_slots(session, plan.connector, plan.config, plan.catalog)
    publish(session, run.scanner)
    settle(session, inspected, run.scanner, live=True)
    return run.conclude(Saved(session, plan.catalog, held))


_RELAY_SECONDS = 2
"""Time for the relay to notice that both of its ends are closed."""


class _Run:
    def __init__(
        self,
        session: Session,
        tap: Child,
        load: PipeLoad,
        scanner: Scanner,
        source: int,
        masking: Optional[ColumnMasking],
        inspected: Inspection,
    ) -> None:
        args = session.args
        self._session = session
        self._tap = tap
        self._load = load
        self._stopping = False
        self._logged = 0
        self.scanner = scanner
        self._masking = masking
        self._inspected = inspected
        gate = target_gate(inspected, scanner, load.child.kill)
        self._relay = Relay(
            scanner, load.sink, args.max_bad_lines, self._tap_ended_well, masking, gate
        )
        wake = session.supervisor.wake
        self._relay.start(lambda: source, wake)
        load.watch(self._relay)
        self._closed = ClosedOutput(tap, session.supervisor, self._stop_tap)
        self._idle = Idle(session, tap.name, "sent", self._signs_of_life, self._stop_idle)
        self._finishing = False

    def _tap_ended_well(self) -> bool:
        self._tap.ended.wait()
        return self._tap.ok and not self._session.supervisor.stops

    def wait(self, look: Callable[[], None]) -> None:
        """Waits until both have ended; `look` is called twice a second."""
        session, target = self._session, self._load.child

        def done() -> bool:
            return self._tap.ended.is_set() and target.ended.is_set() and self._relay.ended.is_set()

        def kill() -> None:
            self._tap.kill()
            target.kill()
            session.supervisor.after(_RELAY_SECONDS, self._relay.abandon)

        def tick() -> None:
            look()
            self._logged = log_bad_lines(session, self.scanner, self._logged)
            session.progress.step(
                "stream",
                bytes=self._relay.written,
                records=self.scanner.records,
                silent=self._idle.look(),
            )

        session.progress.phase("stream", "start")
        session.supervisor.run(done, self._stop, kill, self._step, tick)
        tick()
        session.progress.phase("stream", "end")

    def _stop(self) -> None:
        # The tap gets half of the time, so that the target has the rest to load what was sent.
        supervisor = self._session.supervisor
        self._tap.terminate()
        supervisor.after(supervisor.grace / 2, self._tap.kill)
        supervisor.after(supervisor.grace, self._load.child.kill)
        supervisor.after(supervisor.grace + _RELAY_SECONDS, self._relay.abandon)

    def _stop_tap(self, fault: Optional[str] = None) -> None:
        supervisor = self._session.supervisor
        self._tap.terminate(fault)
        supervisor.after(supervisor.grace, self._tap.kill)

    def _stop_idle(self, fault: str) -> None:
        if self._load.unread:
            # Kill it: when asked to stop, some targets report success for data they drop.
            self._load.child.kill(fault.replace("sent", "read", 1))
        else:
            self._stop_tap(fault)

    def _signs_of_life(self) -> Signs:
        of_target = self._load.signs_of_life()
        return of_target and (of_target, self._relay.read, self._tap.log.bytes)

    def _step(self) -> None:
        target, relay, supervisor = self._load.child, self._relay, self._session.supervisor
        tap_runs = not self._tap.ended.is_set()
        if tap_runs and relay.source_ended:
            self._closed.look(ended=True)
        target_is_gone = target.ended.is_set() and not (target.ok and relay.complete)
        if (
            not self._stopping
            and tap_runs
            and (target_is_gone or relay.too_bad or relay.broken or relay.error)
        ):
            self._stopping = True
            self._stop_tap()
            if relay.too_bad:
                supervisor.after(supervisor.grace, target.kill)
        if not self._finishing and not tap_runs and not relay.source_ended:
            # Its output is held open by an invisible process, or the relay has not reached the end yet.
            self._finishing = True
            supervisor.after(
                max(_RELAY_SECONDS, supervisor.grace - (time.monotonic() - self._tap.ended_at)),
                relay.finish,
            )

    def _tap_ended_first(self) -> bool:
        """Whether the tap failed by itself: one that fails after its target only lost its reader.

        A target that exits as soon as its input ends may be observed to end before the tap that caused it.
        """
        by_itself = self._tap.exit is not None and not self._load.early
        return by_itself or self._tap.ended_at < self._load.child.ended_at

    def conclude(self, saved: Saved) -> tuple[int, Optional[str]]:
        """Saves what may be saved; returns the exit code and error."""
        session = self._session
        stops = session.supervisor.stops
        trouble = self._load.trouble()
        if self._tap.warning:
            session.warn(self._tap.warning)
        if self._relay.cut_short:
            session.warn(
                f"a process that {self._tap.name} left behind kept its output open: the run did not wait for it"
            )
        if self._relay.tail_dropped:
            session.leave_out(CUT_LINE)
        if self._relay.refused and not stops:
            raise self._relay.refused
        if not stops:
            check_bad(session, self.scanner)
            if self._tap.ok and trouble is None:
                if self._masking:
                    self._masking.check(session)
                check_content(session, self.scanner)
                require(session, self._inspected, self.scanner)
        if self._relay.error:
            return INTERNAL, f"reading from {self._tap.name}: {self._relay.error.strerror}"
        if trouble is None and stops < 2 and not self._relay.refused:
            saved.commit(self.scanner, self._load, lambda: self.scanner.states)
        if stops:
            return INTERRUPTED, "stopped: " + (
                trouble or f"{self._load.child.name} loaded everything that was sent"
            )
        if trouble is not None and not self._tap.ok and self._tap_ended_first():
            return BOTH_FAILED, f"{self._tap.failure()}; {trouble}"
        if trouble is not None:
            return TARGET_FAILED, trouble
        if not self._tap.ok:
            return TAP_FAILED, self._tap.failure()
        if not self.scanner.total(SCHEMA):
            session.warn("the tap sent a STATE but no SCHEMA: there was nothing to load")
        return saved.check_freshness()
