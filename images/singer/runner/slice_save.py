"""Checks what the slices of a run loaded together, and saves their state."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Optional

from .batches import count_batches
from .bookmarks import State
from .catalog import read_catalog
from .codes import BAD_STREAM, EXPECTATION, OK, USAGE, RunnerError
from .guarded import Outcome
from .inspect_run import Scanned, may_refuse, refuse_parts, saved_schemas, write
from .outcome import Saved
from .request import Arguments
from .rules import read_rules
from .scan_file import Limits, scan_file
from .schema_memory import read_memory
from .session import Session
from .slice_plan import sizes
from .slice_process import Slice, SliceProcess
from .slice_results import came, failed, foreign, outcome, stream_bytes
from .slice_states import Part, merge_parts
from .slices import aliases_in, tables
from .state import read_start
from .target import prepare_target


def save(
    session: Session,
    saved: Saved,
    processes: list[SliceProcess],
    state: Optional[State],
    wanted: Optional[int],
) -> Outcome:
    """Merges the states of the slices; returns exit code and error of the run."""
    args, result = session.args, session.result
    _keep_schemas(session, processes)
    broken = failed(processes)
    _check_all(session, processes, wanted if not broken and not session.supervisor.stops else None)
    parts = [
        Part(each.slice.names, _state_in(each.slice.path("state.json")), _candidate(each))
        for each in processes
    ]
    complete = not broken and result["complete"]
    merged = merge_parts(saved.start.kept, parts, complete)
    if merged.refused:
        raise RunnerError(
            USAGE, f"no state is saved: {merged.refused}; remove `parallel` from the pipeline"
        )
    if merged.kept:
        session.warn(f"bookmarks kept of streams that belong to no slice: {', '.join(merged.kept)}")
    if merged.state and session.supervisor.stops < 2:
        resumed = merge_parts(state, parts, complete).state or merged.state
        seen = {name for each in processes for name in each.result.get("schemas", {})}
        saved.report_kept(merged.state, resumed, seen | result.get("records", {}).keys())
        saved.write(merged.state, resumed, stream_bytes(processes, sizes(args)))
        result["stateAfter"] = merged.state
        result["taken"] = not broken
        if broken:
            result["partialLoad"] = True
    code, error = outcome(session, processes, saved=bool(merged.state) and bool(broken))
    return saved.check_freshness() if code == OK else (code, error)


def _check_all(session: Session, processes: list[SliceProcess], wanted: Optional[int]) -> None:
    """What applies to all slices together: the selection, bad lines, and the number of records."""
    result = session.result
    refused = foreign(processes)
    if refused:
        raise RunnerError(USAGE, f"no state is saved: {refused}")
    check_masked(processes)
    bad, allowed = result.get("badLines", 0), session.args.max_bad_lines
    if bad > allowed:
        raise RunnerError(
            BAD_STREAM, f"bad stream: {bad:,} lines are not Singer messages, more than {allowed:,}"
        )
    if wanted is not None:
        _require(session, came(processes) + result.get("resumed", 0), wanted)


def check_masked(processes: list[SliceProcess]) -> None:
    """Fails if no slice had a property that should be masked."""
    unmet = [each.result["unmasked"] for each in processes if "unmasked" in each.result]
    missing = [text for text in unmet[0] if all(text in each for each in unmet)] if unmet else []
    if missing and len(unmet) == len(processes):
        raise RunnerError(USAGE, missing[0])


def check_extracts(session: Session, parts: Mapping[str, Slice]) -> None:
    """Exit 16 for too few records and for schemas and losses that fail a slice, before anything is loaded.

    `parts` are the slices by the path of their extract. Values in columns are checked by each slice.
    """
    wanted = session.args.min_records
    if not wanted and not may_refuse(read_rules(session.args.rules)):
        return
    count = 0
    scanned: list[Scanned] = []
    for path, part in parts.items():
        fd = os.open(path, os.O_RDONLY)
        try:
            limits = Limits(session.args.max_bad_lines, True, False)
            scanner, _ = scan_file(fd, path, limits, session.check_not_stopped)
        finally:
            os.close(fd)
        count_batches(scanner)
        count += scanner.records
        scanned.append((_catalog_reader(part), scanner))
    if wanted:
        _require(session, count, wanted)
    refuse_parts(session, scanned)


def _catalog_reader(part: Slice) -> Callable[[], Any]:
    return lambda: read_catalog(part.path("catalog.json"))


def _keep_schemas(session: Session, processes: list[SliceProcess]) -> None:
    """Writes the schemas after the run: those of each slice over those of the last run."""
    found = saved_schemas(session)
    for process in processes:
        try:
            own = read_memory(process.slice.path("schemas.json"))
        except ValueError:
            continue
        seen = process.result.get("schemas", {})
        found.update({stream: each for stream, each in own.items() if stream in seen})
    write(session, found)


def _require(session: Session, count: int, wanted: int) -> None:
    if count < wanted and not session.result.get("uncountedFiles"):
        raise RunnerError(EXPECTATION, f"{count:,} records received, expected at least {wanted:,}")


def check_tables(session: Session, slices: list[Slice]) -> None:
    """Fails if the target loads streams of two slices into one table."""
    plan_of_target = prepare_target(session)
    aliases = aliases_in(session.config(plan_of_target.connector))
    owners: dict[str, Slice] = {}
    for part in slices if aliases else []:
        for table in tables(part.names, aliases):
            other = owners.setdefault(table, part)
            if other != part:
                raise RunnerError(
                    USAGE,
                    f'the target loads streams of {other.title} and {part.title} into table "{table}" (stream_maps): '
                    "set stream_maps in the array, or remove `parallel`",
                )


def _candidate(process: SliceProcess) -> Optional[State]:
    return _state_in(process.slice.path("candidate.json"))


def _state_in(path: str) -> Optional[State]:
    return read_start(_only_state(path)).tap if os.path.exists(path) else None


def _only_state(path: str) -> Arguments:
    return Arguments(state=path, given_state=None, identity=None, on_change="keep", resume=None)
