"""Classifies a line that is not a Singer message: blank, a log line, or part of a message."""

from __future__ import annotations

import re
from typing import NamedTuple

_MARK = b"\xef\xbb\xbf"
# Not compiled here: most taps send messages only.
_MARKS = rb"(?:\s*" + _MARK + rb")*"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TYPED = rb"""\\?["']type\\?["']\s*:\s*\\?["'](?:RECORD|SCHEMA|STATE|ACTIVATE_VERSION|BATCH)\b"""
_KEYED = rb"""\\?["'](?:record|stream)\\?["']\s*:"""
_OPENED = rb'\s*\{\s*(?:"|$)'
_QUOTED_AFTER = b" \t:=,>("
"""Characters between a log line's text and a message it quotes."""


class OtherLine(NamedTuple):
    """A line that is not a Singer message."""

    reason: str
    """E.g. "not JSON"; empty for a blank line."""
    fatal: bool
    """It may contain a message or part of one: leaving it out could lose a record."""


blank = OtherLine("", False)
"""A line of white space."""


def marks(line: bytes) -> int:
    """Length of UTF-8 byte order marks at the start of a line, including white space before them."""
    found = re.match(_MARKS, line)
    return found.end() if found else 0


def wide(line: bytes) -> bool:
    """Whether the line is UTF-16 or UTF-32: it has a byte order mark, or a third of it is zero bytes."""
    return line.startswith(_WIDE_MARKS) or (b"\0" in line and line.count(b"\0") * 3 >= len(line))


def glued(text: bytes) -> bool:
    """Whether text before a message is a print without a newline, not part of a message or a log
    line that quotes one."""
    return (
        not any(each in text for each in (b"{", b"}", b'"', b"'", b"\\"))
        and text[-1:] not in _QUOTED_AFTER
    )


def harmless(text: bytes) -> bool:
    """Whether text before JSON that is not a message is not the rest of one either."""
    return not _mentions(text) and text.count(b"}") <= text.count(b"{")


def cut_off(line: bytes) -> OtherLine:
    """Classifies a line that is not JSON: fatal if it may be a message or part of one."""
    text = line.strip()
    if _mentions(text):
        return OtherLine("it looks like a Singer message and is not valid JSON", True)
    if re.match(_OPENED, text):
        return OtherLine("it starts like a message and is not valid JSON", True)
    if text.count(b"}") > text.count(b"{") or (text.endswith(b"}") and b'"' in text):
        return OtherLine("it ends like a message and is not valid JSON", True)
    return OtherLine("not JSON", False)


def _mentions(text: bytes) -> bool:
    return any(re.search(pattern, text, re.I) for pattern in (_TYPED, _KEYED))
