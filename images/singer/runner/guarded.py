"""Calls the code of a command: reports every error in one line."""

from __future__ import annotations

import os
import sys
from typing import Callable, Optional

from .codes import INTERNAL, INTERRUPTED, OK, RunnerError, io_error
from .session import Session
from .workflow import tell_pod

Outcome = tuple[int, Optional[str]]
"""Exit code and the error in one line."""


def guarded(work: Callable[[], Outcome], session: Optional[Session]) -> int:
    """The exit code of `work`; closes `session`."""
    try:
        code, error = work()
    except RunnerError as failure:
        code, error = failure.code, str(failure)
    except KeyboardInterrupt:
        code, error = INTERRUPTED, "stopped"
    except OSError as failure:
        code, error = INTERNAL, str(io_error(failure, "use", str(failure.filename or "a file")))
    except Exception as failure:  # A bug is reported in one line like any other error.
        if os.environ.get("SINGER_DEBUG"):
            import traceback

            traceback.print_exc(file=sys.stderr)
        code, error = (
            INTERNAL,
            f"bug in the runner: {type(failure).__name__}: {failure} (SINGER_DEBUG=1 shows where)",
        )
    if session is None:
        return complain(error, code) if error else code
    error = session.masker.text(error) if error else None
    if error:
        session.log.line("runner", error)
        tell_pod(error)
    try:
        session.close(code, error)
    except RunnerError as failure:
        return complain(str(failure), code if code != OK else failure.code)
    return code


def complain(message: str, code: int) -> int:
    """Prints an error without a session; returns `code`."""
    sys.stderr.write(f"runner | {message}\n")
    tell_pod(message)
    return code
