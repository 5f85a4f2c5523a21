"""Saved states: what a run starts from and what it may leave behind.

A saved state is an envelope {"version": 1, "pipeline", "run", "tap", "target", "destination",
"time", "state": {...}} or the bare state of a tap.
"""
from __future__ import annotations

import os
import time
from typing import Any, Mapping, Optional, Union

from .codes import FOREIGN_STATE, USAGE, RunnerError
from .files import read_object, read_object_text
from .log import timestamp
from .lossless import JsonText
from .messages import state_value

FAIL, KEEP, REFRESH = "fail", "keep", "refresh"
_COMPARED = ("tap", "target", "destination")
_IDENTITY = ("pipeline", "run", *_COMPARED)

State = JsonText
"""A Singer state as the tap wrote it."""


def read_identity(path: Optional[str], run: Optional[str] = None) -> Optional[dict[str, Any]]:
    """The identity of this run: {"pipeline", "run", "tap", "target", "destination"}; `run` stands in for its own."""
    if path is None:
        return None
    identity = read_object(path, "identity")
    unknown = [name for name in identity if name not in _IDENTITY]
    if unknown:
        raise RunnerError(USAGE, f'identity {path}: unknown field "{unknown[0]}"; allowed: {", ".join(_IDENTITY)}')
    return {**identity, "run": run} if run else identity


def previous_state(path: Optional[str], identity: Optional[Mapping[str, Any]], on_change: str) -> Optional[State]:
    """The state a run starts from; None when there is none, or with on-change `refresh`.

    Exit 17 when the saved one belongs to another tap, target or destination and on-change is `fail`.
    """
    if path is None or not os.path.exists(path):
        return None
    text = read_object_text(path, "state")
    if on_change == REFRESH:
        return None
    saved = text.value
    if not ("version" in saved and "state" in saved):
        return state_value(text)
    if saved["version"] != 1:
        raise RunnerError(USAGE, f'state {path}: version {saved["version"]} is not known, 1 is')
    changed = [name for name in _COMPARED
               if identity and identity.get(name) is not None and identity[name] != saved.get(name)]
    if changed and on_change == FAIL:
        assert identity is not None
        what = " and ".join(f'{name} "{saved.get(name)}" (now "{identity[name]}")' for name in changed)
        raise RunnerError(FOREIGN_STATE, f"the saved state belongs to {what}: "
                          "--full-refresh starts again, --keep-state goes on from it")
    return state_value(text.members["state"])


def next_state(last: Optional[State], previous: Optional[State], held: frozenset[str],
               held_seen: bool) -> Optional[State]:
    """The state to save after `last` was loaded; None when the old one stays.

    The bookmarks of `held` streams stay where they were in `previous`; `held_seen` tells that
    data of such a stream came, so that a state without bookmarks cannot be trusted.
    """
    if not last or not held:
        return last
    bookmarks = last.members.get("bookmarks")
    if bookmarks is None or not bookmarks.is_object:
        return None if held_seen else last
    before = previous.members.get("bookmarks") if previous else None
    kept = bookmarks
    for stream in sorted(held):
        old = before.members.get(stream) if before else None
        kept = kept.with_member(stream, old) if old else kept.without(stream)
    state = last.with_member("bookmarks", kept)
    return state if kept.members or len(state.members) > 1 else None


def envelope(state: State, identity: Optional[Mapping[str, Any]]) -> Union[State, dict[str, Any]]:
    """What is written for `state`: an envelope when the run has an identity, else the bare state."""
    if identity is None:
        return state
    return {"version": 1, **{name: identity.get(name) for name in _IDENTITY}, "time": timestamp(time.time()),
            "state": state}
