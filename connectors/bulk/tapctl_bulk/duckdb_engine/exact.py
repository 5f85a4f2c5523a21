"""Numbers in JSON columns that DuckDB's parser would round.

DuckDB reads a number with a fraction as a double, also within a JSON value. A value of such a
column is therefore passed as text if there may be a number with more digits than a double keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

import msgspec

DIGITS_OF_A_DOUBLE = 15
RUN = b"0" * (DIGITS_OF_A_DOUBLE + 2)
DIGITS = bytes(0x30 if byte in b"0123456789." else 0x20 for byte in range(256))
LONG_FRACTION = re.compile(rb"(?=[0-9.]{%d})[0-9]*\.[0-9]" % len(RUN))

Tree: TypeAlias = "dict[str, Tree | None]"
"""Columns by key; None for a value that is passed as text."""


def may_be_rounded(lines: bytes) -> bool:
    """Whether lines may have a number with a fraction and more than 15 digits."""
    # Most data has no such run of digits; finding that out takes a fraction of the regular
    # expression's time.
    return RUN in lines.translate(DIGITS) and LONG_FRACTION.search(lines) is not None


class _Line(msgspec.Struct, omit_defaults=True):
    record: dict[str, msgspec.Raw]
    time_extracted: str | None = None
    version: int | None = None


_LINES = msgspec.json.Decoder(_Line)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def tree_of(paths: Iterable[tuple[str, ...]]) -> Tree:
    """Return the columns at these paths as a tree."""
    tree: Tree = {}
    for path in paths:
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {}) or {}
        place[path[-1]] = None
    return tree


def with_text_values(lines: bytes, tree: Tree) -> bytes:
    """Return RECORD lines whose values at the columns of a tree are JSON as text."""
    out = []
    for line in lines.split(b"\n")[:-1]:
        message = _LINES.decode(line)
        _pass_as_text(message.record, tree)
        out.append(msgspec.json.encode(message))
    return b"\n".join([*out, b""])


def _pass_as_text(record: dict[str, msgspec.Raw], tree: Tree) -> None:
    for name, below in tree.items():
        raw = bytes(record.get(name, b""))
        if raw in (b"", b"null"):
            continue
        if below is None:
            record[name] = msgspec.Raw(msgspec.json.encode(raw.decode()))
        elif raw.startswith(b"{"):
            inner = _OBJECT.decode(raw)
            _pass_as_text(inner, below)
            record[name] = msgspec.Raw(msgspec.json.encode(inner))
