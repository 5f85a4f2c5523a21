"""The STATE messages of a stream, block by block. Most are recognized by their shape and not parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .canonical import parse
from .heads import Heads
from .lossless import JsonText
from .messages import read_line
from .other_lines import OtherLine
from .states import States

if TYPE_CHECKING:
    from .state_shapes import Shapes

_CONSTANTS = (b"NaN", b"Infinity")


class RefusedState(NamedTuple):
    """A STATE that must not be passed on."""

    start: int
    """Where its line starts."""
    reason: str
    line: bytes


class StateLines:
    """Hands the STATEs of each block to `states`, in order."""

    def __init__(self, heads: Heads, states: States) -> None:
        self._heads = heads
        self._states = states
        self._shapes: Optional[Shapes] = None
        self._first: Optional[tuple[bytes, Any]] = None
        self._odd: dict[int, Optional[JsonText]] = {}

    def begin(self) -> None:
        """Begins a block."""
        self._odd = {}

    def odd(self, start: int, value: Optional[JsonText]) -> None:
        """Remembers a STATE that is not known by its head, and its value."""
        self._odd[start] = value

    def take(self, buffer: bytearray, end: int) -> Optional[RefusedState]:
        """Takes the STATEs of the block up to the first that must not be passed on, which it returns."""
        refused = None
        starts = sorted([*self._heads.states(buffer, end), *self._odd])
        while starts and not refused:
            shape, found = self._shapes.find(buffer, starts) if self._shapes else (None, [])
            if shape:
                self._states.take_known(shape, found, starts)
            elif starts[0] in self._odd:
                self._states.take(self._odd[starts[0]])
            else:
                start = starts[0]
                refused = self._parse(start, bytes(buffer[start : buffer.find(b"\n", start, end)]))
            del starts[: len(found) or 1]
        self._states.settle()
        return refused

    def _parse(self, start: int, line: bytes) -> Optional[RefusedState]:
        value = _value_of(line)
        if value is not None:
            self._states.take_line(line, value)
            self._learn(line, value)
            return None
        # The full check is slow, and most taps write STATEs often.
        found = read_line(line)
        if isinstance(found, OtherLine):
            return RefusedState(start, found.reason, line)
        self._states.take(found.value)
        return None

    def _learn(self, line: bytes, value: Any) -> None:
        """Learns the shape of STATEs once there are two of them."""
        if self._shapes is None:
            if self._first is None:
                self._first = line, value
                return
            # Loaded late: many runs have one STATE, at their end.
            from .state_shapes import Shapes

            self._shapes = Shapes()
            self._shapes.learn(*self._first)
            self._first = None
        self._shapes.learn(line, value)


def _value_of(line: bytes) -> Any:
    """The value of a STATE for inspection; None if it has none or may have to be rejected."""
    if any(constant in line for constant in _CONSTANTS):
        return None
    try:
        return parse(line.decode()).get("value")
    except (ValueError, RecursionError):
        return None
