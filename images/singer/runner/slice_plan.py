"""Prepares the slices of a run: discovery, the plan, and the arguments of the runner of each slice."""

from __future__ import annotations

import os
from typing import Any, NamedTuple, Optional

from .bookmarks import State
from .codes import RunnerError
from .files import read_object, write_atomic
from .request import Arguments
from .session import Session
from .slice_files import clear, folder_of, slices_of, write_inputs
from .slice_process import Slice
from .slices import Options, aliases_in, plan
from .tap import prepare_tap, write_catalog


class Prepared(NamedTuple):
    slices: list[Slice]
    catalog: Optional[dict[str, Any]]
    state: Optional[State]
    """The state that the tap starts from."""


def prepare(session: Session) -> Prepared:
    """Runs discovery and selection, and writes the catalog and state of each slice."""
    args = session.args
    given = args.parallel
    prepared = prepare_tap(session)
    write_catalog(session, prepared.catalog)
    session.check_not_stopped()
    tap = prepared.connector
    aliases = {**given.get("aliases", {}), **aliases_in({**session.config(tap), **args.settings})}
    options = Options(
        given["slices"],
        aliases,
        given.get("newTogether", True),
        # Connectors of the Singer SDK, and those built like them, have --about.
        tap.flags.about,
    )
    found = plan(prepared.catalog, prepared.state, sizes(args), options)
    overlaid = bool(args.overlay) and os.path.exists(args.overlay)
    serial = found.serial or (
        "the tap changes its own settings, such as a rotating token" if overlaid else None
    )
    if tap.flags.catalog == "none":
        serial = "the tap does not accept a catalog"
    streams = found.streams
    if serial:
        session.warn(f"parallel has no effect in this run: {serial}")
        streams = [[name for each in streams for name in each]]
    folder = folder_of(args)
    clear(folder)
    slices = slices_of(streams, prepared.catalog, folder)
    for part in slices:
        write_inputs(part, slices, prepared.catalog, prepared.state)
        if len(slices) > 1:
            session.log.line("runner", f"[{part.number}] {', '.join(part.streams)}")
    return Prepared(slices, prepared.catalog, prepared.state)


def sizes(args: Arguments) -> dict[str, int]:
    """About how many bytes each stream had in earlier runs, from the saved state."""
    if not args.state or not os.path.exists(args.state):
        return {}
    try:
        found = read_object(args.state, "state").get("streamBytes")
    except RunnerError:
        return {}
    return (
        {name: size for name, size in found.items() if isinstance(size, int)}
        if isinstance(found, dict)
        else {}
    )


def alone(session: Session, part: Slice) -> Session:
    """The session for a run with one slice: an ordinary run with the existing catalog."""
    if os.path.exists(part.path("catalog.json")):
        session.args.catalog = part.path("catalog.json")
    session.args.select = None
    return session


def arguments(args: Arguments, part: Slice, **own: Any) -> Arguments:
    """The arguments of the runner of a slice. What concerns the whole run is left to this one."""
    common = {
        "parallel": None,
        "slice": part.number,
        "temporary": part.path("tmp"),
        "state": part.path("state.json"),
        "on_change": "keep",
        "outcome": None,
        "leave_verdict": False,
        "progress": "json",
    }
    absent = (
        "given_state",
        "resume",
        "former_state",
        "initial_state",
        "identity",
        "run",
        "await_result",
        "min_records",
        "max_staleness_seconds",
        "earlier",
    )
    return Arguments(**{**vars(args), **dict.fromkeys(absent), **common, **own})


def of_tap(part: Slice) -> dict[str, Any]:
    catalog = part.path("catalog.json")
    return {
        "catalog": catalog if os.path.exists(catalog) else None,
        "select": None,
        "overlay": part.path("overlay.json"),
        "tap_log": part.path("tap.log"),
    }


def of_target(part: Slice) -> dict[str, Any]:
    return {
        "candidate": part.path("candidate.json"),
        "new_schemas": part.path("schemas.json"),
        "target_log": part.path("target.log"),
    }


def keep_overlay(session: Session, slices: list[Slice]) -> None:
    """Keeps settings that a tap changed, so that a rotated token outlives the run."""
    path = session.args.overlay
    for part in slices if path else []:
        own = part.path("overlay.json")
        if os.path.exists(own):
            with open(own, "rb") as file:
                write_atomic(path, file.read(), 0o600)
            os.unlink(own)
            session.warn(
                f"the tap changed its settings in slice {part.number}: the next runs use one slice"
            )
