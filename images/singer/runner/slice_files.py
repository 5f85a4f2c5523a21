"""The files of the slices of a parallel run, and the list of slices that a tap leaves for the load.

slices/1/       catalog, state, logs and results of the first slice
EXTRACT/1.jsonl what its tap sent, in artifact mode
EXTRACT/slices.json, slices/slices.json  the list
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from .bookmarks import State
from .catalog import entries, names
from .codes import USAGE, RunnerError, io_error
from .files import read_object, write_json
from .private import remove_tree
from .request import Arguments
from .slice_process import Slice
from .slice_states import state_of
from .slices import catalog_of

_LIST = "slices.json"


def folder_of(args: Arguments) -> str:
    """The folder of the slices: beside the result of the command."""
    beside = os.path.dirname(args.result) if args.result else args.directory
    return os.path.abspath(os.path.join(beside, "slices"))


def slices_of(
    streams: Iterable[list[str]], catalog: Optional[Mapping[str, Any]], folder: str
) -> list[Slice]:
    """The slices with the given streams; creates an empty folder for each."""
    listed = list(streams)
    known = (
        {name: names(entry) for entry in entries(catalog, "catalog") for name in names(entry)}
        if catalog
        else {}
    )
    found = [
        Slice(
            number,
            len(listed),
            each,
            frozenset(name for stream in each for name in known.get(stream, [stream])),
            os.path.join(folder, str(number)),
        )
        for number, each in enumerate(listed, 1)
    ]
    for part in found:
        _make(part.path("tmp"))
    return found


def clear(folder: str) -> None:
    """Removes what an earlier attempt left."""
    if os.path.isfile(folder):
        os.unlink(folder)
    remove_tree(folder)
    _make(folder)


def write_inputs(
    part: Slice,
    slices: list[Slice],
    catalog: Optional[Mapping[str, Any]],
    state: Optional[State],
) -> None:
    """Writes the catalog and the state of a slice."""
    if catalog is not None:
        write_json(part.path("catalog.json"), catalog_of(catalog, part.streams))
    others = frozenset(name for each in slices for name in each.names) - part.names
    own = state_of(state, part.names, others)
    if own:
        write_json(part.path("state.json"), own)


def write_list(folder: str, slices: list[Slice], outcomes: Mapping[int, str]) -> None:
    """Writes the list of slices, with how the extract of each ended if that is known."""
    write_json(
        os.path.join(folder, _LIST),
        {
            "version": 1,
            "slices": [
                {"streams": part.streams, "outcome": outcomes.get(part.number)} for part in slices
            ],
        },
    )


def has_list(folder: str) -> bool:
    """Whether the tap has left its list of slices."""
    return os.path.exists(os.path.join(folder, _LIST))


def read_list(folder: str) -> list[dict[str, Any]]:
    """The streams and the outcome of each slice."""
    path = os.path.join(folder, _LIST)
    if not os.path.exists(path):
        raise RunnerError(
            USAGE,
            f"the extract {folder} is not one of a parallel run: {_LIST} is missing; extract again",
        )
    value = read_object(path, "list of slices")
    if value.get("version") != 1:
        raise RunnerError(USAGE, f"{path}: version {value.get('version')!r} is not supported")
    listed: list[dict[str, Any]] = value["slices"]
    return listed


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise io_error(error, "write", folder) from None
