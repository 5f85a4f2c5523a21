"""Replaces the plain values of one property in many records at once."""

from __future__ import annotations

import re
from typing import Optional

from .mask_rules import DROP, HASH
from .mask_values import Hasher

SCALAR = rb"(?:null|true|false|-?[0-9][0-9.eE+-]*|NaN|-?Infinity)(?=[ \t]*[,}])"
_PLAIN = rb'("[^"\\\n]*"|' + SCALAR + rb")"
_MOST_REMEMBERED = 1 << 14
_MOST_NEW = 1 << 18
"""Values that are not looked up once most of those before occurred once."""


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
        """What replaces each value, which is as in a record."""
        known = self._known
        self._looked_up += len(values)
        found = list(map(known.get, values))
        if all(found):
            return found  # type: ignore[return-value]
        unknown = list(set(values).difference(known))
        hashes = self._hasher.each([value.strip(b'"') for value in unknown])
        known.update((value, b'"%b"' % each) for value, each in zip(unknown, hashes))
        known[b"null"] = b"null"
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
        self._values: Optional[re.Pattern[bytes]] = None
        self._hasher = hasher
        self._hashes = _Hashes(hasher)

    def learn(self, mark: bytes) -> None:
        """Take over the mark of the records from now on."""
        self.mark = mark
        # A dropped first property takes a comma with it.
        is_plain = mark and not (mark.startswith(b"{") and self.method == DROP)
        self._values = re.compile(re.escape(mark) + _PLAIN) if is_plain else None

    def masked(self, text: bytes, count: int) -> Optional[bytes]:
        """`text` with the values masked; None unless its `count` marks are all before a plain value."""
        if not self._values:
            return None
        if self.method == HASH:
            found = self._texts(text, count) if self._hashes.are_new(count) else None
            return self._hashed(text, count) if found is None else found
        replacement = b"" if self.method == DROP else self.mark + b"null"
        masked, subs = self._values.subn(replacement, text)
        return masked if subs == count else None

    def _texts(self, text: bytes, count: int) -> Optional[bytes]:
        """`text` with the values hashed if all are texts."""
        mark = self.mark + b'"'
        first, *parts = text.split(mark)
        if len(parts) != count:
            return None
        split = [part.partition(b'"') for part in parts]
        values = [value for value, _, _ in split]
        joined = b"".join(values)
        if b"\\" in joined or b"\n" in joined:
            return None
        out = [mark] * (4 * count + 1)
        out[0] = first
        out[2::4] = self._hasher.each(values)
        out[3::4] = [b'"'] * count
        out[4::4] = [rest for _, _, rest in split]
        return b"".join(out)

    def _hashed(self, text: bytes, count: int) -> Optional[bytes]:
        """`text` with the values hashed."""
        parts = self._values.split(text) if self._values else []
        if len(parts) != 2 * count + 1:
            return None
        out = [self.mark] * (3 * count + 1)
        out[0::3] = parts[0::2]
        out[2::3] = self._hashes.of(parts[1::2])
        return b"".join(out)
