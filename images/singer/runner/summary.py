"""summary: the summary of a run on a cluster, in the same form as `tapctl run` writes locally."""

from __future__ import annotations

import calendar
import os
import re
import time
from typing import Any, Optional

from .codes import INTERNAL, INTERRUPTED, OK
from .failures import failures_in, first_failure
from .files import read_object_text, write_json
from .log import timestamp
from .lossless import JsonText
from .planned import planned
from .report_end import report_end
from .request import Arguments

_SUCCEEDED = "Succeeded"
_EXIT_CODE = re.compile(r"\(exit code (\d+)\)")
_STOPPED = re.compile(r"([Ss]topped|shutdown) with strategy")
_STATES = ("stateBefore", "stateAfter")
_NOBODY = {"name": "", "version": ""}


def summarize(args: Arguments) -> tuple[int, Optional[str]]:
    """Writes the summary from the results of the steps and Argo's failures (FAILURES)."""
    failures = failures_in(os.environ)
    before = result_of(args.committed)
    committed = before.get("stateAfter") if before.get("stateCommitted") else None
    if args.status == _SUCCEEDED:
        told = summary(args, "succeeded", OK, None, committed)
    else:
        error = first_failure(failures) or f"the Workflow ended as {args.status}"
        stopped = bool(_STOPPED.search(failures or ""))
        code = INTERRUPTED if stopped else exit_code(error)
        told = summary(args, "interrupted" if stopped else "failed", code, error, committed)
    write_json(args.output, told)
    parts = [
        each if each.get("ended") else {**each, "error": told["error"]}
        for each in before.get("parts", [])
    ]
    report_end(told, [result_of(args.tap_result), result_of(args.target_result)], parts)
    return OK, None


def exit_code(error: str) -> int:
    """The exit code in an Argo error."""
    found = _EXIT_CODE.search(error)
    return int(found.group(1)) if found else INTERNAL


def summary(
    args: Arguments,
    status: str,
    code: Optional[int],
    error: Optional[str],
    committed: Optional[JsonText] = None,
) -> dict[str, Any]:
    """The content of a run's summary.json; `committed` is the state that was just saved."""
    tap, target = result_of(args.tap_result), result_of(args.target_result)
    before = tap.get("stateBefore", target.get("stateBefore"))
    after = committed if committed is not None else target.get("stateAfter", before)
    now = time.time()
    ended = status != "running"
    records = target.get("records", {})
    return {
        "version": 1,
        "pipeline": args.pipeline,
        "run": args.run,
        "mode": args.mode,
        "trigger": args.trigger,
        "started": args.started,
        **planned(args),
        "ended": timestamp(now) if ended else None,
        "seconds": _since(args.started, now) if ended else None,
        "status": status,
        "code": code,
        "error": error,
        "warnings": tap.get("warnings", []) + target.get("warnings", []),
        "attempts": {"extract": attempts(tap), "load": attempts(target)},
        "streams": [{"stream": stream, "records": count} for stream, count in records.items()],
        "records": sum(records.values()),
        "bytes": target.get("bytes", tap.get("bytes", 0)),
        "badLines": target.get("badLines", 0),
        "leftOut": tap.get("leftOut", []) + target.get("leftOut", []),
        "uncountedFiles": target.get("uncountedFiles", 0),
        "tap": tap.get("tapConnector", _NOBODY),
        "target": target.get("targetConnector", _NOBODY),
        "unselected": target.get("unselected", []),
        **({"slices": target["slices"]} if "slices" in target else {}),
        **({"schemaChanges": target["schemaChanges"]} if target.get("schemaChanges") else {}),
        **({"slots": tap["slots"]} if tap.get("slots") else {}),
        "stateBefore": before,
        "stateAfter": after,
        "stateCommitted": committed is not None,
        "outputs": target.get("outputs", []),
        "host": args.workflow,
    }


def result_of(path: Optional[str]) -> dict[str, Any]:
    """A step's result with its states unchanged; empty if there is none."""
    if not path or not os.path.exists(path):
        return {}
    text = read_object_text(path, "result")
    states = {
        name: state for name, state in text.members.items() if name in _STATES and state.is_object
    }
    return {**text.value, **states}


def attempts(result: dict[str, Any]) -> int:
    """Number of attempts of a step, from its result."""
    return result.get("attempt", 0) + 1 if result else 0


def _since(started: str, now: float) -> Optional[float]:
    try:
        began = calendar.timegm(time.strptime(started[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    return round(max(0.0, now - began), 3)
