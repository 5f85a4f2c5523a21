"""What a load or stream has come to: counts, checks, the state to save."""
from __future__ import annotations

import time
from typing import Any, Callable, Optional

from .bookmarks import State, merge, streams_of
from .catalog import selected_streams
from .codes import BAD_STREAM, EMPTY, EXPECTATION, OK, RunnerError
from .files import write_json
from .lossless import JsonText
from .messages import RECORD, SCHEMA, STATE
from .scan import Scanner
from .session import Session
from .state import envelope, next_state, read_identity, read_start
from .states import States, fingerprint
from .target import Load
from .totals import BadLine

_SHOWN = 200

CUT_LINE = "the last line, which is not complete, as the tap did not finish"
"""What is told of the tail of a tap that failed."""


class Saved:
    """The state before this run, and what may be saved after it."""

    def __init__(self, session: Session, catalog: Optional[Any], held: frozenset[str]) -> None:
        args = session.args
        self._session = session
        self._identity = read_identity(args.identity, args.run)
        self._start = read_start(args)
        self._catalog = catalog
        self.held = held
        session.result.update(stateBefore=self._start.tap, stateAfter=self._start.kept, unselected=[])

    def commit(self, scanner: Scanner, load: Optional[Load], states: Callable[[], States]) -> None:
        """Writes the candidate for the state that was loaded; `states` are those STATEs that came, remembered."""
        session, args = self._session, self._session.args
        if scanner.fatal or scanner.bad > args.max_bad_lines:
            # The scanner has seen more than the target was given.
            return
        seen = {stream for kind in (RECORD, SCHEMA) for stream in scanner.of(kind)} | scanner.dropped
        brought = next_state(self._loaded(scanner, load, states), self.held, bool(self.held & seen))
        if self.held & seen and scanner.state and not scanner.dropped:
            session.leave_out(f"bookmarks of full tables, as the tap did not finish: {', '.join(sorted(self.held & seen))}")
        if brought is None:
            session.warn(_why_none(scanner))
            return
        after = merge(self._start.kept, brought) or brought
        self._tell_kept(after, brought, seen)
        if args.candidate:
            write_json(args.candidate, envelope(after, self._identity))
        if getattr(args, "resume", None):
            # Not `after`: in a full refresh the next attempt must not start from the bookmarks that are only kept.
            write_json(args.resume, envelope(merge(self._start.tap, brought) or brought, self._identity))
        session.result["stateAfter"] = after

    def _loaded(self, scanner: Scanner, load: Optional[Load], states: Callable[[], States]) -> Optional[State]:
        """The state of all that came; where the target reports an earlier one of the STATEs, of what came up to that one."""
        last, printed = scanner.states.last, load.last_printed if load else None
        if not load or not last or not printed or fingerprint(printed) == fingerprint(last):
            return scanner.state
        # What never passed, such as a mixture of several STATEs, says nothing.
        earlier = states().up_to(printed)
        if earlier is None:
            return scanner.state
        self._session.warn(f"{load.child.name} reports an earlier STATE than the last one it was given: that one is saved, "
                           "and the next run sends again what came after it")
        return earlier

    def _tell_kept(self, after: State, brought: State, seen: set[str]) -> None:
        """Reports the bookmarks of streams that this run did not select."""
        marks = streams_of(after)
        selected = selected_streams(self._catalog) if self._catalog else None
        if selected is None:
            others = [] if not self._session.result["complete"] else [name for name in marks if name not in streams_of(brought)]
            why = "the tap sent nothing of them"
        else:
            others = [name for name in marks if name not in selected]
            why = "not selected any more"
        others = [name for name in others if name not in seen]
        if not others:
            return
        self._session.result["unselected"] = others
        self._session.warn(f"bookmarks kept of streams that this run did not replicate ({why}): {', '.join(others)}")

    def check_freshness(self) -> tuple[int, Optional[str]]:
        """Exit code and error of --max-staleness."""
        limit = self._session.args.max_staleness
        if not limit:
            return OK, None
        from .freshness import marks, not_fresh
        result = self._session.result
        found = marks(result.get("stateAfter"), result["unselected"])
        if not found:
            self._session.warn("--max-staleness: the state holds no date or time to compare")
            return OK, None
        wrong = not_fresh(found, time.time(), limit)
        return (EXPECTATION, wrong) if wrong else (OK, None)


