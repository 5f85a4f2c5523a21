"""Replication slots of taps that read PostgreSQL's log: how far they lag, and whether they are at risk.

The bulk tap and MeltanoLabs' tap-postgres read the slot in `replication_slot_name`, PipelineWise's tap one that is named
after the database and `tap_id`.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping
from typing import Any, Optional

from .catalog import entries, is_selected, metadata_of, method_of
from .codes import OK, TAP_FAILED
from .connector import Connector
from .log import timestamp
from .lossless import encode, loads
from .session import Session

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slot_query.py")
_SECONDS = 10
"""Shorter than a load waits for the outcome of its tap."""
_DEFAULT = "tappostgres"
_POSITION = "_sdc_lsn"
_UNITS = ("B", "kB", "MB", "GB", "TB")


def look_at_slots(
    session: Session,
    tap: Connector,
    config: Mapping[str, Any],
    catalog: Optional[Mapping[str, Any]],
) -> None:
    """Adds the slots of a tap that has read the log to the result, and what is wrong with them to the warnings."""
    names = slot_names(tap.name, config) if _reads_log(catalog) else []
    if not names or session.supervisor.stops:
        return
    try:
        found = query(tap, config, names)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        session.log.line("runner", f"the replication slot was not checked: {_reason(error)}")
        return
    session.result["slots"] = judged(found, names, session.args.max_slot_bytes)
    for slot in session.result["slots"]:
        if slot["problem"]:
            session.warn(slot["problem"])


def slots(session: Session) -> tuple[int, Optional[str]]:
    """Writes the slots of a tap to stdout, as JSON."""
    tap = session.connector("tap")
    config = session.config(tap)
    names = slot_names(tap.name, config)
    found = []
    if names:
        try:
            found = judged(query(tap, config, names), names, session.args.max_slot_bytes)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return TAP_FAILED, _reason(error)
    os.write(1, encode(found) + b"\n")
    return OK, None


def slot_names(tap: str, config: Mapping[str, Any]) -> list[str]:
    """The slots that a tap may read, the one that it prefers first; none for other taps."""
    if "postgres" not in tap:
        return []
    if "dbname" not in config:
        return [str(config.get("replication_slot_name") or _DEFAULT)]
    database, tap_id = config["dbname"], config.get("tap_id")
    names = [f"pipelinewise_{database}", *([f"pipelinewise_{database}_{tap_id}"] if tap_id else [])]
    return [re.sub("[^a-z0-9_]", "_", name.lower()) for name in names]


def keeps_positions(tap: str, config: Mapping[str, Any]) -> bool:
    """Whether a tap keeps its position in the log as a replication key: MeltanoLabs' tap-postgres."""
    return "postgres" in tap and "dbname" not in config


def key_by_position(catalog: Mapping[str, Any]) -> None:
    """Names the position as replication key: without one, the tap reads the log from the start in each run."""
    for entry in entries(catalog, "the catalog"):
        root = metadata_of(entry, [])
        if is_selected(entry) and method_of(entry) == "LOG_BASED":
            root["replication-key"] = root.get("replication-key") or _POSITION


def query(tap: Connector, config: Mapping[str, Any], names: list[str]) -> list[dict[str, Any]]:
    """The slots with these names, read with the libraries of the tap."""
    program = tap.command[0]
    own = os.path.join(os.path.dirname(program), "python")
    done = subprocess.run(
        [own if os.path.exists(own) else program, _PROGRAM],
        input=encode({"config": config, "slots": names}),
        capture_output=True,
        timeout=_SECONDS,
        check=True,
    )
    rows: list[dict[str, Any]] = loads(done.stdout)
    return rows


def judged(
    found: list[dict[str, Any]], names: list[str], most: Optional[int]
) -> list[dict[str, Any]]:
    """The slots, each with when it was read and what is wrong with it."""
    now = timestamp(time.time())
    rows = found or [{"slot": names[0], "walStatus": "missing"}]
    return [{**row, "checked": now, "problem": _problem(row, most)} for row in rows]


def _problem(row: Mapping[str, Any], most: Optional[int]) -> Optional[str]:
    name = f"replication slot {row['slot']}"
    status, retained = row.get("walStatus"), row.get("retainedBytes")
    if status == "missing":
        return f"{name} does not exist"
    if status == "lost":
        return (
            f"{name} is lost: the server has removed changes that were not read "
            "(max_slot_wal_keep_size); drop it and start over with --full-refresh"
        )
    if status == "unreserved":
        return (
            f"{name} is about to be lost: the next checkpoint may remove changes that were not read"
        )
    if most and retained is not None and retained > most:
        return f"{name} retains {size(retained)} of WAL, more than {size(most)} (maxSlotLag)"
    return None


def size(count: float) -> str:
    """A number of bytes in a readable unit."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 else f"{count:.1f} {_UNITS[unit]}"


def _reads_log(catalog: Optional[Mapping[str, Any]]) -> bool:
    listed = entries(catalog, "the catalog") if catalog else []
    return any(method_of(entry) == "LOG_BASED" for entry in listed if is_selected(entry))


def _reason(error: Exception) -> str:
    """The last line that the program printed."""
    output: bytes = getattr(error, "stderr", None) or b""
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else type(error).__name__
