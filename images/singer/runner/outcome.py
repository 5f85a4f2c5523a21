"""What a load or stream has come to: counts, checks, the state to save."""
from __future__ import annotations

import time
from typing import Optional

from .codes import BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE, OK, RunnerError
from .files import write_json
from .lossless import JsonText, plain
from .messages import RECORD, SCHEMA, STATE
from .scan import Scanner
from .session import Session
from .state import envelope, next_state, previous_state, read_identity
from .target import Load
from .totals import BadLine

_SHOWN = 200

CUT_LINE = "the last line, which is not complete, as the tap did not finish"
"""What is told of the tail of a tap that failed."""


class Saved:
    """The state before this run, and what may be saved after it."""

    def __init__(self, session: Session, held: frozenset[str]) -> None:
        args = session.args
        self._session = session
        self.identity = read_identity(args.identity, args.run)
        # What belongs to another destination is no state to hold bookmarks back to.
        on_change = "refresh" if args.on_change == "fail" and self._foreign() else args.on_change
        self.before = previous_state(args.state, self.identity, on_change)
        self.held = held
        session.result.update(stateBefore=self.before, stateAfter=self.before)

    def _foreign(self) -> bool:
        try:
            previous_state(self._session.args.state, self.identity, "fail")
        except RunnerError as error:
            return error.code == FOREIGN_STATE
        return False

    def commit(self, scanner: Scanner, load: Optional[Load]) -> None:
        """Writes the candidate for the state that was loaded."""
        session = self._session
        if scanner.fatal or scanner.bad > session.args.max_bad_lines:
            # The scanner has seen more than the target was given.
            return
        seen = {stream for kind in (RECORD, SCHEMA) for stream in scanner.of(kind)} | scanner.dropped
        state = next_state(scanner.state, self.before, self.held, bool(self.held & seen))
        if self.held & seen and scanner.state and not scanner.dropped:
            session.leave_out(f"bookmarks of full tables, as the tap did not finish: {', '.join(sorted(self.held & seen))}")
        if state is None:
            session.warn(_why_none(scanner))
            return
        if load and load.last_printed and load.last_printed != plain(scanner.state):
            session.warn("the last state the target printed is not the last one it was given: "
                         "it may not have stored everything")
        if session.args.candidate:
            write_json(session.args.candidate, envelope(state, self.identity))
        session.result["stateAfter"] = state

    def check_freshness(self) -> tuple[int, Optional[str]]:
        """Exit code and error of --max-staleness."""
        limit = self._session.args.max_staleness
        if not limit:
            return OK, None
        from .freshness import newest
        time_of_newest = newest(self._session.result.get("stateAfter"))
        if time_of_newest is None:
            self._session.warn("--max-staleness: the state holds no date or time to compare")
            return OK, None
        age = time.time() - time_of_newest
        if age <= limit:
            return OK, None
        return EXPECTATION, f"the newest bookmark is {age / 3600:.1f} hours old, at most {limit / 3600:g} are expected"


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
