"""verdict: fails a run for a step that ended well although it had failed; it is called for no other step."""

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
            "the step has failed, but its result says that it succeeded: it is the result of another attempt",
        )
    error = result.get("error") or "the tap failed"
    if code == TAP_FAILED:
        error += f" (what it had sent is loaded, and its progress saved{_loaded(args.loaded)})"
    return code if isinstance(code, int) else TAP_FAILED, error


def _loaded(path: Optional[str]) -> str:
    """How much that is and what was left out of it, where a load left its result."""
    result = result_if_any(path)
    parts = [records_text(result), *(f"left out: {text}" for text in result.get("leftOut", []))]
    known = "; ".join(part for part in parts if part)
    return f": {known}" if known else ""
