"""Replaces the plain values of one property in many records at once."""

from __future__ import annotations

import json
import re
from itertools import repeat
from typing import Optional

from .mask_rules import DROP, NULL
from .mask_values import Hasher, text_of

SCALAR = rb"(?:null|true|false|-?[0-9][0-9.eE+-]*|NaN|-?Infinity)(?=[ \t]*[,}])"
_TEXT = rb'[^"\\\n]*'
_ESCAPE = rb'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})'
_ANY_TEXT = _TEXT + b"|" + _TEXT + b"(?:" + _ESCAPE + _TEXT + b")*"
_MOST_REMEMBERED = 1 << 14
_MOST_NEW = 1 << 18
"""Values that are not looked up once most of those before occurred once."""


class _Hashes:
    """What replaces each value of a property: remembered while values occur again."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._known: dict[Optional[bytes], bytes] = {None: b"null"}
        self._looked_up = 0
        self._left = 0

    def are_new(self, count: int) -> bool:
        """Whether the next values are unlikely to be known, because those before did not occur again."""
        self._left -= count
        return self._left > 0

    def of(self, values: list[Optional[bytes]]) -> list[bytes]:
        """What replaces each value: the content of a text, a number or a boolean, or None for null."""
        known = self._known
        self._looked_up += len(values)
        found = list(map(known.get, values))
        if all(found):
            return found  # type: ignore[return-value]
        unknown = list(set(values).difference(known))
        hashes = self._hasher.each(unknown)  # type: ignore[arg-type]
        known.update((value, b'"%b"' % each) for value, each in zip(unknown, hashes))
        masked = list(map(known.__getitem__, values))
        if len(known) > _MOST_REMEMBERED:
            self._left = _MOST_NEW if self._looked_up < 2 * len(known) else 0
            self._looked_up = 0
            self._known = {None: b"null"}
        return masked


class ColumnMask:
    """Masks a property of the record where its value needs no unescaping."""

    def __init__(self, name: bytes, method: Optional[str], hasher: Hasher) -> None:
        self.name = name
        """Its name in quotes."""
        self.method = method
        self.mark = b""
        """The name with what is before and after it, as in the records so far."""
        self._before = self._opening = b""
        """What is before the name, and the name with what is after it."""
        self._plain: Optional[re.Pattern[bytes]] = None
        self._careful: Optional[re.Pattern[bytes]] = None
        self._hasher = hasher
        self._hashes = _Hashes(hasher)

    def learn(self, mark: bytes) -> None:
        """Take over the mark of the records from now on."""
        self.mark = mark
        self._plain = self._careful = None
        before, _, after = mark.partition(self.name)
        if not mark:
            return
        self._before, self._opening = before, self.name + after
        # These find the name everywhere, and a value only where it is the name of the property.
        name, before, after = map(re.escape, (self.name, before, after))
        # A dropped first property takes the comma after it with it.
        end = rb"(?:[ \t]*,[ \t]*)?)?" if self.method == DROP and before == rb"\{" else b")?"
        self._plain = re.compile(name + b"(?:" + after + _value(_TEXT) + end)
        before = b"(?<=" + before + name + b")"
        self._careful = re.compile(name + b"(?:" + before + after + _value(_ANY_TEXT) + end)

    def masked(self, text: bytes, has_escapes: bool) -> Optional[bytes]:
        """`text` with the values masked; None unless each name in it is before a plain value.

        An escape may be that of the quote before the name, which is then in a text.
        """
        pattern = self._careful if has_escapes else self._plain
        if pattern is None:
            return None
        parts = pattern.split(text)
        between, texts, others = parts[0::3], parts[1::3], parts[2::3]
        has_others = None in texts
        if has_others and any(map(_is_missing, texts, others)):
            return None
        if self.method == DROP:
            return self._dropped(between)
        if self.method == NULL:
            return (self._opening + b"null").join(between)
        contents = _contents(texts) if has_escapes else texts
        if contents is None:
            return None
        if has_others:
            contents = list(map(_text_of, contents, others))
        elif self._hashes.are_new(len(contents)):
            return self._hashed_anew(between, contents)
        out = [self._opening] * (3 * len(contents) + 1)
        out[0::3] = between
        out[2::3] = self._hashes.of(contents)
        return b"".join(out)

    def _dropped(self, between: list[bytes]) -> Optional[bytes]:
        *before, rest = between
        if self._before == b"{":
            is_first = all(map(bytes.endswith, before, repeat(b"{")))
            return b"".join(between) if is_first else None
        masked = b"".join([*map(bytes.removesuffix, before, repeat(self._before)), rest])
        removed = sum(map(len, between)) - len(masked)
        return masked if removed == len(self._before) * len(before) else None

    def _hashed_anew(self, between: list[bytes], texts: list[Optional[bytes]]) -> bytes:
        out = [b'"'] * (4 * len(texts) + 1)
        out[0::4] = between
        out[1::4] = [self._opening + b'"'] * len(texts)
        out[2::4] = self._hasher.each(texts)  # type: ignore[arg-type]
        return b"".join(out)


def _value(text: bytes) -> bytes:
    return b'(?:"(' + text + b')"|(' + SCALAR + b"))"


def _is_missing(text: Optional[bytes], other: Optional[bytes]) -> bool:
    return text is None and other is None


def _text_of(text: Optional[bytes], other: Optional[bytes]) -> Optional[bytes]:
    """A text, or how another value is written; None for null."""
    return text if other is None else None if other == b"null" else other


def _contents(texts: list[Optional[bytes]]) -> Optional[list[Optional[bytes]]]:
    """The contents of texts as they are between quotes; None if that is not known."""
    whole = b'","'.join([text or b"" for text in texts])
    if b"\\" not in whole:
        return texts
    try:
        contents = map(text_of, json.loads(b'["' + whole + b'"]'))
    except ValueError:
        return None
    return [None if text is None else content for text, content in zip(texts, contents)]


def unescaped(text: bytes) -> bytes:
    """The content of a JSON text in quotes. ValueError if it is not valid."""
    return text_of(json.loads(text))
