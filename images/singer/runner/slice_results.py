"""The result of a parallel run, from those of its slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .codes import (
    BAD_STREAM,
    BOTH_FAILED,
    EMPTY,
    EXPECTATION,
    FOREIGN_STATE,
    INTERNAL,
    INTERRUPTED,
    OK,
    TAP_FAILED,
    TARGET_FAILED,
    USAGE,
)
from .earlier_attempts import read_earlier
from .lineage_facts import combined
from .session import Session
from .slice_process import Slice, SliceProcess

_SUMS = (
    "bytes",
    "lines",
    "badLines",
    "recoveredLines",
    "batchFiles",
    "uncountedFiles",
)
_SUMS_BY_STREAM = ("records", "schemas", "streamBytes")
_WORST_FIRST = (USAGE, FOREIGN_STATE, BAD_STREAM, EXPECTATION, INTERNAL)
_SHOWN = 3


def combine(session: Session, processes: list[SliceProcess]) -> None:
    """Adds up the results of the slices, in the result of the run."""
    result, results = session.result, [process.result for process in processes]
    earlier = read_earlier(getattr(session.args, "earlier", None))
    for name in _SUMS:
        found = [each[name] for each in results if name in each]
        if found:
            result[name] = earlier.plus(name, sum(found))
    for name in _SUMS_BY_STREAM:
        if any(name in each for each in results):
            result[name] = _sums(each.get(name, {}) for each in results)
    if "records" in result:
        taken = _sums(each.get("records", {}) for each in results if each.get("taken"))
        result["records"] = earlier.plus_records(result["records"])
        result["earlierRecords"] = earlier.plus_records(taken)
        result["resumed"] = earlier.resumed
    if any("progress" in each for each in results):
        result["progress"] = sum(each.get("progress", 0) for each in results)
    for kind in ("tap", "target"):
        ends = [each[kind] for each in results if kind in each]
        if ends:
            result[kind] = next((end for end in ends if end["exit"] != OK), ends[0])
    if any("schemaChanges" in each for each in results):
        result["schemaChanges"] = [
            change for each in results for change in each.get("schemaChanges", [])
        ]
    if any("slots" in each for each in results):
        result["slots"] = [slot for each in results for slot in each.get("slots", [])]
    facts = combined([result, *results])
    if facts:
        result["lineage"] = facts
    seconds = [each.get("seconds", {}) for each in results]
    result["seconds"] = {
        name: max(each[name] for each in seconds if name in each)
        for name in {name for each in seconds for name in each}
    }
    result["complete"] = all(each.get("complete", False) for each in results)
    result["slices"] = [_row(process) for process in processes]
    for text in _distinct(processes, "warnings", known=result["warnings"]):
        result["warnings"].append(text)
    left_out = earlier.left_out + _distinct(processes, "leftOut", known=[])
    count = sum(each.get("leftOutCount", 0) for each in results)
    session.left_out_before(left_out, earlier.plus("leftOutCount", count))


def came(processes: list[SliceProcess]) -> int:
    """Number of records that all slices got."""
    return sum(sum(process.result.get("records", {}).values()) for process in processes)


def failed(processes: list[SliceProcess]) -> list[SliceProcess]:
    """The slices that failed. One that got no data has not, unless all of them did."""
    codes = {process.result["code"] for process in processes}
    allowed = (OK,) if codes == {EMPTY} else (OK, EMPTY)
    return [process for process in processes if process.result["code"] not in allowed]


def outcome(
    session: Session, processes: list[SliceProcess], saved: bool
) -> tuple[int, Optional[str]]:
    """Exit code and error of the run; `saved` if the progress of some slices is."""
    broken = failed(processes)
    if session.supervisor.stops:
        return INTERRUPTED, _errors(broken) or "stopped"
    if not broken:
        return OK, None
    error = _errors(broken)
    others = " (the progress of the other slices is saved)" if saved else ""
    return _code([process.result["code"] for process in broken]), f"{error}{others}"


def foreign(processes: list[SliceProcess]) -> Optional[str]:
    """Why the selection of a tap cannot be trusted: a slice got records of a stream of another one."""
    owners = {name: process.slice for process in processes for name in process.slice.names}
    for process in processes:
        for stream in process.result.get("records", {}):
            owner = owners.get(stream, process.slice)
            if owner != process.slice:
                return (
                    f'the tap sent stream "{stream}" in slice {process.slice.number}, although only slice '
                    f"{owner.number} selects it: it ignores the catalog; remove `parallel`"
                )
    return None


def stream_bytes(processes: list[SliceProcess], before: Mapping[str, int]) -> dict[str, int]:
    """About how many bytes each stream had: in this run, or in the last one if its slice failed."""
    found: dict[str, int] = {}
    for process in processes:
        own = process.slice.streams
        known = process.result.get("streamBytes", {})
        others = sum(size for name, size in known.items() if name not in own)
        for stream in own:
            size = known.get(stream, others // len(own))
            found[stream] = size if process.result["code"] == OK else before.get(stream, size)
    return found


def _row(process: SliceProcess) -> dict[str, Any]:
    part: Slice = process.slice
    result = process.result
    return {
        "slice": part.number,
        "streams": part.streams,
        "status": result["status"],
        "records": sum(result.get("records", {}).values()),
        "bytes": result.get("bytes", 0),
        "seconds": max(result.get("seconds", {}).values(), default=0),
        "error": result.get("error"),
    }


def _sums(counts: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total


def _distinct(processes: list[SliceProcess], field: str, known: list[str]) -> list[str]:
    """Texts of the slices: one that all of them have once, any other with the number of its slice."""
    lists = [process.result.get(field, []) for process in processes]
    common = [text for text in lists[0] if all(text in each for each in lists)] if lists else []
    own = [
        f"slice {process.slice.number}: {text}"
        for process, texts in zip(processes, lists)
        for text in texts
        if text not in common
    ]
    return [text for text in common if text not in known] + own


def _errors(broken: list[SliceProcess]) -> str:
    texts = [f"{each.slice.title}: {each.result.get('error') or 'failed'}" for each in broken]
    more = [f"and {len(texts) - _SHOWN} more slices"] if len(texts) > _SHOWN else []
    return "; ".join(texts[:_SHOWN] + more)


def _code(codes: list[int]) -> int:
    """The code of a run whose slices ended with these."""
    if len(set(codes)) == 1:
        return codes[0]
    worst = next((code for code in _WORST_FIRST if code in codes), None)
    if worst is not None:
        return worst
    return BOTH_FAILED if {TAP_FAILED, TARGET_FAILED, BOTH_FAILED} >= set(codes) else codes[0]
