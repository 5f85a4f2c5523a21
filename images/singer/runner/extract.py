"""extract: runs a tap whose stdout is directly the output file, unless properties are masked on the way."""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import TYPE_CHECKING, Optional

from .child import Child
from .closed_output import ClosedOutput
from .codes import INTERNAL, INTERRUPTED, OK, TAP_FAILED, RunnerError, io_error
from .idle import Idle
from .progress import Growth
from .run_masking import column_masking
from .session import Session
from .slots import look_at_slots
from .tap import TapPlan, prepare_tap, write_catalog

if TYPE_CHECKING:
    from .column_masking import ColumnMasking, MaskedOutput

_BACKWARDS = 1 << 16
_FIFO_SECONDS = 0.05
_LAST_BYTES = 4096


def extract(session: Session) -> tuple[int, Optional[str]]:
    """Exit code and error of a run of the tap."""
    args, supervisor = session.args, session.supervisor
    plan = prepare_tap(session)
    write_catalog(session, plan.catalog)
    masking = column_masking(session, plan.catalog)
    session.check_not_stopped()
    output = _open_output(session)
    is_file = args.output != "-" and stat.S_ISREG(os.fstat(output).st_mode)
    is_fifo = args.output != "-" and not is_file
    masked = masking.output(output, args.output, closes=is_fifo) if masking else None
    sink = masked.sink if masked else output
    tap = plan.start(session, sink)
    if masked:
        masked.start(tap, supervisor)
    elif is_fifo:
        # The reader must see the end of the FIFO when the tap exits.
        os.close(output)
    file = output if is_file else None
    _wait(session, plan, tap, masked, file)
    if tap.warning:
        session.warn(tap.warning)
    refused = masked.error if masked else None
    complete = tap.ok and not supervisor.stops and refused is None
    size = None if file is None else _settle(file, complete)
    session.result.update(
        complete=complete,
        tap={"exit": tap.exit, "signal": tap.signal},
        seconds={"tap": round(tap.seconds, 3)},
        **({} if size is None else {"bytes": size}),
    )
    look_at_slots(session, plan.connector, plan.config, plan.catalog)
    if supervisor.stops:
        return INTERRUPTED, f"{tap.name} was stopped; the records it sent are kept"
    if refused:
        return refused.code, str(refused)
    if complete and masking:
        _check_masked(session, masking, file)
    return (OK, None) if complete else _failure(session, tap, file)


def _wait(
    session: Session,
    plan: TapPlan,
    tap: Child,
    masked: Optional[MaskedOutput],
    file: Optional[int],
) -> None:
    """Waits until the tap has ended; `file` is its output if that is neither a FIFO nor stdout."""
    args, supervisor = session.args, session.supervisor
    is_fifo = args.output != "-" and file is None
    growth = Growth(args.output)
    session.progress.phase("extract", "start")

    def stop(fault: Optional[str] = None) -> None:
        tap.terminate(fault)
        supervisor.after(supervisor.grace, kill)

    def kill() -> None:
        tap.kill()
        if masked:
            masked.abandon_soon()

    # Only the reader of a FIFO knows how much passed through it, and detects silence there.
    idle = Idle(
        session,
        tap.name,
        "sent",
        lambda: None if file is None else (os.fstat(file).st_size, tap.log.bytes),
        stop,
    )
    closed = ClosedOutput(tap, supervisor, stop)

    def done() -> bool:
        return tap.ended.is_set() and (masked is None or masked.ended.is_set())

    def step() -> None:
        if masked and masked.look():
            stop()

    def tick() -> None:
        plan.overlay.look()
        closed.look()
        if is_fifo and not tap.fault and _has_no_reader(args.output) and tap.holds_output:
            # A tap that has nothing to send would never notice.
            stop("was stopped: nothing reads what it sends any more")
        silent = idle.look()
        if session.progress.due:
            growth.look()
            session.progress.step(
                "extract", bytes=growth.bytes, records=growth.lines, silent=silent
            )

    supervisor.run(done, stop, kill, step, tick)
    tick()
    session.progress.phase("extract", "end")


def _failure(session: Session, tap: Child, file: Optional[int]) -> tuple[int, str]:
    # Loaded late, as in child.py.
    from .failure import says_disk_full

    if says_disk_full(list(tap.lines)) or (file is not None and _is_full(file)):
        return INTERNAL, f"{tap.failure()} (the disk is full: {session.args.output})"
    return TAP_FAILED, tap.failure()


def _check_masked(session: Session, masking: ColumnMasking, file: Optional[int]) -> None:
    """Empties an extract in which something was not masked."""
    try:
        masking.check(session)
    except RunnerError:
        if file is not None:
            os.ftruncate(file, 0)
        raise


def _open_output(session: Session) -> int:
    path = session.args.output
    if path == "-":
        return 1
    try:
        if os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode):
            return _open_fifo(session, path)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError as error:
        raise io_error(error, "write", path) from None


def _open_fifo(session: Session, path: str) -> int:
    # A blocking open would wait for the reader and not notice a stop.
    while True:
        session.check_not_stopped()
        try:
            fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(_FIFO_SECONDS)
            continue
        os.set_blocking(fd, True)
        return fd


def _has_no_reader(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno == errno.ENXIO
    return False


def _settle(fd: int, complete: bool) -> int:
    """Truncates the partial last line of a tap that failed; returns the file size."""
    size = os.fstat(fd).st_size
    if complete:
        return size
    end = size
    while end:
        start = max(0, end - _BACKWARDS)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    os.ftruncate(fd, end)
    return end


def _is_full(fd: int) -> bool:
    free = os.fstatvfs(fd)
    return free.f_blocks > 0 and free.f_bavail * free.f_frsize < _LAST_BYTES
