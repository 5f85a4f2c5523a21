"""What one line of a Singer stream is."""
from __future__ import annotations

import json
import re
from typing import NamedTuple, Optional, Union

from .lossless import JsonText, load_text

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
    value: Optional[JsonText]
    """The Singer state of a STATE, as it is written."""
    damaged: bool
    """It starts like a message and is not JSON."""


class BadState(ValueError):
    """A STATE that cannot be kept as the tap wrote it, and why: it holds NaN, or is not UTF-8."""


def read_line(line: bytes) -> Union[Message, str]:
    """The message in `line`, or why it is none: such a line is a bad line. BadState for a STATE that cannot be kept.

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
    value = _value_of(line) if kind == STATE else None
    return Message(kind, stream, head.head if head and proven else None, value, False)


def _value_of(line: bytes) -> Optional[JsonText]:
    try:
        return load_text(line).members.get("value")
    except UnicodeDecodeError:
        raise BadState("the STATE is not valid UTF-8") from None
    except ValueError as error:
        raise BadState(f"the STATE is not JSON: {error}") from None


def is_message(line: bytes) -> bool:
    """`line` is a whole Singer message."""
    try:
        message = read_line(line)
    except BadState:
        return True
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


def state_value(value: Optional[JsonText]) -> Optional[JsonText]:
    """A Singer state worth keeping: a non-empty object; None for `{}`, null and everything else."""
    return value if value and value.members else None
