"""Replaces the plain values of one property in many records at once."""

from __future__ import annotations

import re
from itertools import repeat
from typing import Optional

from .mask_rules import DROP, NULL
from .mask_values import Hasher

SCALAR = rb"(?:null|true|false|-?[0-9][0-9.eE+-]*|NaN|-?Infinity)(?=[ \t]*[,}])"
_TEXT = rb'[^"\\\n]*'
_MOST_REMEMBERED = 1 << 14
_MOST_NEW = 1 << 18
"""Values that are not looked up once most of those before occurred once."""
_NO_VALUE = b"\n"
"""Stands for null among texts, none of which has a line break."""


class _Hashes:
    """What replaces each value of a property: remembered while values occur again."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._known: dict[bytes, bytes] = {}
        self._looked_up = 0
        self._left = 0

    def are_new(self, count: int) -> bool:
        """Whether the next values are unlikely to be known, because those before did not occur again."""
        self._left -= count
        return self._left > 0

    def of(self, values: list[bytes]) -> list[bytes]:
        """What replaces each value: a text without its quotes, a number or a boolean, or _NO_VALUE."""
        known = self._known
        self._looked_up += len(values)
        found = list(map(known.get, values))
        if all(found):
            return found  # type: ignore[return-value]
        unknown = list(set(values).difference(known))
        hashes = self._hasher.each(unknown)
        known.update((value, b'"%b"' % each) for value, each in zip(unknown, hashes))
        known[_NO_VALUE] = b"null"
        masked = list(map(known.__getitem__, values))
        if len(known) > _MOST_REMEMBERED:
            self._left = _MOST_NEW if self._looked_up < 2 * len(known) else 0
            self._looked_up = 0
            known.clear()
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
        if not mark or (before == b"{" and self.method == DROP):
            # A dropped first property takes a comma with it.
            return
        self._before, self._opening = before, self.name + after
        # These find the name everywhere, and a value only where it is the name of the property.
        name, before, after = map(re.escape, (self.name, before, after))
        value = after + b'(?:"(' + _TEXT + b')"|(' + SCALAR + b"))"
        self._plain = re.compile(name + b"(?:" + value + b")?")
        self._careful = re.compile(name + b"(?:(?<=" + before + name + b")" + value + b")?")

    def masked(self, text: bytes, has_escapes: bool) -> Optional[bytes]:
        """`text` with the values masked; None unless each name in it is before a plain value.

        An escape may be that of the quote before the name, which is then in a text.
        """
        pattern = self._careful if has_escapes else self._plain
        if pattern is None:
            return None
        parts = pattern.split(text)
        between, texts = parts[0::3], parts[1::3]
        values = texts if None not in texts else _filled(texts, parts[2::3])
        if values is None:
            return None
        if self.method == DROP:
            return self._dropped(between)
        if self.method == NULL:
            return (self._opening + b"null").join(between)
        if values is texts and self._hashes.are_new(len(values)):
            return self._hashed_anew(between, texts)
        out = [self._opening] * (3 * len(values) + 1)
        out[0::3] = between
        out[2::3] = self._hashes.of(values)
        return b"".join(out)

    def _dropped(self, between: list[bytes]) -> Optional[bytes]:
        *before, rest = between
        masked = b"".join([*map(bytes.removesuffix, before, repeat(self._before)), rest])
        removed = sum(map(len, between)) - len(masked)
        return masked if removed == len(self._before) * len(before) else None

    def _hashed_anew(self, between: list[bytes], texts: list[bytes]) -> bytes:
        out = [b'"'] * (4 * len(texts) + 1)
        out[0::4] = between
        out[1::4] = [self._opening + b'"'] * len(texts)
        out[2::4] = self._hasher.each(texts)
        return b"".join(out)


def _filled(texts: list[Optional[bytes]], others: list[Optional[bytes]]) -> Optional[list[bytes]]:
    """The texts, and the other values in their places; None if one has no value."""
    values = [other if text is None else text for text, other in zip(texts, others)]
    if None in values:
        return None
    return [
        _NO_VALUE if other == b"null" else value  # type: ignore[misc]
        for value, other in zip(values, others)
    ]
