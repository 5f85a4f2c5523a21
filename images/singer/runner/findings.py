"""Findings in the data of a load or stream: counts, warnings, and errors that fail the run."""

from __future__ import annotations

import os

from .codes import BAD_STREAM, EMPTY, EXPECTATION, RunnerError
from .earlier_attempts import read_earlier
from .lineage_facts import described
from .lossless import JsonText
from .messages import SCHEMA
from .scan import Scanner
from .session import Session
from .totals import BadLine
from .versions import find_outdated

_SHOWN = 200

CUT_LINE = "the incomplete last line, because the tap did not finish"
"""Reported for the tail of a failed tap."""


def publish(session: Session, scanner: Scanner) -> None:
    """Adds the counts, including earlier attempts, to the result, and anomalies to the warnings."""
    earlier = read_earlier(session.args.earlier)
    own = {
        "bytes": scanner.bytes,
        "lines": scanner.lines,
        "badLines": scanner.bad,
        "recoveredLines": scanner.recovered,
        "batchFiles": scanner.batch_files,
        "uncountedFiles": scanner.uncounted_files,
    }
    session.result.update(
        {name: earlier.plus(name, count) for name, count in own.items()},
        records=earlier.plus_records(scanner.loaded()),
        schemas=scanner.of(SCHEMA),
        streamBytes=scanner.stream_bytes,
        earlierRecords=dict(earlier.records),
        resumed=earlier.resumed,
    )
    described(session, scanner.schemas.last)
    session.left_out_before(earlier.left_out, earlier.plus("leftOutCount", 0))
    for note in scanner.notes:
        session.warn(note)
    if scanner.bad:
        session.leave_out(
            f"{_lines(scanner.bad)} of the tap's output, not Singer messages (the first is "
            f"{_first(scanner, recovered=False)})",
            scanner.bad,
        )
    if scanner.recovered:
        messages = (
            "1 message, which was loaded"
            if scanner.recovered == 1
            else f"{scanner.recovered:,} messages, which were loaded"
        )
        session.leave_out(
            f"text in front of {messages} (the first is {_first(scanner, recovered=True)})",
            scanner.recovered,
        )
    if scanner.uncounted_files:
        session.warn(
            f"the rows of {scanner.uncounted_files:,} of {scanner.batch_files:,} BATCH files are not counted: "
            "they are not JSON lines, or not on this disk"
        )
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
    """Logs the bad lines from index `since`; returns how many there are now."""
    listed = scanner.bad_lines[since:]
    for bad in listed:
        what = (
            "holds a message behind text that is left out"
            if bad.recovered
            else f"is not a Singer message ({bad.reason}), left out"
        )
        _log_line(session, bad, what)
    return since + len(listed)


def _log_line(session: Session, line: BadLine, what: str) -> None:
    text = session.masker.text(line.text.decode("utf-8", "replace").rstrip("\r\n"))[:_SHOWN]
    session.log.line("runner", f"line {line.number} {what}: {text}")


def check_bad(session: Session, scanner: Scanner) -> None:
    """Exit 14 for an unreadable line that may contain a message, or for too many bad lines; 16 for
    a refused message."""
    allowed, fatal = session.args.max_bad_lines, scanner.fatal
    if fatal:
        where = f"line {fatal.number}: " if fatal.number else ""
        if fatal.text:
            _log_line(session, fatal, "fails the run")
        kind = "bad stream: " if fatal.code == BAD_STREAM else ""
        raise RunnerError(fatal.code, f"{kind}{where}{fatal.reason}")
    if scanner.bad > allowed:
        first = next(line for line in scanner.bad_lines if not line.recovered)
        raise RunnerError(
            BAD_STREAM,
            f"bad stream: more than {allowed} lines are not Singer messages, "
            f"the first is line {first.number} ({first.reason})",
        )


def check_versions(scanner: Scanner, source: int) -> None:
    """Exit 14 for an extract that the target would delete right after loading it."""
    os.lseek(source, 0, os.SEEK_SET)
    with open(os.dup(source), "rb") as file:
        refusal = find_outdated(file, scanner.versions)
    if refusal:
        raise RunnerError(BAD_STREAM, f"bad stream: {refusal}")


def check_content(session: Session, scanner: Scanner) -> None:
    """Exit 15 for an empty stream, 16 for too few records."""
    if scanner.empty:
        hint = (
            "is a stream selected?"
            if not scanner.records
            else f"{scanner.records:,} records were sent without one"
        )
        raise RunnerError(EMPTY, f"empty: the tap sent no SCHEMA and no STATE; {hint}")
    wanted = session.args.min_records
    came = scanner.records + read_earlier(session.args.earlier).resumed
    if wanted is None or came >= wanted:
        return
    if scanner.uncounted_files:
        session.warn("minRecords cannot be checked: the rows of some BATCH files are not counted")
        return
    raise RunnerError(EXPECTATION, f"{came:,} records received, expected at least {wanted:,}")
