"""What earlier attempts of the same run have loaded: a stream that is tried again goes on from there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from .files import read_object


class Earlier(NamedTuple):
    """Sums of the attempts before this one."""

    records: Mapping[str, int]
    """Records that targets took, by stream."""
    resumed: int
    """Those whose progress this attempt goes on from; another attempt that started again sends them again."""
    left_out: list[str]
    counts: Mapping[str, int]
    """Of bytes, badLines and the like."""

    def plus(self, name: str, own: int) -> int:
        """A count of this attempt and those before."""
        return self.counts.get(name, 0) + own

    def plus_records(self, own: Mapping[str, int]) -> dict[str, int]:
        """Records by stream of this attempt and those before."""
        return {
            stream: self.records.get(stream, 0) + own.get(stream, 0)
            for stream in {**self.records, **own}
        }


NONE = Earlier({}, 0, [], {})


def read_earlier(path: Optional[str]) -> Earlier:
    """The sums in the result of the attempt before this one; without a file: none."""
    if not path or not os.path.exists(path):
        return NONE
    result = read_object(path, "result of the earlier attempt")
    # Of what a failed target was given nobody knows how much it stored.
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
