"""Lossless JSON: numbers keep their spelling, and parts of a document keep their bytes.

`json.loads` turns 1.10 into 1.1 and 1e400 into infinity, and accepts NaN, which is not JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any, Optional, Union

_LONGEST_INT = 4000
"""Maximum digits: Python refuses to convert integers of more than 4300."""


_SPACES = frozenset(" \t\r\n")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class JsonText:
    """A JSON value as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonText) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return self.text

    @property
    def value(self) -> Any:
        """The parsed value for inspection: a number that Python would change is a JsonText."""
        return _DECODER.decode(self.text)

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return self.text.startswith("{")

    @property
    def members(self) -> dict[str, JsonText]:
        """The members of an object in order, the last one of a duplicate name; empty for any other value."""
        return {name: JsonText(self.text[start:end]) for name, _, start, end in self._members()}

    def with_member(self, name: str, value: JsonText) -> JsonText:
        """The object with a member replaced in place or appended; all other bytes are unchanged."""
        found = self._members()
        for same, _, start, end in reversed(found):
            if same == name:
                return JsonText(self.text[:start] + value.text + self.text[end:])
        member = f"{json.dumps(name)}: {value.text}"
        if not found:
            return JsonText("{" + member + "}")
        end = found[-1][3]
        return JsonText(f"{self.text[:end]}, {member}{self.text[end:]}")

    def with_missing(self, other: JsonText) -> JsonText:
        """The object with the members of another one that it lacks appended, byte for byte."""
        found = self._members()
        names = {name for name, *_ in found}
        missing = [
            other.text[start:end] for name, start, _, end in other._members() if name not in names
        ]
        if not missing:
            return self
        end = found[-1][3] if found else 1
        return JsonText(
            ", ".join([self.text[:end], *missing] if found else ["{" + missing[0], *missing[1:]])
            + self.text[end:]
        )

    def without(self, name: str) -> JsonText:
        """The object without a member; all other bytes are unchanged."""
        found = self._members()
        for place, (same, start, _, end) in enumerate(found):
            if same == name:
                if place + 1 < len(found):
                    end = found[place + 1][1]
                elif place:
                    start = found[place - 1][3]
                # A name may occur twice.
                return JsonText(self.text[:start] + self.text[end:]).without(name)
        return self

    def _members(self) -> list[tuple[str, int, int, int]]:
        """Name, start of the name, start and end of the value of each member."""
        text, found = self.text, []
        if not self.is_object:
            return []
        place = after_space(text, 1)
        while text[place] != "}":
            name, end = _DECODER.raw_decode(text, place)
            start = after_space(text, after_space(text, end) + 1)
            _, end = _DECODER.raw_decode(text, start)
            found.append((name, place, start, end))
            place = after_space(text, end)
            if text[place] == ",":
                place = after_space(text, place + 1)
        return found


def loads(data: Union[bytes, str], constants: bool = False) -> Any:
    """The value of a JSON text; a number that Python would write differently is a JsonText.

    ValueError for what is not JSON; `constants` lets NaN and infinities pass, as they are written.
    """
    text = _decoded(data) if isinstance(data, bytes) else data
    return (_LENIENT if constants else _DECODER).decode(text)


def load_text(data: Union[bytes, str]) -> JsonText:
    """A JSON text unchanged except for surrounding white space; ValueError for what is not JSON."""
    text = (_decoded(data) if isinstance(data, bytes) else data).strip(" \t\r\n")
    _DECODER.decode(text)
    return JsonText(text)


def _decoded(data: bytes) -> str:
    return data.decode().removeprefix("\ufeff")


def plain(text: JsonText) -> Any:
    """The value as connectors' own `json.loads` returns it, for comparison with their output: digits may be lost."""
    return json.loads(text.text)


def dumps(value: Any, indent: Optional[int] = None) -> str:
    """The JSON of a value; a JsonText byte for byte."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_exact, indent=indent)
    except _Exact:
        return _written(value)


class _Exact(Exception):
    """Raised because `json` cannot write a JsonText."""


def encode(value: Any, indent: Optional[int] = None) -> bytes:
    """The JSON of a value in UTF-8; lone surrogates, which UTF-8 cannot represent, are escaped."""
    return _HALF_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", dumps(value, indent)).encode()


def _exact(value: Any) -> None:
    raise (
        _Exact if isinstance(value, JsonText) else TypeError(f"{type(value).__name__} is not JSON")
    )


def _written(value: Any) -> str:
    if isinstance(value, JsonText):
        return value.text
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{dumps(name)}: {_written(item)}" for name, item in value.items())
            + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def after_space(text: str, place: int) -> int:
    """Where the white space at `place` ends."""
    while text[place : place + 1] in _SPACES:
        place += 1
    return place


def value_at(text: str, place: int) -> tuple[Any, int]:
    """The JSON value that starts at `place`, and where it ends."""
    return _DECODER.raw_decode(text, place)


def _integer(text: str) -> Any:
    return int(text) if text != "-0" and len(text) < _LONGEST_INT else JsonText(text)


def _decimal(text: str) -> Any:
    value = float(text)
    return value if repr(value) == text else JsonText(text)


def _refuse(name: str) -> Any:
    raise ValueError(f"it holds {name}")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=_refuse)
_LENIENT = json.JSONDecoder(parse_int=_integer, parse_float=_decimal, parse_constant=JsonText)
