"""extract, load and stream with several taps and targets, each with a slice of the streams."""

from __future__ import annotations

import os
import stat
import time
from typing import Any, Callable

from . import extract as single_extract
from . import load as single_load
from . import stream as single_stream
from .catalog import read_catalog
from .codes import OK, TAP_FAILED, RunnerError
from .files import files_below, write_atomic
from .guarded import Outcome
from .load_input import is_partial, take_outcome
from .outcome import Saved
from .session import Session
from .slice_files import clear, folder_of, has_list, read_list, slices_of, write_inputs, write_list
from .slice_plan import alone, arguments, keep_overlay, of_tap, of_target, prepare
from .slice_process import Slice, SliceProcess
from .slice_results import combine, outcome
from .slice_save import check_extracts, check_masked, check_tables, save
from .slice_wait import wait
from .workflow import COMPLETE, FAILED, PARTIAL

_PAUSE_SECONDS = 0.05


def stream(session: Session) -> Outcome:
    """Runs a tap and a target for each slice."""
    prepared = prepare(session)
    args, slices = session.args, prepared.slices
    if len(slices) == 1:
        return single_stream.stream(alone(session, slices[0]))
    saved = Saved(session, prepared.catalog, frozenset())
    check_tables(session, slices)
    processes = _started(
        session,
        slices,
        single_stream.stream,
        lambda part: {"result": part.path("result.json"), **of_tap(part), **of_target(part)},
    )
    wait(session, processes, "stream", lambda: keep_overlay(session, slices))
    combine(session, processes)
    return save(session, saved, processes, prepared.state, wanted=args.min_records)


def extract(session: Session) -> Outcome:
    """Runs a tap for each slice; each writes to a file, or to a FIFO if the output is one."""
    args = session.args
    is_fifo = _is_fifo(args.output)
    prepared = prepare(session)
    slices = prepared.slices
    folder = folder_of(args) if is_fifo else args.output
    outputs = _extracts(slices, folder, is_fifo)
    if is_fifo:
        for path in outputs.values():
            os.mkfifo(path)
    else:
        clear(folder)
    write_list(folder, slices, {})
    if len(slices) == 1:
        single = alone(session, slices[0])
        single.args.output = outputs[1]
        code, error = single_extract.extract(single)
        _end_list(folder, slices, {1: (code, session.result)}, is_fifo)
        return code, error
    processes = _started(
        session,
        slices,
        single_extract.extract,
        lambda part: {
            "result": part.path("tap-result.json"),
            "output": outputs[part.number],
            "outcome": part.path("outcome"),
            "last_attempt": None,
            **of_tap(part),
        },
    )

    def look() -> None:
        keep_overlay(session, slices)
        if is_fifo:
            for process in processes:
                if process.ended.is_set():
                    _mark_ended(process.slice)

    wait(session, processes, "extract", look)
    combine(session, processes)
    ends = {each.slice.number: (each.result["code"], each.result) for each in processes}
    _end_list(folder, slices, ends, is_fifo)
    check_masked(processes)
    return outcome(session, processes, saved=False)


def load(session: Session) -> Outcome:
    """Runs a target for each slice of an extract."""
    args = session.args
    take_outcome(args, args.tap_outcome)
    is_fifo = _is_fifo(args.input)
    folder = folder_of(args) if is_fifo else args.input
    if is_fifo:
        _await_list(session, folder)
    listed = read_list(folder)
    catalog = read_catalog(args.catalog)
    slices = slices_of([each["streams"] for each in listed], catalog, folder_of(args))
    inputs = _extracts(slices, folder, is_fifo)
    if len(slices) == 1:
        args.input = inputs[1]
        return single_load.load(session)
    saved = Saved(session, catalog, frozenset())
    state = saved.start.tap
    if not is_fifo:
        for part in slices:
            write_inputs(part, slices, catalog, state)
    check_tables(session, slices)
    partial = {
        part.number: not is_fifo and each.get("outcome") != COMPLETE
        for part, each in zip(slices, listed)
    }
    # A slice whose tap sent nothing has nothing to load.
    loaded = [
        part
        for part in slices
        if not (partial[part.number] and os.path.getsize(inputs[part.number]) == 0)
    ]
    if not is_fifo:
        check_extracts(session, {inputs[part.number]: part for part in loaded})
    processes = _started(
        session,
        loaded,
        single_load.load,
        lambda part: {
            "result": part.path("target-result.json"),
            "input": inputs[part.number],
            "catalog": part.path("catalog.json"),
            "partial": partial[part.number],
            "tap_outcome": None,
            "tap_outcome_file": part.path("outcome") if is_fifo else None,
            "tap_activity": part.path("tap.log") if is_fifo else None,
            **of_target(part),
        },
    )
    wait(session, processes, "load", lambda: None)
    combine(session, processes)
    if args.outcome:
        session.result["outputs"] = files_below(args.output_directory)
    if is_partial(args):
        session.result["complete"] = False
    return save(session, saved, processes, state, wanted=args.min_records if is_fifo else None)


COMMANDS: dict[str, Callable[[Session], Outcome]] = {
    "extract": extract,
    "load": load,
    "stream": stream,
}


def _started(
    session: Session,
    slices: list[Slice],
    command: Callable[[Session], Outcome],
    own: Callable[[Slice], dict[str, Any]],
) -> list[SliceProcess]:
    """A runner for each slice, with arguments of its own."""
    return [
        SliceProcess(part, arguments(session.args, part, **own(part)), command, session)
        for part in slices
    ]


def _is_fifo(path: str) -> bool:
    return os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)


def _extracts(slices: list[Slice], folder: str, is_fifo: bool) -> dict[int, str]:
    """What the tap of each slice writes and its target reads: a FIFO, or a file of the extract."""
    return {
        part.number: part.path("pipe") if is_fifo else os.path.join(folder, f"{part.number}.jsonl")
        for part in slices
    }


def _end_list(
    folder: str, slices: list[Slice], ends: dict[int, tuple[int, dict[str, Any]]], is_fifo: bool
) -> None:
    """Notes how the extract of each slice ended, for the load."""
    outcomes = {
        number: COMPLETE if code == OK else PARTIAL if result.get("bytes") else FAILED
        for number, (code, result) in ends.items()
    }
    write_list(folder, slices, outcomes)
    for part in slices if is_fifo else []:
        _mark_ended(part)


def _mark_ended(part: Slice) -> None:
    """Lets the load of a slice end whose tap was killed, or did not start."""
    if not os.path.exists(part.path("outcome")):
        write_atomic(part.path("outcome"), FAILED.encode())


def _await_list(session: Session, folder: str) -> None:
    """Waits until the tap has split its streams."""
    outcome_file = session.args.tap_outcome_file
    while not has_list(folder):
        session.check_not_stopped()
        if outcome_file and os.path.exists(outcome_file) and not has_list(folder):
            raise RunnerError(TAP_FAILED, "the tap ended before it sent anything")
        time.sleep(_PAUSE_SECONDS)
