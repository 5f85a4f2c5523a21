"""What a workflow needs of extract and load beyond their files: an outcome, and an end that lets the next step run."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Optional

from .codes import BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE, OK, TAP_FAILED, USAGE
from .files import write_atomic
from .request import Arguments

COMPLETE, PARTIAL, FAILED = "complete", "partial", "failed"
_HOPELESS = (USAGE, BAD_STREAM, EMPTY, EXPECTATION, FOREIGN_STATE)
"""What another try of the same step does not mend."""
_TERMINATION_LOG = "/dev/termination-log"
_LONGEST_BYTES = 2048
_PATIENCE_SECONDS = 20
_PAUSE_SECONDS = 0.05


def settle(args: Arguments, code: int, result: dict[str, Any]) -> int:
    """The exit code for the workflow, and the outcome for its next steps.

    A tap that failed in its last attempt and left data ends with 0: its lines are loaded first, and
    a verdict step fails the run afterwards. So does what another try cannot fix, with leaveVerdict:
    Argo would retry it.
    """
    # How much went through a FIFO only its reader knows; of a tap that was not started, its discovery failed.
    partial = (
        args.command == "extract"
        and code == TAP_FAILED
        and "tap" in result
        and result.get("bytes", 1) > 0
        and args.last_attempt is not None
        and (args.attempt or 0) >= args.last_attempt
    )
    path = getattr(args, "outcome", None)
    for_good = bool(path) and args.leave_verdict and code in _HOPELESS
    outcome = FAILED if for_good else _outcome(args, code, partial) if path else None
    if path and outcome:
        write_atomic(path, outcome.encode())
    return OK if partial or for_good else code


def _outcome(args: Arguments, code: int, partial: bool) -> Optional[str]:
    if args.command == "extract":
        return PARTIAL if partial else COMPLETE if code == OK else FAILED
    if code != OK:
        return None
    return "saved" if args.candidate and os.path.exists(args.candidate) else "unchanged"


def await_target(args: Arguments, result: dict[str, Any], stopped: Callable[[], bool]) -> None:
    """Keeps a tap that failed until the target has loaded what it got, with awaitResult.

    Argo ends the other containers of a pod as soon as one has failed: the target would be killed half-way, and what it
    loaded not be counted. Source: argo-workflows v4.1.2, workflow/controller/operator.go, podHasContainerNeedingTermination.
    """
    path = getattr(args, "await_result", None)
    # Without a tap that ran nobody has opened the FIFO, and the target has nothing.
    if not path or "tap" not in result:
        return
    while not stopped() and not os.path.exists(path):
        time.sleep(_PAUSE_SECONDS)


def awaited_outcome(path: str) -> str:
    """The word in the outcome file of an extract whose FIFO has ended; one that never says anything has failed."""
    for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
        time.sleep(_PAUSE_SECONDS)
    return FAILED


def tell_pod(error: Optional[str], path: str = _TERMINATION_LOG) -> None:
    """Leaves the error where Kubernetes, and so the workflow, shows it; nothing outside a pod."""
    if not error or not os.path.exists(path):
        return
    try:
        with open(path, "wb") as file:
            # What a connector says must not be read as a template of the workflow's.
            file.write(error.replace("{{", "{ {").encode("utf-8", "replace")[:_LONGEST_BYTES])
    except OSError:
        pass
