"""The STATEs of a stream: what may be saved once a target has loaded all of them, or up to one of them."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Optional, Union

from .bookmarks import State, merge
from .canonical import canonical, parse
from .lossless import JsonText, load_text

if TYPE_CHECKING:
    import re

    from .state_shapes import Shape

_MOST_KEPT = 1000
_MOST_BYTES = 16 << 20

Place = tuple[int, bytes]
"""(number of the STATE, its line)."""


class States:
    """STATEs in order. A stream missing in later ones keeps the bookmark of the last STATE that had it.

    With `remember` it knows what to save up to any of them, in bounded memory: a fingerprint of each, and the merged
    state of some at equal distances.
    """

    def __init__(self, remember: bool = False) -> None:
        self._remember = remember
        self._count = 0
        self._line: Optional[bytes] = None
        """The last STATE."""
        self._known: Optional[tuple[Union[bytes, bytearray], int]] = None
        """Where the last STATE is, until it is copied."""
        self._marks: tuple[str, ...] = ()
        """The streams that have bookmarks in it."""
        self._newest: dict[str, Place] = {}
        """The last STATE with a bookmark of each stream that the last STATE lacks."""
        self._fingerprints = array("q")
        self._kept: list[tuple[int, State]] = []
        self._distance = 1

    def take(self, state: Optional[State]) -> None:
        """Adds the next STATE."""
        if state:
            self.take_line(
                b'{"value": %s}' % state.text.encode("utf-8", "surrogatepass"), parse(state.text)
            )

    def take_line(self, line: bytes, value: Any) -> None:
        """Adds the next STATE as a line; `value` is its parsed value."""
        if not isinstance(value, dict) or not value:
            return
        marks = value.get("bookmarks")
        self._follow(tuple(marks) if isinstance(marks, dict) else ())
        self._line = line
        self._count += 1
        if self._remember:
            self._memorize(canonical(value))

    def take_known(self, shape: Shape, found: list[re.Match[bytes]], starts: list[int]) -> None:
        """Adds STATEs at `starts` that need not be parsed; their buffer must not change before `settle`."""
        self._follow(shape.marks)
        if not self._remember:
            self._known = found[-1].string, starts[len(found) - 1]
            self._count += len(found)
            return
        for values, start in zip(found, starts):
            self._known = values.string, start
            self._count += 1
            self._memorize(shape.fill(values))

    def settle(self) -> None:
        """Copies the last STATE out of its buffer."""
        if self._known:
            (buffer, start), self._known = self._known, None
            self._line = bytes(buffer[start : buffer.find(b"\n", start)])

    def _follow(self, marks: tuple[str, ...]) -> None:
        """Notes that the next STATE has bookmarks of these streams."""
        self.settle()
        if self._line is not None and marks != self._marks:
            self._newest.update(dict.fromkeys(self._marks, (self._count - 1, self._line)))
        self._marks = marks

    def _memorize(self, state: bytes) -> None:
        self._fingerprints.append(hash(state))
        if (self._count - 1) % self._distance == 0:
            self._keep()

    @property
    def last(self) -> Optional[State]:
        """The last STATE."""
        self.settle()
        return None if self._line is None else _state_of(self._line)

    @property
    def state(self) -> Optional[State]:
        """What may be saved after all of them; None if there are none."""
        state = self.last
        others = {place for stream, place in self._newest.items() if stream not in self._marks}
        for _, line in sorted(others, reverse=True):
            state = merge(_state_of(line), state)
        return state

    def up_to(self, printed: State) -> Optional[State]:
        """What may be saved up to the last STATE equal to `printed`, or slightly less; None if there is none."""
        wanted = fingerprint(printed)
        number = self._count - 1
        while number >= 0 and self._fingerprints[number] != wanted:
            number -= 1
        if number == self._count - 1:
            return self.state
        return next((state for at, state in reversed(self._kept) if at <= number), None)

    def totals(self) -> tuple[Any, ...]:
        """Everything that `add` of another instance needs, in plain types."""
        return self._count, self._line, self._marks, self._newest

    def add(self, totals: tuple[Any, ...]) -> None:
        """Appends the STATEs of another instance; they are not remembered one by one."""
        count, line, marks, newest = totals
        if not count:
            return
        self._follow(marks)
        self._newest.update(
            {stream: (number + self._count, line) for stream, (number, line) in newest.items()}
        )
        self._line = line
        self._count += count

    def _keep(self) -> None:
        self._kept.append((self._count - 1, self.state or JsonText("{}")))
        while len(self._kept) > 1 and (len(self._kept) > _MOST_KEPT or self._size() > _MOST_BYTES):
            self._distance *= 2
            self._kept = [each for each in self._kept if each[0] % self._distance == 0]

    def _size(self) -> int:
        return sum(len(state.text) for _, state in self._kept)


def fingerprint(state: State) -> int:
    """Equal for states that are equal as JSON, regardless of spelling; only valid in this process."""
    return hash(canonical(parse(state.text)))


def _state_of(line: bytes) -> State:
    return load_text(line).members["value"]
