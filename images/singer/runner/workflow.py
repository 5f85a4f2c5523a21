"""What a workflow needs of extract and load beyond their files: an outcome, and an end that lets the next step run."""
from __future__ import annotations

import argparse
import os
from typing import Any, Optional

from .codes import OK, TAP_FAILED
from .files import write_atomic

COMPLETE, PARTIAL = "complete", "partial"
_TERMINATION_LOG = "/dev/termination-log"
_LONGEST = 2048


def settle(args: argparse.Namespace, code: int, result: dict[str, Any]) -> int:
    """The exit code for the workflow, and --outcome for its next steps.

    A tap that failed in its last attempt and left data ends with 0: its lines are loaded first, and
    a verdict step fails the run afterwards.
    """
    partial = (args.subcommand == "extract" and code == TAP_FAILED and result.get("bytes", 0) > 0
               and args.last_attempt is not None and (args.attempt or 0) >= args.last_attempt)
    path = getattr(args, "outcome", None)
    if path and (code == OK or partial):
        write_atomic(path, _outcome(args, partial).encode())
    return OK if partial else code


def _outcome(args: argparse.Namespace, partial: bool) -> str:
    if args.subcommand == "extract":
        return PARTIAL if partial else COMPLETE
    return "saved" if args.candidate and os.path.exists(args.candidate) else "unchanged"


def tell_pod(error: Optional[str], path: str = _TERMINATION_LOG) -> None:
    """Leaves the error where Kubernetes, and so the workflow, shows it; nothing outside a pod."""
    if not error or not os.path.exists(path):
        return
    try:
        with open(path, "wb") as file:
            # What a connector says must not be read as a template of the workflow's.
            file.write(error[:_LONGEST].replace("{{", "{ {").encode("utf-8", "replace"))
    except OSError:
        pass
