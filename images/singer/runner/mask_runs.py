"""Masks many records of a stream at once, without parsing them, if the result is provably the same.

The name of a property in quotes, before a colon and after a comma or a brace, is the name of a property of some
object, because quotes in JSON texts are escaped. It is one of the record, and not of an object in it, if all braces
between the beginning of the record and the name are closed. Records that cannot be told in this way are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Optional

from .line_runs import Lines
from .mask_columns import SCALAR, ColumnMask, unescaped
from .mask_guards import PLAIN_NAME, guard_of
from .mask_heads import TEXT, Heads
from .mask_rules import DROP, HASH, StreamMask
from .mask_values import Hasher

_OF_MESSAGE = ("type", "stream", "record", "version", "time_extracted")
"""Names of the message itself, which a record may have too."""
ESCAPED = re.compile(rb"\\u00[2-7]")
"""A spelling in which even a plain name could be hidden."""
_OTHER = re.compile(SCALAR)
_BEFORE = (b", ", b",", b"{")


class RunMask:
    """Masks runs of records with the same beginning."""

    def __init__(self, mask: StreamMask, hasher: Hasher) -> None:
        self._hasher = hasher
        exact = {each.pattern for each in mask.columns if not each.is_pattern}
        names = exact | mask.names
        self._names = names
        self._columns = [
            ColumnMask(f'"{name}"'.encode(), mask.method(name), hasher) for name in sorted(names)
        ]
        # Hashes last, because they make the text longer that is searched for the others.
        self._columns.sort(key=lambda column: column.method == HASH)
        patterns = {each.pattern for each in mask.columns if each.is_pattern}
        guards = [guard_of(pattern, names) for pattern in sorted(patterns)]
        self._guards = [guard for guard in guards if guard]
        self._deep = mask.deep
        self.possible = (
            all(map(_is_plain, names)) and None not in guards and not (guards and mask.nested)
        )
        """Whether the stream's masks can be applied without parsing."""

    def allows(self, message: Mapping[str, Any]) -> bool:
        """Whether a message has no field of its own with the name of a masked property."""
        return bool(message) and self._names.isdisjoint(message)

    def masked(self, lines: Lines, start: bytes, flat: bool) -> Optional[bytes]:
        """Lines that start with `start`, with their values masked; None if they must be parsed.

        `flat`: no record has an object in it.
        """
        run = lines.text
        has_escapes = b"\\" in run
        if has_escapes and ESCAPED.search(run):
            return None
        if not all(guard.holds(run) for guard in self._guards):
            return None
        if flat:
            return self._flat(run, has_escapes)
        masked = self._by_heads(Heads(lines.each, start), has_escapes) if lines.each else None
        if masked is not None or not lines.have_one_record():
            return masked
        for column in self._columns:
            masked = self._column(run, column, start)
            if masked is None:
                return None
            run = masked
        return run

    def _by_heads(self, heads: Heads, has_escapes: bool) -> Optional[bytes]:
        """The lines of the heads with the values masked; None unless all of them are in the heads."""
        if not heads.have_one_record():
            return None
        if not all(heads.have_all(each.name, self._deep) for each in self._columns):
            return None
        masked = self._flat(heads.text, has_escapes)
        return None if masked is None else heads.joined(masked)

    def _flat(self, run: bytes, has_escapes: bool) -> Optional[bytes]:
        """`run`, in which no record holds an object, with the values masked."""
        for column in self._columns:
            masked = column.masked(run, has_escapes)
            if masked is None:
                masked = self._column(run, column, None)
            if masked is None:
                return None
            run = masked
        return run

    def _column(self, run: bytes, column: ColumnMask, nested: Optional[bytes]) -> Optional[bytes]:
        """`run` with one property masked; `nested` is how its lines start if records may hold objects."""
        name, count = column.name, run.count(column.name)
        if not count:
            return run
        parts = run.split(column.mark) if column.mark else []
        if len(parts) - 1 != count:
            # Values may be equal to the name: only a name is followed by a colon.
            if name + b" " in run or name + b"\t" in run:
                return None
            column.learn(_mark(run, name + b":"))
            parts = run.split(column.mark) if column.mark else []
            if len(parts) - 1 != run.count(name + b":"):
                return None
        first = column.mark.startswith(b"{")
        if (first and (nested is not None or column.method == DROP)) or (
            nested is not None and not _all_outside(parts, nested)
        ):
            return None
        return self._replaced(parts, column.mark, column.method)

    def _replaced(self, parts: list[bytes], mark: bytes, method: Optional[str]) -> Optional[bytes]:
        """The parts after each `mark`, which begin with a value, put together again with masked values."""
        of, hashed = self._hasher.of, method == HASH
        opening = mark + b'"' if hashed else b"" if method == DROP else mark + b"null"
        out = [parts[0]]
        add = out.append
        for part in parts[1:]:
            if part.startswith(b'"'):
                end = part.find(b'"', 1) + 1
                value = part[1 : end - 1]
                if not end or b"\n" in value:
                    return None
                if b"\\" in value:
                    text = TEXT.match(part)
                    if not text:
                        return None
                    try:
                        end, value = text.end(), unescaped(text[0])
                    except ValueError:
                        return None
            else:
                other = _OTHER.match(part)
                if not other:
                    return None
                end, value = other.end(), other[0]
                if hashed and value == b"null":
                    add(mark)
                    add(part)
                    continue
            add(opening)
            if hashed:
                add(of(value))
                add(b'"')
            add(part[end:])
        return b"".join(out)


def _mark(run: bytes, name: bytes) -> bytes:
    """`name`, which is in the run, with the bytes before it and a space after it; empty if it is not one of a property."""
    first = run.find(name)
    before = next((each for each in _BEFORE if run.endswith(each, 0, max(first, 0))), None)
    if before is None:
        return b""
    return before + name + (b" " if run.startswith(b" ", first + len(name)) else b"")


def _all_outside(parts: list[bytes], start: bytes) -> bool:
    """Whether each name after a part is in a line of its own, and all braces before it in the record are closed."""
    for number, part in enumerate(parts[:-1]):
        line = part.rfind(b"\n") + 1
        if number and not line:
            return False
        inside = line + len(start)
        if part.find(b"{", inside) >= 0 or part.find(b"}", inside) >= 0:
            braces = TEXT.sub(b"", part[inside:])
            if braces.count(b"{") != braces.count(b"}"):
                return False
    return True


def _is_plain(name: str) -> bool:
    return PLAIN_NAME.match(name) is not None and name not in _OF_MESSAGE
