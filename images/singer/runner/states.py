"""The STATEs of a stream: what may be saved once a target has taken all of them, or up to one of them."""
from __future__ import annotations

import json
import re
from array import array
from typing import Any, Optional

from .bookmarks import State, merge
from .lossless import JsonText, load_text

_MOST_KEPT = 1000
_MOST_BYTES = 16 << 20
_WHOLE_NUMBER = re.compile(r"(?<=\d)\.0(?=[,}\]])")

Place = tuple
"""(number of the STATE, its line)."""


class States:
    """STATEs in their order. A stream that the later ones leave out keeps the bookmark of the last one that had it.

    With `remember` it can tell what to save up to any of them, in bounded memory: of each a fingerprint, and of some,
    at equal distances, the state up to there.
    """

    def __init__(self, remember: bool = False) -> None:
        self._remember = remember
        self._count = 0
        self._last: Optional[Place] = None
        self._newest: dict[str, Place] = {}
        """The last STATE with a bookmark of a stream."""
        self._fingerprints = array("q")
        self._kept: list[tuple[int, State]] = []
        self._distance = 1

    def take(self, state: Optional[State]) -> None:
        """The next STATE."""
        if state:
            self.take_line(b'{"value": %s}' % state.text.encode("utf-8", "surrogatepass"), json.loads(state.text))

    def take_line(self, line: bytes, value: Any) -> None:
        """The same of its whole line; `value` is what `json.loads` makes of it, for a look alone."""
        if not isinstance(value, dict) or not value:
            return
        self._last = place = (self._count, line)
        marks = value.get("bookmarks")
        if isinstance(marks, dict):
            self._newest.update(dict.fromkeys(marks, place))
        if self._remember:
            self._fingerprints.append(_hash(value))
            if self._count % self._distance == 0:
                self._keep()
        self._count += 1

    @property
    def last(self) -> Optional[State]:
        """The last one."""
        return _state_of(self._last[1]) if self._last else None

    @property
    def state(self) -> Optional[State]:
        """What may be saved after all of them; None when there was none."""
        if self._last is None:
            return None
        state: Optional[State] = _state_of(self._last[1])
        for _, line in sorted(set(self._newest.values()) - {self._last}, reverse=True):
            state = merge(_state_of(line), state)
        return state

    def up_to(self, printed: State) -> Optional[State]:
        """What may be saved up to the last STATE that is equal to `printed`, or a little less; None when there is none."""
        wanted = fingerprint(printed)
        number = self._count - 1
        while number >= 0 and self._fingerprints[number] != wanted:
            number -= 1
        if number == self._count - 1:
            return self.state
        return next((state for at, state in reversed(self._kept) if at <= number), None)

    def totals(self) -> tuple[Any, ...]:
        """All that `add` of another one needs, in plain types."""
        return self._count, self._last, self._newest

    def add(self, totals: tuple[Any, ...]) -> None:
        """Takes in the STATEs that follow on these; they are not remembered one by one."""
        count, last, newest = totals
        self._newest.update({stream: (number + self._count, line) for stream, (number, line) in newest.items()})
        self._last = (last[0] + self._count, last[1]) if last else self._last
        self._count += count

    def _keep(self) -> None:
        self._kept.append((self._count, self.state or JsonText("{}")))
        while len(self._kept) > 1 and (len(self._kept) > _MOST_KEPT or self._size() > _MOST_BYTES):
            self._distance *= 2
            self._kept = [each for each in self._kept if each[0] % self._distance == 0]

    def _size(self) -> int:
        return sum(len(state.text) for _, state in self._kept)


def fingerprint(state: State) -> int:
    """Equal for states that are equal as JSON, whatever their spelling; of this process alone."""
    return _hash(json.loads(state.text))


def _hash(value: Any) -> int:
    return hash(_WHOLE_NUMBER.sub("", json.dumps(value, sort_keys=True)))


def _state_of(line: bytes) -> State:
    return load_text(line).members["value"]
