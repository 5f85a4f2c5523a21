"""Classifies a line of a Singer stream."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

from .lossless import JsonText, load_text, loads
from .other_lines import OtherLine, blank, cut_off, glued, harmless, marks, wide

RECORD = "RECORD"
SCHEMA = "SCHEMA"
STATE = "STATE"
ACTIVATE_VERSION = "ACTIVATE_VERSION"
BATCH = "BATCH"

_TYPES = (RECORD, SCHEMA, STATE, ACTIVATE_VERSION, BATCH)
_NAME = rb'"([^"\\\x00-\x1f]*)"'
_TYPE_FIRST = re.compile(
    rb'\s*\{\s*"type"\s*:\s*"([A-Z_]+)"(?:\s*,\s*"stream"\s*:\s*' + _NAME + rb")?"
)
_STREAM_FIRST = re.compile(
    rb'\s*\{\s*"stream"\s*:\s*' + _NAME + rb'\s*,\s*"type"\s*:\s*"([A-Z_]+)"'
)


class Head(NamedTuple):
    """First bytes of a line that prove its type and stream: opening + name + closing."""

    opening: bytes
    """The bytes up to the stream name, or the whole head if there is none."""
    name: bytes
    """The stream name as written; empty for a STATE."""
    closing: bytes
    """The bytes from the quote after the name."""


class Message(NamedTuple):
    """A line that is a Singer message."""

    kind: str
    """Its type: RECORD, SCHEMA, STATE, ACTIVATE_VERSION ..."""
    stream: Optional[str]
    """Its stream; None if the type has none."""
    head: Optional[Head]
    """The start of every line of this type and stream; None if the keys are in another order."""
    fields: Mapping[str, Any]
    """The parsed JSON; empty if it is nested too deeply to parse."""
    value: Optional[JsonText] = None
    """The Singer state of a STATE, with its original bytes."""
    skip: int = 0
    """Bytes before the message that the target must not get."""
    recovered: bool = False
    """Whether text preceded it on the same line."""


def read_line(line: bytes) -> Union[Message, OtherLine]:
    """The message in `line`, or what the line is instead.

    An unreadable line that may contain a message is fatal: without it the state would move past
    a record that never arrives.
    """
    plain = line.startswith(b"{") and b"\0" not in line
    if not plain and wide(line):
        return OtherLine(
            "the output is UTF-16 or UTF-32, and Singer messages are UTF-8 (is PYTHONIOENCODING set?)",
            True,
        )
    skip = 0 if plain else marks(line)
    body = line[skip:]
    if not plain and not body.strip():
        return blank
    try:
        parsed = _parse(body)
    except RecursionError:
        deep = _by_head(body)
        kept = deep is not None and deep.kind != STATE
        return (
            deep._replace(skip=skip)
            if deep and kept
            else OtherLine("nested too deeply to be read", True)
        )
    except ValueError:
        return _not_json(body, skip)
    found = _classified(parsed, body)
    return found._replace(skip=skip) if skip and isinstance(found, Message) else found


def _parse(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # An integer with more digits than Python converts.
        return loads(text, constants=True)


def _not_json(body: bytes, skip: int) -> Union[Message, OtherLine]:
    place = body.find(b"{")
    found = _parsed(body[place:]) if place > 0 else None
    if isinstance(found, Message) and found.kind in _TYPES:
        # A log line may quote a STATE before it is sent: after text, only messages that cannot lose data are accepted.
        if glued(body[:place]) and found.kind in (RECORD, SCHEMA):
            return found._replace(skip=skip + place, recovered=True)
        return OtherLine(f"text in front of a {found.kind} message", True)
    if isinstance(found, OtherLine) and found.fatal:
        return found
    if found and harmless(body[:place]):
        return OtherLine("not JSON", False)
    return cut_off(body)


def _parsed(body: bytes) -> Union[Message, OtherLine, None]:
    try:
        return _classified(_parse(body), body)
    except (ValueError, RecursionError):
        return None


def _classified(parsed: Any, body: bytes) -> Union[Message, OtherLine]:
    if not isinstance(parsed, dict):
        found = cut_off(body)
        return found if found.fatal else OtherLine("not a JSON object", False)
    kind, stream = parsed.get("type"), parsed.get("stream")
    if not isinstance(kind, str):
        return _untyped(parsed)
    if kind not in _TYPES and kind.upper() in _TYPES:
        return OtherLine(
            f'the type "{kind}" is not in upper case, as Singer message types are', True
        )
    if kind in (RECORD, SCHEMA) and not isinstance(stream, str):
        return OtherLine(f'{kind} without "stream"', True)
    if kind == STATE:
        return _state(parsed, body)
    stream = stream if isinstance(stream, str) else None
    return Message(kind, stream, _proven(kind, stream, body), parsed)


def _state(parsed: Mapping[str, Any], body: bytes) -> Union[Message, OtherLine]:
    """Checks that a STATE can be saved unchanged: no NaN, valid UTF-8."""
    try:
        return Message(
            STATE, None, _proven(STATE, None, body), parsed, load_text(body).members.get("value")
        )
    except UnicodeDecodeError:
        return OtherLine("the STATE is not valid UTF-8", True)
    except ValueError as error:
        return OtherLine(f"the STATE is not JSON: {error}", True)


def _proven(kind: str, stream: Optional[str], body: bytes) -> Optional[Head]:
    head = _by_head(body)
    return head.head if head and (head.kind, head.stream) == (kind, stream) else None


def _untyped(parsed: Mapping[str, Any]) -> OtherLine:
    keys = {key.lower(): value for key, value in parsed.items()}
    if str(keys.get("type")).upper() in _TYPES:
        return OtherLine('the key "type" is not in lower case, as Singer keys are', True)
    if "record" in keys and "stream" in keys:
        return OtherLine('JSON with "record" and "stream" and without "type"', True)
    return OtherLine('JSON without "type"', False)


def _by_head(line: bytes) -> Optional[Message]:
    found = _TYPE_FIRST.match(line)
    if found and found[1] == b"STATE":
        return Message(STATE, None, Head(line[: found.end(1) + 1], b"", b""), {})
    if found and found[2] is not None:
        head = Head(line[: found.start(2)], found[2], b'"')
        return Message(found[1].decode(), found[2].decode("utf-8", "replace"), head, {})
    found = _STREAM_FIRST.match(line)
    if found:
        head = Head(line[: found.start(1)], found[1], line[found.end(1) : found.end()])
        return Message(found[2].decode(), found[1].decode("utf-8", "replace"), head, {})
    return None


def state_value(value: Optional[JsonText]) -> Optional[JsonText]:
    """The Singer state if it is a non-empty object; None for `{}`, null and everything else."""
    return value if value and value.members else None
