"""Values of bookmarks: moved back, and compared. Numbers are text and never pass through floating point."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import NamedTuple, Optional, Union

_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(?:[Zz]|(?:UTC|GMT)|([+-])(\d\d)(?::?(\d\d))?)?)?\Z",
    re.ASCII,
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\Z", re.ASCII)
_LONGEST = 10_000
"""Most digits of a number that is moved."""
_DAY = 86400

Order = tuple[str, Union[Decimal, tuple[int, Decimal]]]


class Lookback(NamedTuple):
    """How far a bookmark is moved back."""

    seconds: bool
    """For dates and times; otherwise for numbers."""
    amount: Decimal


def moved_back(text: str, lookback: Lookback) -> Optional[str]:
    """The JSON text of a bookmark moved back, spelled the same way; None if it cannot be moved."""
    value = json.loads(text) if text.startswith('"') else text
    if lookback.seconds:
        moved = _stamp_back(value, lookback.amount) if text.startswith('"') else None
    else:
        moved = _number_back(value, lookback.amount)
    if moved is None or value is text:
        return moved
    return json.dumps(moved, ensure_ascii=False)


def order(text: str) -> Optional[Order]:
    """What a bookmark is compared by: with others of the same kind; None if it is neither a time nor a number."""
    value = json.loads(text) if text.startswith('"') else text
    found = _STAMP.match(value)
    if found:
        return _instant(found)
    return ("number", Decimal(value)) if _is_number(value) else None


def is_time(text: str) -> bool:
    """Whether a bookmark is a date or a time."""
    return text.startswith('"') and _STAMP.match(json.loads(text)) is not None


def _stamp_back(text: str, seconds: Decimal) -> Optional[str]:
    found = _STAMP.match(text)
    if not found:
        return None
    # A part of a second, and of a day for a date, counts as a whole: reading a row twice is harmless.
    whole = math.ceil(seconds)
    try:
        if found[4] is None:
            day = datetime(int(found[1]), int(found[2]), int(found[3]))
            return _date(day - timedelta(days=math.ceil(whole / _DAY)))
        before = _local(found) - timedelta(seconds=whole)
    except (ValueError, OverflowError):
        return None
    clock = f"{before.hour:02}:{before.minute:02}"
    if found[7] is None:
        # A time without seconds moves by whole minutes.
        before = _local(found) - timedelta(minutes=math.ceil(whole / 60))
        clock = f"{before.hour:02}:{before.minute:02}"
        return f"{_date(before)}{found[4]}{clock}{text[found.end(6) :]}"
    return f"{_date(before)}{found[4]}{clock}:{before.second:02}{text[found.end(7) :]}"


def _number_back(text: str, by: Decimal) -> Optional[str]:
    if not _is_number(text):
        return None
    value = Decimal(text)
    if text.lstrip("-").isdigit():
        by = Decimal(math.ceil(by))
    digits = Context(2 * _LONGEST + len(text), Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
    moved = digits.subtract(value, by)
    return format(moved, "f") if not digits.flags[Inexact] and moved.is_finite() else None


def _is_number(text: str) -> bool:
    if not _NUMBER.match(text) or len(text) > _LONGEST:
        return False
    try:
        return abs(Decimal(text).adjusted()) <= _LONGEST
    except (InvalidOperation, Overflow):
        return False


def _instant(found: re.Match[str]) -> Optional[Order]:
    try:
        moment = _local(found)
    except ValueError:
        return None
    seconds = (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)
    if found[9]:
        offset = int(found[10]) * 3600 + int(found[11] or 0) * 60
        seconds -= offset if found[9] == "+" else -offset
    return "time", (seconds, Decimal(f"0.{found[8] or 0}"))


def _local(found: re.Match[str]) -> datetime:
    year, month, day, _, hour, minute, second = (found[number] for number in range(1, 8))
    return datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
    )


def _date(day: datetime) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day:02}"
