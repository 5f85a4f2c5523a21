"""Naming the line that a parser rejected."""

from __future__ import annotations

import json

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.singer_input.messages import Records

EXCERPT = 60


def damaged_line(number: int, line: bytes, reason: str, stream: str = "") -> ConnectorError:
    """Return the error for a line that cannot be read."""
    text = line.strip().decode(errors="backslashreplace")
    excerpt = text if len(text) <= EXCERPT else f"{text[:EXCERPT]}..."
    of = f' (stream "{stream}")' if stream else ""
    return ConnectorError(
        f"line {number} of the input{of} {reason}: {excerpt}",
        "Nothing after the last reported state is kept as loaded. Check the log of the tap",
    )


def find_damage(records: Records) -> ConnectorError | None:
    """Return the error for the first line that is not a RECORD message, if there is one."""
    for index, line in enumerate(records.data.split(b"\n")[:-1]):
        reason = _damage(line)
        if reason:
            return damaged_line(records.line_number(index), line, reason, records.stream)
    return None


def _damage(line: bytes) -> str:
    try:
        message = json.loads(line)
    except RecursionError:
        return "is nested too deeply"
    except ValueError:
        return "is not JSON"
    record = message.get("record") if isinstance(message, dict) else None
    return "" if isinstance(record, dict) else "is a RECORD without a record"
