"""Saved states: what a run starts from and what it may save.

A saved state is an envelope {"version": 1, "pipeline", "run", "tap", "source", "target", "destination",
"time", "state": {...}} or the bare state of a tap.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

from .bookmarks import State, bookmarks, merge, streams_of, without
from .codes import FOREIGN_STATE, USAGE, RunnerError
from .files import read_object, read_object_text
from .log import timestamp
from .messages import state_value
from .request import Arguments

FAIL, KEEP, REFRESH = "fail", "keep", "refresh"
_COMPARED = ("tap", "source", "target", "destination")
_IDENTITY = ("pipeline", "run", *_COMPARED)
_FORMER = "formerDestination"
"""The destination format of versions that did not save the source."""
_PLACES = {"source": "where the tap reads", "destination": "where the target writes"}


class Start(NamedTuple):
    """What a run starts from."""

    tap: Optional[State]
    """The state passed to the tap; None on a first run and on a full refresh."""
    kept: Optional[State]
    """The current state: bookmarks of streams that the run does not replicate are kept from it."""
    previous: Optional[str]
    """The run that saved it, if it was a run of this pipeline."""


class _Saved(NamedTuple):
    state: Optional[State]
    owner: Mapping[str, Any]
    """The envelope around it; empty for a bare state."""


def read_identity(path: Optional[str], run: Optional[str] = None) -> Optional[dict[str, Any]]:
    """The identity of this run: {"pipeline", "run", "tap", "source", "target", "destination"};
    `run` overrides its run."""
    if path is None:
        return None
    identity = read_object(path, "identity")
    allowed = (*_IDENTITY, _FORMER)
    unknown = [name for name in identity if name not in allowed]
    if unknown:
        raise RunnerError(
            USAGE, f'identity {path}: unknown field "{unknown[0]}"; allowed: {", ".join(allowed)}'
        )
    return {**identity, "run": run} if run else identity


def read_start(args: Arguments) -> Start:
    """What a run starts from: givenState, else state; then the progress of earlier attempts of this run (resume).

    Exit 17 if the state belongs to another tap, source, target or destination and onChange is `fail`.
    """
    identity, on_change = read_identity(args.identity) or {}, args.on_change
    given = _read(args.given_state)
    saved = _saved(args, optional=given is not None or on_change == REFRESH)
    chosen = given or saved
    if chosen and on_change == FAIL:
        _check_owner(chosen, identity)
    progress = _read(getattr(args, "resume", None))
    done = progress.state if progress else None
    start = chosen.state if chosen and on_change != REFRESH else None
    # Bookmarks of another source or destination do not apply to this one.
    kept = saved.state if saved and (on_change == KEEP or not _changed(saved, identity)) else None
    owner = saved.owner if saved else {}
    previous = owner.get("run") if owner.get("pipeline") == identity.get("pipeline") else None
    return Start(merge(start, done), merge(merge(kept, start), done), previous)


def _saved(args: Arguments, optional: bool) -> Optional[_Saved]:
    """The saved state; an unreadable one is replaced if the run does not start from it."""
    try:
        return _read(args.state)
    except RunnerError:
        if optional:
            return None
        raise


def _read(path: Optional[str]) -> Optional[_Saved]:
    if path is None or not os.path.exists(path):
        return None
    text = read_object_text(path, "state")
    saved = text.value
    if not ("version" in saved and "state" in saved):
        return _Saved(state_value(text), {})
    if saved["version"] != 1:
        raise RunnerError(
            USAGE, f"state {path}: version {saved['version']} is not supported, expected 1"
        )
    return _Saved(state_value(text.members["state"]), saved)


def _changed(saved: _Saved, identity: Mapping[str, Any]) -> list[str]:
    """The fields of this run's identity that differ from the state's; the rules are in src/model/identity.ts."""
    owner = saved.owner
    found = [
        name
        for name in _COMPARED
        if owner and identity.get(name) is not None and identity[name] != owner.get(name)
    ]
    if owner.get("source") is None:
        found = [name for name in found if name != "source"]
        if owner.get("destination") == identity.get(_FORMER):
            found = [name for name in found if name != "destination"]
    return found


def _check_owner(saved: _Saved, identity: Mapping[str, Any]) -> None:
    changed = _changed(saved, identity)
    if changed:
        what = " and to ".join(_owner(saved, identity, name) for name in changed)
        raise RunnerError(
            FOREIGN_STATE,
            f"the saved state belongs to {what}: "
            "--full-refresh starts again, --keep-state resumes from it",
        )


def _owner(saved: _Saved, identity: Mapping[str, Any], name: str) -> str:
    if name in _PLACES:
        return f"another {name} (a setting that says {_PLACES[name]} has changed)"
    return f'another {name}, "{saved.owner.get(name)}" (now "{identity[name]}")'


def next_state(last: Optional[State], held: frozenset[str], held_seen: bool) -> Optional[State]:
    """The state to save after `last` was loaded, without the bookmarks of `held` streams; None for nothing.

    `held_seen` means that data of such a stream arrived, so that a state without bookmarks cannot be trusted.
    """
    if not last or not held:
        return last
    if bookmarks(last) is None:
        return None if held_seen else last
    state = without(last, held)
    return state if streams_of(state) or len(state.members) > 1 else None


def envelope(
    state: State, identity: Optional[Mapping[str, Any]], previous: Optional[str] = None
) -> Union[State, dict[str, Any]]:
    """The file content for `state`: an envelope if the run has an identity, else the bare state."""
    if identity is None:
        return state
    owner = {name: identity.get(name) for name in _IDENTITY if name != "source" or name in identity}
    return {
        "version": 1,
        **owner,
        **({"previous": previous} if previous else {}),
        "time": timestamp(time.time()),
        "state": state,
    }
