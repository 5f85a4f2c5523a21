"""The steps of a run with their attempts, from what the steps left in their results."""

from __future__ import annotations

import calendar
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

from .codes import OK
from .tries import earlier_attempts

_LOST = "left no result: it was killed, or its pod was lost"
_TRIED = ("extract", "load", "stream")


class Step(NamedTuple):
    """A part of a run; times are nanoseconds since 1970."""

    name: str
    started: int
    ended: int
    error: Optional[str]
    values: Mapping[str, Union[str, int, float, bool, None]]
    streams: tuple[tuple[str, int, Optional[int]], ...] = ()
    """Stream, records and bytes."""
    attempts: tuple[Any, ...] = ()
    """Steps of their own."""
    is_attempt: bool = False


def nanoseconds(moment: str) -> int:
    """Nanoseconds since 1970 of a time in RFC 3339, in UTC."""
    whole = calendar.timegm(time.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S"))
    fraction = moment[20:].rstrip("Z") if moment[19:20] == "." else ""
    return whole * 10**9 + int(fraction[:9].ljust(9, "0") or 0)


def retries_in(summary: Mapping[str, Any]) -> int:
    """Attempts after the first, of all steps of a run."""
    return sum(max(0, count - 1) for count in summary["attempts"].values())


def steps_of(
    results: list[dict[str, Any]], parts: list[dict[str, Any]], begun: int, ended: int
) -> list[Step]:
    """The steps of a run that took from `begun` to `ended`; `parts` are those without a result."""
    found = []
    for name in _TRIED:
        own = [each for each in results if each.get("command") == name and "started" in each]
        if own:
            found.append(_tried(name, sorted(own, key=lambda each: str(each["started"]))))
    for part in parts:
        last = nanoseconds(part["ended"]) if part.get("ended") else ended
        found.append(Step(part["name"], nanoseconds(part["started"]), last, part.get("error"), {}))
    return sorted(found, key=lambda step: step.started)


def _tried(name: str, results: list[dict[str, Any]]) -> Step:
    """A step whose attempts are those in `results`, and those that the results list."""
    attempts: list[Step] = []
    for each in [attempt for result in results for attempt in earlier_attempts(result)]:
        number = each["attempt"] if each["attempt"] is not None else len(attempts)
        started = nanoseconds(each["started"])
        while len(attempts) < number:
            since = attempts[-1].ended if attempts else started
            attempts.append(_attempt(len(attempts), since, started, _LOST, None))
        error = None if each["code"] == OK else each["error"] or "failed"
        attempts.append(_attempt(number, started, nanoseconds(each["ended"]), error, each["code"]))
    last = results[-1]
    values = {
        "tapctl.exit_code": last["code"],
        "tapctl.bytes": last.get("bytes"),
        "tapctl.records": sum(last["records"].values()) if "records" in last else None,
        "tapctl.attempts": len(attempts),
    }
    error = attempts[-1].error
    whole = Step(name, attempts[0].started, attempts[-1].ended, error, values)
    return whole._replace(streams=_streams(last), attempts=tuple(attempts))


def _attempt(
    number: int, started: int, ended: int, error: Optional[str], code: Optional[int]
) -> Step:
    values = {"tapctl.attempt": number + 1, "tapctl.exit_code": code}
    return Step(f"attempt {number + 1}", started, ended, error, values, is_attempt=True)


def _streams(result: Mapping[str, Any]) -> tuple[tuple[str, int, Optional[int]], ...]:
    sizes = result.get("streamBytes", {})
    return tuple(
        (stream, records, sizes.get(stream))
        for stream, records in result.get("records", {}).items()
    )
