"""Singer states, merged stream by stream.

Most states are {"bookmarks": {"<stream>": ...}}; older taps have values of their own at the top.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from .lossless import JsonText

State = JsonText
"""A Singer state as the tap wrote it: an object that is not empty."""

_NONE = JsonText("{}")


def bookmarks(state: Optional[State]) -> Optional[JsonText]:
    """The object of a state that has a bookmark for each stream; None when it has none."""
    found = state.members.get("bookmarks") if state else None
    return found if found and found.is_object else None


def streams_of(state: Optional[State]) -> list[str]:
    """The streams that a state has bookmarks of."""
    found = bookmarks(state)
    return list(found.members) if found else []


def without(state: State, streams: Iterable[str]) -> State:
    """`state` without the bookmarks of some streams."""
    found = bookmarks(state)
    if found is None:
        return state
    for stream in streams:
        found = found.without(stream)
    return state.with_member("bookmarks", found)


def merge(older: Optional[State], newer: Optional[State]) -> Optional[State]:
    """`newer` with the bookmarks of those streams that only `older` has.

    A bookmark is replaced as a whole. All that is not under "bookmarks" is that of `newer`.
    """
    kept = bookmarks(older)
    if not newer or kept is None:
        return newer or older
    own = newer.members.get("bookmarks", _NONE)
    if not own.is_object and own.text != "null":
        return newer
    merged = (own if own.is_object else _NONE).with_missing(kept)
    return newer if merged is own or merged is _NONE else newer.with_member("bookmarks", merged)
