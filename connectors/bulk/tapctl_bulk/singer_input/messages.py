"""What the reader yields."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from tapctl_bulk.common.exact_json import Json


class Schema(NamedTuple):
    """A SCHEMA message that differs from the last one of its stream."""

    stream: str
    schema: dict[str, Json]
    keys: tuple[str, ...]
    line: int


class Records(NamedTuple):
    """RECORD lines of one stream, in the order of the input."""

    stream: str
    data: bytes
    count: int  # type: ignore[assignment]  # hides a method of tuples
    runs: tuple[tuple[int, int], ...]
    """Where the lines come from: number of the first line in the input, and how many follow it."""

    def line_number(self, index: int) -> int:
        """Return the number in the input of the line at an index, both as programs count."""
        for first, count in self.runs:
            if index < count:
                return first + index
            index -= count
        raise IndexError(index)


class ActivateVersion(NamedTuple):
    """The tap has sent all rows of this version of the table."""

    stream: str
    version: int
    line: int


class State(NamedTuple):
    """A state: JSON text, every byte as it came."""

    value: bytes
    line: int


class Pause:
    """No input for `IDLE_SECONDS`."""


Message: TypeAlias = "Schema | Records | ActivateVersion | State | Pause"
