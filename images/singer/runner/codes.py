"""Exit codes of the runner and the error that carries one."""

from __future__ import annotations

import errno

OK = 0
INTERNAL = 1
"""A bug in the runner, or files it could not write (full disk)."""
USAGE = 2
"""Invalid arguments, or a file that is missing or invalid."""
TAP_FAILED = 10
TARGET_FAILED = 11
BOTH_FAILED = 12
INTERRUPTED = 13
"""Stopped by SIGTERM or SIGINT, even if both connectors then exited with 0."""
BAD_STREAM = 14
"""More non-Singer lines than maxBadLines, or a STATE that cannot be saved, such as one with NaN."""
EMPTY = 15
"""Neither SCHEMA nor STATE: no stream is selected, or the tap did nothing."""
EXPECTATION = 16
"""minRecords or maxStalenessSeconds is not met."""
FOREIGN_STATE = 17
"""The saved state belongs to another tap, source, target or destination."""

TABLE = """exit codes:
  0  succeeded                    13  interrupted
  1  bug or I/O (full disk)       14  bad stream (a damaged message, or
  2  usage, bad input                 too many lines that are not messages)
  10 tap failed                   15  empty (no SCHEMA and no STATE)
  11 target failed                16  expectation not met
  12 both failed                  17  state of another source
                                      or destination"""

_STATUS = {OK: "succeeded", INTERRUPTED: "interrupted"}


def status(code: int) -> str:
    """The word for `code` in a result: succeeded, interrupted or failed."""
    return _STATUS.get(code, "failed")


class RunnerError(Exception):
    """Ends the run with `code` and a one-line message for the user."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def io_error(error: OSError, action: str, path: str) -> RunnerError:
    """The error for a failed operating system call on `path`, e.g. action "write"."""
    reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
    return RunnerError(INTERNAL, f"cannot {action} {path}: {reason or error}")
