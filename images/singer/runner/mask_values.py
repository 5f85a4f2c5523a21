"""Replaces masked values in the text of a JSON record; all other bytes are unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple, Optional

from .lossless import after_space
from .mask_rules import DROP, HASH, StreamMask

_BLOCK = 64
_MOST_REMEMBERED = 1 << 16
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class Hasher:
    """HMAC-SHA-256 keyed by a salt, as hexadecimal text: the same for the same value in every stream."""

    def __init__(self, salt: bytes) -> None:
        key = (hashlib.sha256(salt).digest() if len(salt) > _BLOCK else salt).ljust(_BLOCK, b"\0")
        # Copies of a started hash cost a third of hmac.digest.
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))
        self._known: dict[bytes, bytes] = {}

    def of(self, value: bytes) -> bytes:
        """The hash of a value's text."""
        known = self._known.get(value)
        if known is None:
            (known,) = self.each((value,))
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[value] = known
        return known

    def each(self, values: Iterable[bytes]) -> list[bytes]:
        """The hash of the text of each value."""
        # A loop without calls of Python functions: they cost as much as the hash.
        start, finish = self._inner.copy, self._outer.copy
        hashes = []
        for value in values:
            inner, outer = start(), finish()
            inner.update(value)
            outer.update(inner.digest())
            hashes.append(outer.hexdigest().encode())
        return hashes

    def of_json(self, text: str) -> str:
        """What replaces a JSON value: null stays null, a number counts as the text that it is."""
        if text == "null":
            return text
        return f'"{self.of(_plain(text)).decode()}"'


def _plain(text: str) -> bytes:
    if text.startswith('"'):
        return text_of(_DECODER.decode(text))
    if text[0] in "{[":
        # The same for each order of names and each spacing.
        text = json.dumps(_DECODER.decode(text), sort_keys=True, separators=(",", ":"))
    return text_of(text)


def text_of(value: str) -> bytes:
    """A text in UTF-8, also with bytes that are not, and with halves of surrogate pairs."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


class _Found(NamedTuple):
    text: Optional[str]
    """What replaces the value; None if it is unchanged."""
    end: int


class RecordMask:
    """Masks the records of a stream."""

    def __init__(self, mask: StreamMask, hasher: Hasher) -> None:
        self._mask = mask
        self._hasher = hasher

    def line(self, text: str) -> str:
        """A RECORD message with a masked record. ValueError if it is not JSON."""
        found, start = [], 0
        place = after_space(text, after_space(text, 0) + 1)
        while text[place] != "}":
            name, place = _name(text, place)
            if name == "record":
                masked = self._value(text, place, "", self._mask.deep)
                if masked.text is not None:
                    found += [text[start:place], masked.text]
                    start = masked.end
                place = masked.end
            else:
                _, place = _DECODER.raw_decode(text, place)
            place = _next(text, place)
        if after_space(text, place + 1) != len(text):
            raise ValueError("text after the message")
        return "".join([*found, text[start:]])

    def _value(self, text: str, place: int, path: str, inside: bool) -> _Found:
        """A value below `path`: objects in lists have the path of the list."""
        if text[place] == "{" and (inside or not path):
            return self._object(text, place, path)
        if text[place] == "[" and (inside or not path):
            return self._list(text, place, path, inside)
        _, end = _DECODER.raw_decode(text, place)
        return _Found(None, end)

    def _list(self, text: str, place: int, path: str, inside: bool) -> _Found:
        parts, start, place = [], place, after_space(text, place + 1)
        while text[place] != "]":
            item = self._value(text, place, path, inside)
            if item.text is not None:
                parts += [text[start:place], item.text]
                start = item.end
            place = after_space(text, item.end)
            if text[place] == ",":
                place = after_space(text, place + 1)
        return _Found("".join([*parts, text[start : place + 1]]) if parts else None, place + 1)

    def _object(self, text: str, place: int, path: str) -> _Found:
        brace, place = place, after_space(text, place + 1)
        first, before, changed = place, place, False
        parts: list[str] = []
        while text[place] != "}":
            start = place
            name, value = _name(text, place)
            own = f"{path}.{name}" if path else name
            method = self._mask.method(own)
            if method is None:
                found = self._value(text, value, own, self._mask.deep)
            else:
                _, end = _DECODER.raw_decode(text, value)
                found = _Found(self._masked(method, text[value:end]), end)
            changed = changed or found.text is not None
            if method != DROP:
                separator = text[before:start] if parts else ""
                content = text[value : found.end] if found.text is None else found.text
                parts.append(f"{separator}{text[start:value]}{content}")
            before = found.end
            place = _next(text, found.end)
        if not changed:
            return _Found(None, place + 1)
        inside = "".join(parts)
        return _Found(f"{text[brace:first]}{inside}{text[before : place + 1]}", place + 1)

    def _masked(self, method: str, text: str) -> str:
        return self._hasher.of_json(text) if method == HASH else "null"


def _name(text: str, place: int) -> tuple[str, int]:
    """The name at a place in an object, and where its value begins."""
    name, end = _DECODER.raw_decode(text, place)
    colon = after_space(text, end)
    if not isinstance(name, str) or text[colon] != ":":
        raise ValueError("not a name")
    return name, after_space(text, colon + 1)


def _next(text: str, place: int) -> int:
    """The next name in an object after a value, or its closing brace."""
    place = after_space(text, place)
    if text[place] == "}":
        return place
    name = after_space(text, place + 1)
    if text[place] != "," or text[name] != '"':
        raise ValueError("not an object")
    return name
