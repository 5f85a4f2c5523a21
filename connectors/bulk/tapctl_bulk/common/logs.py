"""Logging: to stderr, because stdout carries the messages.

Only libraries that log need Python's `logging`, which is slow to import.
"""

from __future__ import annotations

import os
import sys
import time

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

_program = {"name": "tapctl_bulk"}


def start_logging(name: str) -> None:
    """Set the name of the program, which each line has."""
    _program["name"] = name


def log_of_libraries() -> None:
    """Send what libraries log to stderr too, in the same form."""
    import logging

    logging.basicConfig(
        stream=sys.stderr,
        level=_level(),
        format=f"%(asctime)s %(levelname)s {_program['name']}: %(message)s",
        force=True,
    )


def log(message: str) -> None:
    """Log a line of progress."""
    _write("INFO", message)


def warn(message: str) -> None:
    """Log a line that a user should read."""
    _write("WARNING", message)


def _level() -> str:
    """Level from which on lines are logged, from `LOGLEVEL`. Default: INFO."""
    level = os.environ.get("LOGLEVEL", "INFO").upper()
    return level if level in LEVELS else "INFO"


def _write(level: str, message: str) -> None:
    if LEVELS.index(level) < LEVELS.index(_level()):
        return
    now = time.time()
    moment = f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(now))},{int(now % 1 * 1000):03}"
    try:
        sys.stderr.write(f"{moment} {level} {_program['name']}: {message}\n")
        sys.stderr.flush()
    except OSError:
        pass  # The reader of the log has ended, which must not end the run.
