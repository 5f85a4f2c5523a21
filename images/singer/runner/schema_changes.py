"""Compares the schemas that a stream had and has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from .schema_memory import Known
from .shapes import parents

ADDED, REMOVED, RETYPED, KEY, MANY = "added", "removed", "retyped", "key", "columns"
_SHOWN = 3


class Change(NamedTuple):
    """A difference between two schemas of a stream."""

    stream: str
    kind: str
    """added, removed, retyped, key; `columns` if there are too many columns to compare one by one."""
    column: str
    """Its path; empty for a key."""
    before: Optional[str]
    after: Optional[str]
    within: bool = False
    """The stream changed within a run."""

    @property
    def text(self) -> str:
        """The change without its stream, e.g. `column discount added (number|null)`."""
        when = " within the run" if self.within else ""
        if self.kind == KEY:
            return f"key changed from {self.before} to {self.after}{when}"
        if self.kind == MANY:
            return f"columns changed ({self.before} before, {self.after} now){when}"
        if self.kind == RETYPED:
            return f"column {self.column} changed from {self.before} to {self.after}{when}"
        return f"column {self.column} {self.kind}{when} ({self.after or self.before})"

    def as_json(self) -> dict[str, Any]:
        """The change in a result."""
        return {
            "stream": self.stream,
            "change": self.kind,
            "column": self.column,
            "before": self.before,
            "after": self.after,
            "text": self.text,
        }


def changes(stream: str, before: Known, after: Known, within: bool = False) -> list[Change]:
    """What is different; of an object that came or went, its properties are not listed."""
    found = _columns(stream, before, after)
    if before.key != after.key:
        found.append(Change(stream, KEY, "", _key(before), _key(after)))
    return [change._replace(within=within) for change in found]


def in_words(found: Iterable[Change], shown: int = _SHOWN) -> str:
    """The first changes as text."""
    texts = [change.text for change in found]
    more = f"; and {len(texts) - shown} more" if len(texts) > shown else ""
    return "; ".join(texts[:shown]) + more


def _columns(stream: str, before: Known, after: Known) -> list[Change]:
    if before.has_columns_of(after):
        return []
    if (not before.columns and before.size) or (not after.columns and after.size):
        return [Change(stream, MANY, "", str(before.size), str(after.size))]
    old, new = before.columns, after.columns
    removed = _outermost(old, new)
    added = _outermost(new, old)
    retyped = [path for path in sorted(old) if path in new and old[path] != new[path]]
    return [
        *(Change(stream, REMOVED, path, old[path], None) for path in removed),
        *(Change(stream, ADDED, path, None, new[path]) for path in added),
        *(Change(stream, RETYPED, path, old[path], new[path]) for path in retyped),
    ]


def _outermost(some: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    """Paths that only `some` have, without those below another one of them."""
    own = {path for path in some if path not in others}
    return sorted(path for path in own if not any(parent in own for parent in parents(path)))


def _key(stream: Known) -> str:
    return ", ".join(stream.key) or "none"
