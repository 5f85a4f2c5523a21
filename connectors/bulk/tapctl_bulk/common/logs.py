"""Logging: to stderr, because stdout carries the messages."""

from __future__ import annotations

import logging
import os
import sys

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def start_logging(name: str) -> None:
    """Send the log to stderr, from the level of `LOGLEVEL` on. Default: INFO."""
    level = os.environ.get("LOGLEVEL", "INFO").upper()
    logging.basicConfig(
        stream=sys.stderr,
        level=level if level in LEVELS else "INFO",
        format=f"%(asctime)s %(levelname)s {name}: %(message)s",
        force=True,
    )


def log(message: str) -> None:
    """Log a line of progress."""
    logging.getLogger("tapctl_bulk").info(message)


def warn(message: str) -> None:
    """Log a line that a user should read."""
    logging.getLogger("tapctl_bulk").warning(message)
