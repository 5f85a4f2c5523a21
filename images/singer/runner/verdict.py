"""verdict: fails a run because of a failed step that exited with 0; it is only called for such steps."""

from __future__ import annotations

from typing import Optional

from .codes import INTERNAL, OK, TAP_FAILED
from .files import read_object, records_text, result_if_any
from .request import Arguments


def verdict(args: Arguments) -> tuple[int, Optional[str]]:
    """Exit code and error of the step with this result."""
    result = read_object(args.result, "result")
    code = result.get("code")
    if code == OK:
        return (
            INTERNAL,
            "the step failed, but its result reports success: the result is from another attempt",
        )
    error = result.get("error") or "the tap failed"
    if code == TAP_FAILED:
        error += (
            f" (the records it sent are loaded, and its progress is saved{_loaded(args.loaded)})"
        )
    return code if isinstance(code, int) else TAP_FAILED, error


def _loaded(path: Optional[str]) -> str:
    """Number of loaded records and what was left out, if there is a load result."""
    result = result_if_any(path)
    parts = [records_text(result), *(f"skipped: {text}" for text in result.get("leftOut", []))]
    known = "; ".join(part for part in parts if part)
    return f": {known}" if known else ""