def _why_none(scanner: Scanner) -> str:
    if scanner.state:
        return "the state has no bookmarks of its own for each stream, and full-table data is missing: the old one stays"
    return "no STATE that is not empty: the old one stays" if scanner.total(STATE) else "no STATE: the old one stays"


def publish(session: Session, scanner: Scanner) -> None:
    """Puts the counts into the result and what was odd into the warnings."""
    session.result.update(
        bytes=scanner.bytes, lines=scanner.lines, records=scanner.loaded(), schemas=scanner.of(SCHEMA),
        badLines=scanner.bad, recoveredLines=scanner.recovered, batchFiles=scanner.batch_files,
        uncountedFiles=scanner.uncounted_files)
    for note in scanner.notes:
        session.warn(note)
    if scanner.bad:
        session.leave_out(f"{_lines(scanner.bad)} of the tap's output, not Singer messages (the first is "
                          f"{_first(scanner, recovered=False)})")
    if scanner.recovered:
        session.leave_out(f"text in front of {scanner.recovered:,} {'message' if scanner.recovered == 1 else 'messages'}, "
                          f"which were loaded (the first is {_first(scanner, recovered=True)})")
    if scanner.uncounted_files:
        session.warn(f"the rows of {scanner.uncounted_files:,} of {scanner.batch_files:,} BATCH files are not counted: "
                     "they are not JSON lines, or not on this disk")
    if not scanner.fatal:
        before = session.result.get("stateBefore")
        state = before.value if isinstance(before, JsonText) else None
        for warning in scanner.versions.warnings(scanner.loaded(), state):
            session.warn(warning)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


def _first(scanner: Scanner, recovered: bool) -> str:
    first = next((line for line in scanner.bad_lines if line.recovered == recovered), None)
    return f"line {first.number}: {first.reason}" if first else "not listed"


def log_bad_lines(session: Session, scanner: Scanner, since: int) -> int:
    """Logs the bad lines from the `since`th on; how many there are now."""
    listed = scanner.bad_lines[since:]
    for bad in listed:
        what = "holds a message behind text that is left out" if bad.recovered else \
            f"is not a Singer message ({bad.reason}), left out"
        _log_line(session, bad, what)
    return since + len(listed)


def _log_line(session: Session, line: BadLine, what: str) -> None:
    text = session.masker.text(line.text.decode("utf-8", "replace").rstrip("\r\n"))[:_SHOWN]
    session.log.line("runner", f"line {line.number} {what}: {text}")


def check_bad(session: Session, scanner: Scanner) -> None:
    """Exit 14 for a line that may hold a message and cannot be read, and for more bad lines than allowed."""
    allowed, fatal = session.args.max_bad_lines, scanner.fatal
    if fatal:
        where = f"line {fatal.number}: " if fatal.number else ""
        if fatal.text:
            _log_line(session, fatal, "fails the run")
        raise RunnerError(BAD_STREAM, f"bad stream: {where}{fatal.reason}")
    if scanner.bad > allowed:
        first = next(line for line in scanner.bad_lines if not line.recovered)
        raise RunnerError(BAD_STREAM, f"bad stream: more than {allowed} lines are not Singer messages, "
                          f"the first is line {first.number} ({first.reason})")


def check_content(session: Session, scanner: Scanner) -> None:
    """Exit 15 for an empty stream, 16 for too few records."""
    if scanner.empty:
        hint = "is a stream selected?" if not scanner.records else f"{scanner.records:,} records came without one"
        raise RunnerError(EMPTY, f"empty: the tap sent no SCHEMA and no STATE; {hint}")
    wanted = session.args.min_records
    if wanted is None or scanner.records >= wanted:
        return
    if scanner.uncounted_files:
        session.warn("--min-records cannot be checked: the rows of some BATCH files are not counted")
        return
    raise RunnerError(EXPECTATION, f"{scanner.records:,} records came, at least {wanted:,} are expected")
