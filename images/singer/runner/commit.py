"""commit: turns the candidate state of a load into the file that is stored as the state."""

from __future__ import annotations

import os
import time
from typing import Any, Optional

from .codes import INTERNAL, OK, USAGE, RunnerError
from .files import read_object_text, write_atomic, write_json
from .freshness import oldest
from .log import timestamp
from .lossless import JsonText
from .messages import state_value
from .report_end import has_telemetry, report_end
from .request import Arguments
from .run_steps import retries_in
from .summary import result_of, summary
from .workflow import COMPLETE, awaited_outcome


def commit(args: Arguments) -> tuple[int, Optional[str]]:
    """Writes the output atomically after checking that the state belongs to this run; nothing without a candidate.

    Also writes the run's summary, so that a successful run needs no further step.
    """
    began = timestamp(time.time())
    _check_loaded(args.target_result)
    candidate = _checked(args) if args.save_state and os.path.exists(args.candidate) else None
    if candidate is None:
        print("the state is unchanged")
    else:
        write_json(args.output, candidate)
        print(f"saved the state of run {args.run}")
    if args.schemas and args.save_state and _is_complete(args):
        _keep_schemas(args)
    told = summary(args, *_end(args), committed=candidate and candidate.members["state"])
    parts = _parts(args, began)
    if args.summary:
        write_json(args.summary, {**told, "parts": parts} if has_telemetry() else told)
    if args.facts:
        _write_facts(args, told)
    # Argo also starts the exit handler's summary for a run that loads an extract again, which may
    # have no commit; it reports the end of each of them.
    if "extractOf" not in told:
        report_end(told, [result_of(args.tap_result), result_of(args.target_result)], parts)
    return OK, None


def _check_loaded(path: Optional[str]) -> None:
    """Refuses the result of a failed load: it is from another attempt, or the load did not succeed."""
    result = result_of(path)
    if result.get("code", OK) != OK and not result.get("partialLoad"):
        raise RunnerError(
            INTERNAL,
            f"the load succeeded, but its result reports: {result.get('error') or 'failed'}",
        )


def _checked(args: Arguments) -> JsonText:
    text = read_object_text(args.candidate, "candidate")
    candidate = text.value
    expected = {"version": 1, "pipeline": args.pipeline, "run": args.run}
    for name, value in expected.items():
        if candidate.get(name) != value:
            found = candidate.get(name)
            raise RunnerError(
                USAGE, f"candidate {args.candidate}: {name} is {found!r}, expected {value!r}"
            )
    if not state_value(text.members.get("state")):
        raise RunnerError(
            USAGE,
            f"candidate {args.candidate}: its state is empty; the next run would start from the beginning",
        )
    return text


def _keep_schemas(args: Arguments) -> None:
    """Makes the schemas of the load those that the next run compares with."""
    if not args.new_schemas or not os.path.exists(args.new_schemas):
        return
    text = read_object_text(args.new_schemas, "schemas")
    if text.value.get("run") == args.run:
        write_json(args.schemas, text)


def _is_complete(args: Arguments) -> bool:
    outcome = awaited_outcome(args.tap_outcome_file) if args.tap_outcome_file else args.tap_outcome
    return outcome in (None, COMPLETE) and not result_of(args.target_result).get("partialLoad")


def _end(args: Arguments) -> tuple[str, Optional[int], None]:
    """Status, code and error. A run with follow-up steps is still in progress; its exit handler reports the end."""
    more = not _is_complete(args) or args.follow_ups
    return ("running", None, None) if more else ("succeeded", OK, None)


def _parts(args: Arguments, began: str) -> list[dict[str, Any]]:
    """The commit, and the follow-ups that begin after it, as steps of the run's trace."""
    ended = timestamp(time.time())
    own = [{"name": "commit", "started": began, "ended": ended}]
    begin = args.follow_ups and _is_complete(args)
    return [*own, {"name": "follow-ups", "started": ended}] if begin else own


def _write_facts(args: Arguments, told: dict[str, Any]) -> None:
    """Numbers for metrics, one per file; 0 or -1 for unknown values, because Argo rejects empty files."""
    numbers = {
        "records": told["records"],
        "bytes": told["bytes"],
        "leftOut": sum(
            result_of(path).get("leftOutCount", 0) for path in (args.tap_result, args.target_result)
        ),
        "schemaChanges": len(told.get("schemaChanges", ())),
        "slotBytes": _slot_bytes(told.get("slots")),
        "slotsAtRisk": sum(bool(slot["problem"]) for slot in told.get("slots", ())),
        "retries": retries_in(told),
        "bookmark": int(oldest(told["stateAfter"], told["unselected"]) or 0),
    }
    for name, value in numbers.items():
        write_atomic(os.path.join(args.facts, name), str(value).encode())


def _slot_bytes(slots: Optional[list[dict[str, Any]]]) -> int:
    """WAL that the slots retain; -1 for a run without a slot, which has no such metric."""
    return sum(slot.get("retainedBytes") or 0 for slot in slots) if slots else -1
