"""Checks the values of columns in many records at once, without parsing them, if the result is provably the same.

A name in quotes before a colon is that of a property, because quotes in JSON texts are escaped. If all lines begin
alike up to the record, have no third opening brace and end with two closing ones, then it is one of the record.
"""

from __future__ import annotations

import json
import re
from operator import methodcaller
from typing import Any, Optional

from .mask_guards import PLAIN_NAME
from .mask_runs import ESCAPED

NOT_NULL = "not null"
_HEAD = re.compile(rb'\{(?:[^{}\\\n]*,[ \t]*)?"record"[ \t]*:[ \t]*\{')
_MAYBE_NULL = (b"null", b" null", b"  ", b" \t", b"\t")


class FlatRecords:
    """Lines with a record without objects in it each."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self._text = b"\n".join(lines)
        self._head = self._common_head()

    def have(self, column: str, wanted: Any) -> bool:
        """Whether each record has a wanted value in a column; False if that takes a closer look."""
        if self._head is None or not PLAIN_NAME.match(column):
            return False
        name = f'"{column}":'.encode()
        if name in self._head:
            return False
        places = list(map(methodcaller("find", name), self._lines))
        # Not one in each line, or not one alone: JSON counts the last of several.
        if min(places) < 0 or self._text.count(name) != len(places):
            return False
        size = len(name)
        values = zip(self._lines, places)
        if wanted == NOT_NULL:
            return not any(line.startswith(_MAYBE_NULL, at + size) for line, at in values)
        texts = _spellings(wanted)
        return all(line.startswith(texts, at + size) for line, at in values)

    def _common_head(self) -> Optional[bytes]:
        text, lines = self._text, self._lines
        found = _HEAD.match(text)
        if not found or (b"\\" in text and ESCAPED.search(text)):
            return None
        head = found.group()
        flat = (
            text.count(b"{") == 2 * len(lines)
            and all(map(methodcaller("startswith", head), lines))
            and all(map(methodcaller("endswith", b"}}"), lines))
        )
        return head if flat else None


def _spellings(wanted: list[Any]) -> tuple[bytes, ...]:
    """How values equal to the wanted texts begin, with what is behind them; none of other values, as 1 equals 1.0."""
    texts = [
        json.dumps(each, ensure_ascii=False).encode("utf-8", "surrogatepass")
        for each in wanted
        if each is None or isinstance(each, str)
    ]
    return tuple(
        before + text + end for text in texts for before in (b" ", b"") for end in (b",", b"}")
    )
