"""Finds the cause of a failure in a connector's stderr."""

from __future__ import annotations

import re

from .hints import hint
from .subject import subject

_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: .+)?$")
_FULL = re.compile(
    r"No space left on device|ENOSPC|Errno 28\b|Disk quota exceeded|database or disk is full", re.I
)
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)\b(?:: .+)?$")
"""Looks like an exception even without a traceback above it."""
_ASIDE = re.compile(r"\(Background on this error at: ")
_LOGGED = re.compile(
    r"^(?:\d{4}-\d\d-\d\d[T ]\S+ \| (?:ERROR|CRITICAL) +\| \S+ +\| |time=\S+ \S+ name=\S+ level=(?:ERROR|CRITICAL) message="
    r"|(?:ERROR|CRITICAL):? )(.+)$"
)
"""A logged error of the Singer SDK, pipelinewise, or other connectors."""
_LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d[T ]|time=|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")
_SAYS_NOTHING = re.compile(r"^Config validation failed\W*$")
_LONGEST = 500


def explanation(lines: list[str], connector: str) -> str:
    """Why a connector failed, with the stream, column or setting that its output names, and a hint for known errors."""
    why = reason(lines)
    about = subject(lines, why)
    told = f"{why} ({about})" if why and about else why
    advice = (hint(error, connector) for error in [told, *_causes(lines)])
    return "; hint: ".join(filter(None, [told, next(filter(None, advice), None)]))


def _causes(lines: list[str]) -> list[str]:
    """The last chain of exceptions: errors logged earlier may have been recovered from."""
    logged = [place for place, line in enumerate(lines) if _LOG_LINE.match(line)]
    return _raised(lines[logged[-1] :] if logged else lines)[::-1]


def reason(lines: list[str]) -> str:
    """The exception of the last Python traceback, else the last line that looks like one, else the last error that was
    logged, else the last meaningful line, else ""."""
    filled = [line.strip() for line in lines if line.strip() and not _ASIDE.match(line)]
    starts = [place for place, line in enumerate(lines) if _TRACEBACK in line]
    if starts:
        # An exception's text may span several lines: the first one names it.
        after = [line for line in lines[starts[-1] + 1 :] if line and not line[0].isspace()]
        named = next((line for line in after if _EXCEPTION.match(line)), None)
        if named:
            return _short(named.strip())
    # A long statement after the exception may have pushed its traceback out of the kept lines.
    logged = [
        match[1]
        for match in map(_LOGGED.match, filled)
        if match and not _SAYS_NOTHING.match(match[1])
    ]
    return _short((_raised(lines) or logged or filled)[-1]) if filled else ""


def _raised(lines: list[str]) -> list[str]:
    return [line.rstrip() for line in lines if _RAISED.match(line)]


def says_disk_full(lines: list[str]) -> bool:
    """Whether `lines` contain an error about a full disk."""
    return any(_FULL.search(line) for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
