"""How old the newest bookmark of a state is, for --max-staleness."""
from __future__ import annotations

import calendar
import re
from typing import Any, Iterator, Optional

from .lossless import JsonText

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$")
_DAY = 86400


def newest(state: Optional[JsonText]) -> Optional[float]:
    """The latest date or time in a state, in seconds since 1970; None when it holds none.

    A time without zone is UTC; a date stands for the end of its day.
    """
    return max((time for text in _strings(state and state.value) for time in _seconds(text)), default=None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _seconds(text: str) -> Iterator[float]:
    found = _TIME.match(text.strip())
    if not found:
        return
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        seconds = calendar.timegm((int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)))
    except ValueError:
        return
    if hour is None:
        seconds += _DAY
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    yield seconds
