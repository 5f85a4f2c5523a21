"""Errors of DuckDB in words of the load."""

from __future__ import annotations

import re

import duckdb

from tapctl_bulk.common.errors import ConnectorError
from tapctl_bulk.singer_input import Records, find_damage

CHANGED_VALUE = re.compile(r'column ".*": the type .* would change the value .*')


def first_line(error: Exception) -> str:
    """Return the first line of an error of DuckDB."""
    return next((line for line in str(error).splitlines() if line.strip()), repr(error))


def is_durable(error: duckdb.FatalException) -> bool:
    """Whether a COMMIT failed after it had written the transaction to the log."""
    return "COMMIT succeeded and is durable" in str(error)


def explained(error: duckdb.Error, stream: str, records: Records | None) -> ConnectorError:
    """Return the error of a batch: which stream, which value, what to do."""
    line = first_line(error)
    where = f'stream "{stream}"'
    changed = CHANGED_VALUE.search(line)
    if changed:
        return ConnectorError(
            f"{where}, {changed[0]}",
            "Let the tap send the column as text, or change the type of the column",
        )
    if "No space left" in line:
        return ConnectorError(f"{where}: the disk is full", "Free space and run again")
    if isinstance(error, duckdb.InvalidInputException) and records is not None:
        damage = find_damage(records)
        if damage:
            return damage
    return ConnectorError(
        f"{where}: {line}",
        "Nothing of this batch was loaded. Correct the value, or the type of the column",
    )
