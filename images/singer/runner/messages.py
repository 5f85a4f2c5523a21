"""What one line of a Singer stream is."""
from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, Optional, Union

RECORD = "RECORD"
SCHEMA = "SCHEMA"
STATE = "STATE"

_NAME = rb'"([^"\\\x00-\x1f]*)"'
_TYPE_FIRST = re.compile(rb'\s*\{\s*"type"\s*:\s*"([A-Z_]+)"(?:\s*,\s*"stream"\s*:\s*' + _NAME + rb")?")
_STREAM_FIRST = re.compile(rb'\s*\{\s*"stream"\s*:\s*' + _NAME + rb'\s*,\s*"type"\s*:\s*"([A-Z_]+)"')


class Head(NamedTuple):
    """First bytes of a line that prove its type and stream: opening + name + closing."""

    opening: bytes
    """Up to the name of the stream, or the whole head where there is none."""
    name: bytes
    """The stream as it is written; empty for a STATE."""
    closing: bytes
    """From the quote after the name on."""


class Message(NamedTuple):
    """A line that is a Singer message."""

    kind: str
    """Its type: RECORD, SCHEMA, STATE, ACTIVATE_VERSION ..."""
    stream: Optional[str]
    """Its stream; None where the type has none."""
    head: Optional[Head]
    """What any line of this type and stream starts with; None when the keys are in another order."""
    value: Any
    """The Singer state of a STATE."""
    damaged: bool
    """It starts like a message and is not JSON."""


def read_line(line: bytes) -> Union[Message, str]:
    """The message in `line`, or why it is none: such a line is a bad line.

    A line that starts like a message and is no JSON is still a message: to drop it would let
    the state move past it. The target gets it, and refuses it.
    """
    if not line.strip():
        return "blank line"
    head = _head(line)
    try:
        parsed = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return head._replace(damaged=True) if head else "not JSON"
    if not isinstance(parsed, dict):
        return "not a JSON object"
    kind, stream = parsed.get("type"), parsed.get("stream")
    if not isinstance(kind, str):
        return 'JSON without "type"'
    if kind in (RECORD, SCHEMA) and not isinstance(stream, str):
        return f'{kind} without "stream"'
    stream = stream if isinstance(stream, str) and kind != STATE else None
    proven = head is not None and (head.kind, head.stream) == (kind, stream)
    return Message(kind, stream, head.head if head and proven else None, parsed.get("value"), False)


def is_message(line: bytes) -> bool:
    """`line` is a whole Singer message."""
    message = read_line(line)
    return isinstance(message, Message) and not message.damaged


def _head(line: bytes) -> Optional[Message]:
    found = _TYPE_FIRST.match(line)
    if found and found[1] == b"STATE":
        return Message(STATE, None, Head(line[:found.end(1) + 1], b"", b""), None, False)
    if found and found[2] is not None:
        head = Head(line[:found.start(2)], found[2], b'"')
        return Message(found[1].decode(), found[2].decode("utf-8", "replace"), head, None, False)
    found = _STREAM_FIRST.match(line)
    if found:
        head = Head(line[:found.start(1)], found[1], line[found.end(1):found.end()])
        return Message(found[2].decode(), found[1].decode("utf-8", "replace"), head, None, False)
    return None


def state_value(value: Any) -> Optional[dict[str, Any]]:
    """A Singer state worth keeping: a non-empty object; None for `{}`, null and everything else."""
    return value if isinstance(value, dict) and value else None
