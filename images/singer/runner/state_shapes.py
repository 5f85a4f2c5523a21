"""Recognizes STATEs that differ from an earlier one only in a few values.

Most taps write STATEs that differ in one bookmark. Once two have been parsed, a STATE with the same bytes around the
values that changed has the same streams and is valid JSON: it need not be parsed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Optional

from .canonical import canonical, parse

_MOST_SHAPES = 8
_RELIABLE = 100
"""Number of consecutive recognized STATEs after which a newly changing value replaces the allowed ones."""
_FUTILE = 8
"""Number of consecutive unrecognized STATEs after which only one in that many is learned from."""

_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_SIMPLE = rb'("[ !#-\[\]-~]*"|(?:-?[1-9][0-9]{0,99}|0)(?![0-9.eE]))'
"""A value that `json.dumps` writes unchanged."""
_TOKEN = re.compile(_STRING + rb"\s*:|" + _SIMPLE + rb"|" + _STRING + rb"|[0-9.eE+-]+")
_MARKED = re.compile(rb'"\\u0001(\d+)\\u0001"')


class Shape(NamedTuple):
    """The common part of STATEs that differ in a few values."""

    prefix: bytes
    middle: re.Pattern[bytes]
    """Matches from the first differing value to the last, one group each."""
    suffix: bytes
    marks: tuple[str, ...]
    """The streams that have bookmarks in them."""
    canonical: bytes
    """The state as `canonical` writes it, with placeholders."""
    order: tuple[int, ...]
    """The groups for the placeholders."""
    base: list[bytes]
    """The line it was learned from, split into alternating bytes and simple values."""
    changed: frozenset[int]
    """Indexes in `base` of the values that differ."""

    def fill(self, found: re.Match[bytes]) -> bytes:
        """The state of a recognized STATE as `canonical` writes it."""
        return self.canonical % (found.group(*self.order) if self.order else ())


class Shapes:
    """The shapes of the latest STATEs."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._hits = 0
        self._misses = 0

    def find(
        self, buffer: bytearray, starts: list[int]
    ) -> tuple[Optional[Shape], list[re.Match[bytes]]]:
        """The shape of the first STATEs at `starts`, and their values; None if the first must be parsed."""
        for place, shape in enumerate(self._shapes):
            found = _matches(shape, buffer, starts)
            if found:
                if place:
                    self._shapes.insert(0, self._shapes.pop(place))
                self._hits += len(found)
                self._misses = 0
                return shape, found
        return None, []

    def learn(self, line: bytes, value: Any) -> None:
        """Learns from a parsed STATE: `line` without its newline, and its value."""
        self._misses += 1
        if (
            (self._misses > _FUTILE and self._misses % _FUTILE)
            or not isinstance(value, dict)
            or not value
            or b"\\u0001" in line
        ):
            return
        parts = _parts(line)
        same = next((shape for shape in self._shapes if shape.base[::2] == parts[::2]), None)
        changed = frozenset(
            place for place in range(1, len(parts), 2) if same and parts[place] != same.base[place]
        )
        if same:
            self._shapes.remove(same)
            if self._hits < _RELIABLE:
                changed |= same.changed
        self._hits = 0
        self._shapes.insert(0, _shape(parts, changed, value))
        del self._shapes[_MOST_SHAPES:]


def _matches(shape: Shape, buffer: bytearray, starts: list[int]) -> list[re.Match[bytes]]:
    prefix, suffix, length = shape.prefix, shape.suffix, len(shape.prefix)
    match, startswith = shape.middle.match, buffer.startswith
    found = []
    for start in starts:
        values = match(buffer, start + length) if startswith(prefix, start) else None
        if not values or not startswith(suffix, values.end()):
            break
        found.append(values)
    return found


def _shape(parts: list[bytes], changed: frozenset[int], value: Any) -> Shape:
    places = sorted(changed)
    first, last = (places[0], places[-1] + 1) if places else (len(parts), len(parts))
    groups = {place: number for number, place in enumerate(places, 1)}
    middle = [
        _SIMPLE if place in groups else re.escape(parts[place]) for place in range(first, last)
    ]
    marked = [
        b'"\\u0001%d\\u0001"' % groups[place] if place in groups else part
        for place, part in enumerate(parts)
    ]
    text = canonical(parse(b"".join(marked).decode()).get("value"))
    bookmarks = value.get("bookmarks")
    return Shape(
        prefix=b"".join(parts[:first]) + (b"" if places else b"\n"),
        middle=re.compile(b"".join(middle)),
        suffix=b"".join(parts[last:]) + b"\n" if places else b"",
        marks=tuple(bookmarks) if isinstance(bookmarks, dict) else (),
        canonical=_MARKED.sub(b"%s", text.replace(b"%", b"%%")),
        order=tuple(int(mark) for mark in _MARKED.findall(text)),
        base=parts,
        changed=changed,
    )


def _parts(line: bytes) -> list[bytes]:
    """A line split into alternating bytes and simple values."""
    parts, end = [], 0
    for token in _TOKEN.finditer(line):
        if token[1] is not None:
            parts += [line[end : token.start()], token[1]]
            end = token.end()
    return [*parts, line[end:]]
