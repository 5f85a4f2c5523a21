"""Splits records that hold objects where the first object begins: what is before it belongs to the record itself."""

from __future__ import annotations

import re
from itertools import chain, repeat
from typing import Optional

TEXT = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')


class Heads:
    """Lines with a record each, up to the first brace in the record, and the rest of them."""

    def __init__(self, lines: list[bytes], start: bytes) -> None:
        self._inside = len(start)
        places = list(map(bytes.find, lines, repeat(b"{"), repeat(self._inside)))
        self._lines = lines
        # Without a brace (-1), the rest is the line break.
        self._rests = [line[place:] for line, place in zip(lines, places)]
        self.text = b"\n".join([line[:place] for line, place in zip(lines, places)])
        """The heads, each in a line."""
        self._rest = b"".join(self._rests)

    def have_one_record(self) -> bool:
        """Whether no line has a second RECORD, after one that was cut off."""
        return b'"RECORD"' not in self._rest

    def have_all(self, name: bytes, deep: bool) -> bool:
        """Whether no property of a record with this name, in quotes, is behind a head; if `deep`, nor one of an object."""
        if name not in self._rest:
            return True
        return not deep and all(
            name not in rest or self._is_in_objects(name, line, len(line) - len(rest))
            for line, rest in zip(self._lines, self._rests)
        )

    def _is_in_objects(self, name: bytes, line: bytes, place: int) -> bool:
        """Whether each name from a place on is in an object in the record."""
        place = line.find(name, place)
        while place >= 0:
            # A brace or a quote that is left may be one in a text, of which the end is not known.
            left = TEXT.sub(b"", line[self._inside : place])
            if b'"' in left or left.count(b"{") <= left.count(b"}"):
                return False
            place = line.find(name, place + 1)
        return True

    def joined(self, text: bytes) -> Optional[bytes]:
        """The lines with other heads; None if it is not one for each line."""
        heads = text.split(b"\n")
        if len(heads) != len(self._lines):
            return None
        return b"".join(chain.from_iterable(zip(heads, self._rests)))
