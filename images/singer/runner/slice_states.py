"""The state of each slice of a parallel run, and the one state that is saved for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Optional

from .bookmarks import State, bookmarks, without
from .lossless import JsonText
from .slices import shared_values

_NONE = JsonText('{"bookmarks": {}}')


class Part(NamedTuple):
    """What a slice contributes to the state."""

    streams: frozenset[str]
    """All names of its streams."""
    start: Optional[State]
    """The state that it started from."""
    state: Optional[State]
    """The state up to the data that it loaded; None if it keeps the one it started from."""


class Merged(NamedTuple):
    """The state of all slices."""

    state: Optional[State]
    """None if no slice has a state."""
    kept: list[str]
    """Bookmarks of streams that belong to no slice, which stay as they were although a slice changed them."""
    refused: Optional[str]
    """Why no state can be saved."""


def state_of(state: Optional[State], own: Iterable[str], others: Iterable[str]) -> Optional[State]:
    """What a slice starts from: without the bookmarks of streams that belong to `others`.

    Bookmarks of streams that belong to no slice are left: a tap may need that of a parent that is not selected.
    """
    if state is None or bookmarks(state) is None:
        return state
    found = _plain(without(state, set(others) - set(own)))
    marks = bookmarks(found)
    return found if (marks and marks.members) or shared_values(found) else None


def merge_parts(base: Optional[State], parts: list[Part], complete: bool) -> Merged:
    """`base`, the saved state, with the bookmarks that each slice moved; `complete` if no slice failed.

    A bookmark is taken as a whole from the slice that its stream belongs to, and is never removed. A bookmark of a
    stream of no slice moves only in a complete run, and only if one slice alone moved it.
    """
    brought = [part for part in parts if part.state]
    refused = next(filter(None, (_refusal(base, part) for part in brought)), None)
    if refused or not brought:
        return Merged(None, [], refused)
    result = _plain(base) if base else _NONE
    marks = bookmarks(result) or JsonText("{}")
    owned = frozenset(name for part in parts for name in part.streams)
    moved: dict[str, list[JsonText]] = {}
    for part in brought:
        before, after = bookmarks(part.start), bookmarks(part.state)
        old = before.members if before else {}
        for name, value in after.members.items() if after else ():
            if name in part.streams:
                marks = marks.with_member(name, value)
            elif name not in owned and old.get(name) != value:
                moved.setdefault(name, []).append(value)
    kept = []
    for name, values in moved.items():
        if complete and len(values) == 1:
            marks = marks.with_member(name, values[0])
        else:
            kept.append(name)
    return Merged(result.with_member("bookmarks", marks), kept, None)


def _refusal(base: Optional[State], part: Part) -> Optional[str]:
    assert part.state is not None
    if bookmarks(part.state) is None:
        return 'the state that the tap sent has no "bookmarks" per stream'
    known = shared_values(base) if base else []
    added = [name for name in shared_values(part.state) if name not in known]
    return f"the tap keeps state outside of its streams ({', '.join(added)})" if added else None


def _plain(state: State) -> State:
    """Without the name of the stream that the tap was working on: that is another one in each slice."""
    for name in state.members:
        if name != "bookmarks" and name not in shared_values(state):
            state = state.without(name)
    return state
