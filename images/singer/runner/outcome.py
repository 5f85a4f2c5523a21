"""What a load or stream has come to: counts, checks, the state to save."""
from __future__ import annotations

import time
from typing import Optional

from .codes import BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE, OK, RunnerError
from .files import write_json
from .lossless import plain
from .messages import RECORD, SCHEMA, STATE
from .scan import Scanner
from .session import Session
from .state import envelope, next_state, previous_state, read_identity
from .target import Load

_SHOWN = 200


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
        if scanner.refused or scanner.bad > session.args.max_bad_lines:
            # The scanner has seen more than the target was given.
            return
        seen = {stream for kind in (RECORD, SCHEMA) for stream in scanner.of(kind)} | scanner.dropped
        state = next_state(scanner.state, self.before, self.held, bool(self.held & seen))
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
    session.result.update(bytes=scanner.bytes, lines=scanner.lines, records=scanner.of(RECORD),
                          schemas=scanner.of(SCHEMA), badLines=scanner.bad)
    for note in scanner.notes:
        session.warn(note)


def log_bad_lines(session: Session, scanner: Scanner, since: int) -> int:
    """Logs the bad lines from the `since`th on; how many there are now."""
    listed = scanner.bad_lines[since:]
    for bad in listed:
        text = session.masker.text(bad.text.decode("utf-8", "replace").rstrip("\r\n"))[:_SHOWN]
        session.log.line("runner", f"line {bad.number} is no Singer message ({bad.reason}), left out: {text}")
    return since + len(listed)


def check_bad(scanner: Scanner, allowed: int) -> None:
    """Exit 14 when there are more bad lines than allowed, or a STATE that cannot be kept."""
    if scanner.refused:
        raise RunnerError(BAD_STREAM, f"bad stream: line {scanner.refused.number}: {scanner.refused.reason}")
    if scanner.bad > allowed:
        first = scanner.bad_lines[0]
        raise RunnerError(BAD_STREAM, f"bad stream: more than {allowed} lines are no Singer messages, "
                          f"the first is line {first.number} ({first.reason})")


def check_content(scanner: Scanner, min_records: Optional[int]) -> None:
    """Exit 15 for an empty stream, 16 for too few records."""
    if scanner.empty:
        hint = "is a stream selected?" if not scanner.records else f"{scanner.records:,} records came without one"
        raise RunnerError(EMPTY, f"empty: the tap sent no SCHEMA and no STATE; {hint}")
    if min_records is not None and scanner.records < min_records:
        raise RunnerError(EXPECTATION, f"{scanner.records:,} records came, at least {min_records:,} are expected")
