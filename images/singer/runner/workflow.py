"""What a workflow needs from extract and load besides their files: an outcome, and an exit code
that lets the next step run."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Optional

from .codes import BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE, OK, TAP_FAILED, USAGE
from .files import write_atomic
from .request import Arguments

COMPLETE, PARTIAL, FAILED = "complete", "partial", "failed"
_HOPELESS = (USAGE, BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE)
"""Exit codes that a retry of the same step does not fix."""
_TERMINATION_LOG = "/dev/termination-log"
_LONGEST_BYTES = 2048
_PATIENCE_SECONDS = 20
_PAUSE_SECONDS = 0.05


def settle(args: Arguments, code: int, result: dict[str, Any]) -> int:
    """The exit code for the workflow, and the outcome for its next steps.

    A tap that failed in its last attempt after sending data exits with 0: its lines are loaded first,
    and a verdict step then fails the run. With leaveVerdict, so does an error that a retry cannot fix,
    because Argo would retry it. A load of which some slices failed also exits with 0, so that the progress
    of the others is saved first.
    """
    last = (
        args.command in ("extract", "load")
        and args.last_attempt is not None
        and ((args.attempt or 0) >= args.last_attempt)
    )
    # Only the reader of a FIFO knows how much passed through it; if the tap was not started, discovery failed.
    partial = (
        args.command == "extract"
        and code == TAP_FAILED
        and "tap" in result
        and result.get("bytes", 1) > 0
        and last
    )
    path = getattr(args, "outcome", None)
    for_good = bool(path) and args.leave_verdict and code in _HOPELESS
    partial = partial or (bool(result.get("partialLoad")) and (last or for_good))
    outcome = (
        FAILED if for_good and not partial else _outcome(args, code, partial) if path else None
    )
    if path and outcome:
        write_atomic(path, outcome.encode())
    return OK if partial or for_good else code


def _outcome(args: Arguments, code: int, partial: bool) -> Optional[str]:
    if partial:
        return PARTIAL
    if args.command == "extract":
        return COMPLETE if code == OK else FAILED
    if code != OK:
        return None
    return "saved" if args.candidate and os.path.exists(args.candidate) else "unchanged"


def await_target(args: Arguments, result: dict[str, Any], stopped: Callable[[], bool]) -> None:
    """With awaitResult, makes a failed tap wait until the target has loaded what it received.

    Argo terminates the other containers of a pod as soon as one fails: the target would be killed midway, and its
    records would not be counted. Source: argo-workflows v4.1.2, workflow/controller/operator.go, podHasContainerNeedingTermination.
    """
    path = getattr(args, "await_result", None)
    # If the tap did not run, the FIFO was not opened, and the target has no data.
    if not path or "tap" not in result:
        return
    while not stopped() and not os.path.exists(path):
        time.sleep(_PAUSE_SECONDS)


def awaited_outcome(path: str) -> str:
    """The content of the outcome file of an extract whose FIFO has ended; without one it failed."""
    for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
        time.sleep(_PAUSE_SECONDS)
    return FAILED


def tell_pod(error: Optional[str], path: str = _TERMINATION_LOG) -> None:
    """Writes the error where Kubernetes and the workflow show it; does nothing outside a pod."""
    if not error or not os.path.exists(path):
        return
    try:
        with open(path, "wb") as file:
            # A connector's text must not be interpreted as a workflow template.
            file.write(error.replace("{{", "{ {").encode("utf-8", "replace")[:_LONGEST_BYTES])
    except OSError:
        pass
