"""Finds the line of a connector's stderr that says why it failed."""
from __future__ import annotations

import re

_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: .+)?$")
_FULL = re.compile(r"No space left on device|ENOSPC|Errno 28\b|Disk quota exceeded|database or disk is full", re.I)
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)\b(?:: .+)?$")
"""What looks like an exception even without the traceback above it."""
_ASIDE = re.compile(r"\(Background on this error at: ")
_LONGEST = 500


def reason(lines: list[str]) -> str:
    """The exception of the last Python traceback, else the last line that looks like one, else the last that says
    something, else ""."""
    filled = [line.strip() for line in lines if line.strip() and not _ASIDE.match(line)]
    starts = [place for place, line in enumerate(lines) if _TRACEBACK in line]
    if starts:
        # An exception's own text may go on over several lines: its first one names it.
        after = [line for line in lines[starts[-1] + 1:] if line and not line[0].isspace()]
        named = next((line for line in after if _EXCEPTION.match(line)), None)
        if named:
            return _short(named.strip())
    # A long statement below the exception may have pushed its traceback out of the lines that are kept.
    raised = [line.rstrip() for line in lines if _RAISED.match(line)]
    return _short((raised or filled)[-1]) if filled else ""


def says_disk_full(lines: list[str]) -> bool:
    """The connector's own words for a full disk are among `lines`."""
    return any(_FULL.search(line) for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
