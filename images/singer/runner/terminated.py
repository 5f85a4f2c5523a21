"""A connector that a signal ended although it exits with 0."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MESSAGE = "| Gracefully shutting down..."


def says_terminated(lines: Iterable[str]) -> bool:
    """The Singer SDK's message when a signal ends it early, after which it exits with 0 (singer-sdk
    0.54, plugin_base.py)."""
    # The expression is compiled only if there is something to look at.
    return any(
        line.endswith(_MESSAGE) and re.search(rf"\| INFO +\| .*{re.escape(_MESSAGE)}", line)
        for line in map(str.rstrip, lines)
    )
