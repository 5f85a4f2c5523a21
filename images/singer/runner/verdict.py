"""verdict: fails a run for a step that ended well although it had failed."""
from __future__ import annotations

import argparse
from typing import Optional

from .codes import OK, TAP_FAILED
from .files import read_object


def verdict(args: argparse.Namespace) -> tuple[int, Optional[str]]:
    """Exit code and error of the step whose result is --result."""
    result = read_object(args.result, "result")
    code = result.get("code")
    if code == OK:
        return OK, None
    error = result.get("error") or "the tap failed"
    if code == TAP_FAILED:
        error += " (what it had sent is loaded, and its progress saved)"
    return code if isinstance(code, int) else TAP_FAILED, error
