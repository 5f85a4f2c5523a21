"""Singer states, merged stream by stream.

Most states are {"bookmarks": {"<stream>": ...}}; older taps keep their own values at the top level.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from .lossless import JsonText

State = JsonText
"""A Singer state as the tap wrote it: a non-empty object."""

_NONE = JsonText("{}")


def bookmarks(state: Optional[State]) -> Optional[JsonText]:
    """The object in a state that maps streams to bookmarks; None if there is none."""
    found = state.members.get("bookmarks") if state else None
    return found if found and found.is_object else None


def streams_of(state: Optional[State]) -> list[str]:
    """The streams that have a bookmark in the state."""
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
    """`newer` plus the bookmarks of streams that only `older` has.

    Bookmarks are replaced as a whole. Everything outside "bookmarks" comes from `newer`.
    """
    kept = bookmarks(older)
    if not newer or kept is None:
        return newer or older
    own = newer.members.get("bookmarks", _NONE)
    if not own.is_object and own.text != "null":
        return newer
    merged = (own if own.is_object else _NONE).with_missing(kept)
    return newer if merged is own or merged is _NONE else newer.with_member("bookmarks", merged)
