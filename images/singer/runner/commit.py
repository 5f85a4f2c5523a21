"""commit: makes the candidate of a load the file that is stored as the state."""

from __future__ import annotations

import os
from typing import Any, Optional

from .codes import INTERNAL, OK, USAGE, RunnerError
from .files import read_object_text, write_atomic, write_json
from .freshness import oldest
from .lossless import JsonText
from .messages import state_value
from .request import Arguments
from .summary import result_of, summary
from .workflow import COMPLETE, awaited_outcome


def commit(args: Arguments) -> tuple[int, Optional[str]]:
    """Writes the output at once, after checking that the state is one of this run; nothing without a candidate.

    Beside it what the run has come to, so that no step more is needed where all went well.
    """
    _check_loaded(args.target_result)
    candidate = _checked(args) if args.save_state and os.path.exists(args.candidate) else None
    if candidate is None:
        print("the state stays as it is")
    else:
        write_json(args.output, candidate)
        print(f"the state of run {args.run} is saved")
    told = summary(args, *_end(args), committed=candidate and candidate.members["state"])
    if args.summary:
        write_json(args.summary, told)
    if args.facts:
        _write_facts(args, told)
    return OK, None


def _check_loaded(path: Optional[str]) -> None:
    """A result that says how the load failed was not left by the load that has just succeeded, or it did not."""
    result = result_of(path)
    if result.get("code", OK) != OK:
        raise RunnerError(
            INTERNAL,
            f"the load has ended well, but its result says: {result.get('error') or 'failed'}",
        )


def _checked(args: Arguments) -> JsonText:
    text = read_object_text(args.candidate, "candidate")
    candidate = text.value
    expected = {"version": 1, "pipeline": args.pipeline, "run": args.run}
    for name, value in expected.items():
        if candidate.get(name) != value:
            found = candidate.get(name)
            raise RunnerError(
                USAGE, f"candidate {args.candidate}: {name} is {found!r}, {value!r} is expected"
            )
    if not state_value(text.members.get("state")):
        raise RunnerError(
            USAGE,
            f"candidate {args.candidate}: its state is empty and would start from the beginning",
        )
    return text


def _end(args: Arguments) -> tuple[str, Optional[int], None]:
    """Status, code and error. A run of which more is to come is not at its end: its exit handler tells that."""
    outcome = awaited_outcome(args.tap_outcome_file) if args.tap_outcome_file else args.tap_outcome
    more = outcome not in (None, COMPLETE) or args.follow_ups
    return ("running", None, None) if more else ("succeeded", OK, None)


def _write_facts(args: Arguments, told: dict[str, Any]) -> None:
    """Numbers for metrics, a file each; 0 for what is not known, because Argo takes no empty one."""
    tries = told["attempts"]
    numbers = {
        "records": told["records"],
        "bytes": told["bytes"],
        "leftOut": sum(
            result_of(path).get("leftOutCount", 0) for path in (args.tap_result, args.target_result)
        ),
        "retries": sum(max(0, count - 1) for count in tries.values()),
        "bookmark": int(oldest(told["stateAfter"], told["unselected"]) or 0),
    }
    for name, value in numbers.items():
        write_atomic(os.path.join(args.facts, name), str(value).encode())
