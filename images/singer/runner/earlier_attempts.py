"""What earlier attempts of the same run loaded: a retried stream resumes from there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .files import read_object


class Earlier(NamedTuple):
    """Totals of the attempts before this one."""

    records: Mapping[str, int]
    """Loaded records by stream."""
    resumed: int
    """The records that this attempt does not send again, because it resumes after them."""
    left_out: list[str]
    counts: Mapping[str, int]
    """Totals of bytes, badLines and so on."""

    def plus(self, name: str, own: int) -> int:
        """A count including earlier attempts."""
        return self.counts.get(name, 0) + own

    def plus_records(self, own: Mapping[str, int]) -> dict[str, int]:
        """Records by stream, including earlier attempts."""
        return {
            stream: self.records.get(stream, 0) + own.get(stream, 0)
            for stream in {**self.records, **own}
        }


NONE = Earlier({}, 0, [], {})


def read_earlier(path: Optional[str]) -> Earlier:
    """The totals in the result of the previous attempt; empty without a file."""
    if not path or not os.path.exists(path):
        return NONE
    result = read_object(path, "result of the earlier attempt")
    # It is unknown how much a failed target stored.
    records = result.get("records" if result.get("taken") else "earlierRecords")
    counts = {name: value for name, value in result.items() if _is_count(value)}
    return Earlier(
        records if isinstance(records, dict) else {},
        counts.get("resumed", 0),
        result.get("leftOut", []),
        counts,
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
