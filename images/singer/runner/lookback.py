"""`lookback`: a tap starts before its bookmark, so that rows that were committed late are read.

Only the state passed to the tap is moved back. What the tap sends is saved, but never less than what it started from:
a tap that finds no rows may send the bookmark that it got.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Optional

from .bookmark_places import Places, replication_keys
from .bookmark_values import Lookback, moved_back, order
from .bookmarks import State
from .codes import USAGE, RunnerError
from .json_leaves import Leaf, Path, leaves, replaced
from .lossless import JsonText
from .stream_names import Rule, StreamNames

_SHOWN = 60


class Moved(NamedTuple):
    """A state for the tap."""

    state: Optional[State]
    warnings: list[str]
    """Streams without their lookback, and why."""
    notes: list[str]
    """What was moved, for the log."""


class Lookbacks:
    """The lookback of each stream."""

    def __init__(self, rules: list[Rule], catalog: Optional[Any] = None) -> None:
        self._rules = [rule for rule in rules if rule.get("lookback") is not None]
        self._names = StreamNames(catalog)
        self._keys = replication_keys(catalog)
        self._amounts = [_parsed(rule) for rule in self._rules]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def _of(self, stream: str) -> Optional[Lookback]:
        found = self._names.matching(self._rules, stream)
        return _parsed(found[-1]) if found else None

    def _planned(self, places: Places) -> dict[str, Lookback]:
        """The lookback of each stream that has a bookmark."""
        own = {stream: self._of(stream) for stream in places.streams}
        known = {stream: found for stream, found in own.items() if found}
        if known or places.by_stream or len(set(self._amounts)) != 1:
            return known
        # The state of an old tap, such as {"start_date": "2026-01-01"}: its values belong to no stream.
        return dict.fromkeys(places.streams, self._amounts[0])

    def moved(self, state: Optional[State]) -> Moved:
        """The state that the tap gets."""
        if not self._rules or state is None:
            return Moved(state, [], [])
        places = Places(state, self._keys)
        changes: list[tuple[Leaf, str]] = []
        warnings, notes = [], []
        for stream, lookback in self._planned(places).items():
            found = places.of(stream)
            own = [(leaf, moved_back(places.text(leaf), lookback)) for leaf in found]
            stuck = next((leaf for leaf, moved in own if moved is None), None)
            if stuck is not None or not own:
                warnings.append(_unmoved(stream, stuck and places.text(stuck), lookback))
                continue
            changes += [(leaf, moved) for leaf, moved in own if moved is not None]
            notes.append(
                f'lookback: stream "{stream}" starts from {own[0][1]}, not {places.text(own[0][0])}'
            )
        return Moved(replaced(state, changes) if changes else state, warnings, notes)

    def kept(self, start: Optional[State], after: Optional[State]) -> Optional[State]:
        """`after` with the bookmarks of `start` that are later, for streams with a lookback."""
        if not self._rules or start is None or after is None or start == after:
            return after
        places = Places(start, self._keys)
        spots = {leaf.path: leaf for leaf in leaves(after)}
        before, now = start.value, after.value
        changes: list[tuple[Leaf, str]] = []
        for stream in self._planned(places):
            for leaf in places.of(stream):
                path = _same_place(leaf.path, before, now)
                spot = spots.get(path) if path is not None else None
                old = places.text(leaf)
                if spot and _is_earlier(after.text[spot.start : spot.end], old):
                    changes.append((spot, old))
        return replaced(after, changes) if changes else after


def _parsed(rule: Rule) -> Lookback:
    given = rule["lookback"]
    for unit in ("seconds", "number"):
        found = given.get(unit) if isinstance(given, dict) else None
        if isinstance(found, (int, float, JsonText)) and not isinstance(found, bool):
            amount = Decimal(found.text if isinstance(found, JsonText) else str(found))
            if amount.is_finite() and amount >= 0:
                return Lookback(unit == "seconds", amount)
    raise RunnerError(
        USAGE,
        f'rules: the lookback of stream "{rule["stream"]}" must be {{"seconds": N}} or {{"number": N}}',
    )


def _unmoved(stream: str, text: Optional[str], lookback: Lookback) -> str:
    found = order(text) if text else None
    kind = found[0] if found else None
    if text is None:
        why = "its bookmark holds no value of a replication key"
    elif kind == "number":
        why = f"its bookmark {text[:_SHOWN]} is a number; set lookback to a number, such as 1000"
    elif kind == "time" and not lookback.seconds:
        why = f'its bookmark {text[:_SHOWN]} is a time; set lookback to a duration, such as "10m"'
    else:
        why = f"its bookmark {text[:_SHOWN]} is not a date, a time or a number that can be moved"
    return f'stream "{stream}" was read without its lookback: {why}'


def _is_earlier(text: str, than: str) -> bool:
    new, old = order(text), order(than)
    if new is None or old is None or new[0] != old[0]:
        return False
    return new < old


def _same_place(path: Path, before: Any, after: Any) -> Optional[Path]:
    """The path in `after` of what is at `path` in `before`: a partition is known by its context."""
    found: list[Any] = []
    for part in path:
        place = _partition(before[part], after, part) if isinstance(part, int) else part
        if place is None or not _has(after, place):
            return None
        before, after = before[part], after[place]
        found.append(place)
    return tuple(found)


def _partition(wanted: Any, among: Any, place: int) -> Optional[int]:
    if not isinstance(wanted, Mapping) or "context" not in wanted:
        return place
    listed = among if isinstance(among, list) else []
    return next(
        (
            number
            for number, each in enumerate(listed)
            if isinstance(each, Mapping) and each.get("context") == wanted["context"]
        ),
        None,
    )


def _has(value: Any, place: Any) -> bool:
    if isinstance(place, int):
        return isinstance(value, list) and place < len(value)
    return isinstance(value, Mapping) and place in value
