"""How old the bookmarks of a state are, stream by stream, for maxStalenessSeconds."""

from __future__ import annotations

import calendar
import re
from collections.abc import Container, Iterator
from typing import Any, NamedTuple, Optional

from .lossless import JsonText

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$"
)
_DAY = 86400
_TOLD = 3
_WIDEST_OFFSET = 14 * 3600
"""Many taps write local times as UTC: a time ahead by at most one timezone offset counts as now."""
_NOT_READ_YET = ("replication_key_signpost",)
"""Keys that SDK taps write during an in-progress run."""


class Mark(NamedTuple):
    """The newest date or time of a stream's bookmark."""

    stream: Optional[str]
    """None if the state is not organized by streams."""
    text: str
    time: float
    """Seconds since 1970: a time without a zone is UTC, a date means the end of that day."""

    def ahead(self, now: float) -> bool:
        """It is in the future in every timezone."""
        begins = self.time - _DAY if len(self.text.strip()) <= len("2026-01-01") else self.time
        return begins > now + _WIDEST_OFFSET


def marks(state: Optional[JsonText], ignored: Container[Optional[str]] = ()) -> list[Mark]:
    """The newest date or time of each stream that has one, except `ignored` streams."""
    value = state.value if state else None
    found = value.get("bookmarks") if isinstance(value, dict) else None
    parts: list[tuple[Optional[str], Any]] = (
        list(found.items()) if isinstance(found, dict) and found else [(None, value)]
    )
    newest = [_newest(stream, part) for stream, part in parts if stream not in ignored]
    return [mark for mark in newest if mark]


def oldest(state: Optional[JsonText], ignored: Container[Optional[str]] = ()) -> Optional[float]:
    """The newest time of the stream that is furthest behind, in seconds since 1970; None if no
    stream has a date or time."""
    return min((mark.time for mark in marks(state, ignored)), default=None)


def not_fresh(found: list[Mark], now: float, limit: float) -> Optional[str]:
    """Streams that are older than `limit` seconds or in the future, as text; None if there are none."""
    wrong = [_wrong(mark, now, limit) for mark in found]
    reasons = [reason for reason in wrong if reason]
    return (
        "; ".join(reasons[:_TOLD])
        + (f"; and {len(reasons) - _TOLD} more" if len(reasons) > _TOLD else "")
        if reasons
        else None
    )


def _wrong(mark: Mark, now: float, limit: float) -> Optional[str]:
    where = "the bookmark" if mark.stream is None else f'the bookmark of stream "{mark.stream}"'
    if mark.ahead(now):
        return f"{where} is in the future ({mark.text})"
    if now - mark.time <= limit:
        return None
    return f"{where} is {(now - mark.time) / 3600:.1f} hours old ({mark.text}), expected at most {limit / 3600:g}"


def _newest(stream: Optional[str], value: Any) -> Optional[Mark]:
    found = [Mark(stream, text, time) for text in _strings(value) for time in _seconds(text)]
    return max(found, key=lambda mark: mark.time, default=None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in items:
            if name not in _NOT_READ_YET:
                yield from _strings(item)


def _seconds(text: str) -> Iterator[float]:
    found = _TIME.match(text.strip())
    if not found:
        return
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        seconds = calendar.timegm(
            (int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        )
    except ValueError:
        return
    if hour is None:
        seconds += _DAY
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    yield seconds
