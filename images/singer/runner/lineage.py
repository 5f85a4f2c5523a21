"""OpenLineage: sends the events of a run over HTTP. They never fail a run.

The environment is that of the standard client: OPENLINEAGE_URL, OPENLINEAGE_ENDPOINT, OPENLINEAGE_NAMESPACE,
OPENLINEAGE_API_KEY, OPENLINEAGE_DISABLED and OPENLINEAGE_PARENT_ID.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Optional

from .attempts import Refused
from .channel_http import json_post
from .codes import OK
from .files import result_if_any
from .lineage_events import ENDS, STORE, end_event, started
from .lossless import loads
from .request import Arguments

_SECONDS = 5.0
"""As in the standard client."""


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether events are sent."""
    is_off = environment.get("OPENLINEAGE_DISABLED", "").lower() in ("true", "1")
    return bool(environment.get("OPENLINEAGE_URL")) and not is_off


def lineage(args: Arguments) -> tuple[int, Optional[str]]:
    """Sends the event of a start; with `follow`, then that of the end, which comes on stdin. Always 0."""
    send(started(args, os.environ), os.environ)
    if args.follow:
        text = sys.stdin.buffer.readline()
        if text:
            end = loads(text)
            results = [result_if_any(path) for path in end["results"]]
            ended(end["summary"], results, {**os.environ, STORE: end.get("store", "")})
    return OK, None


def ended(
    summary: Mapping[str, Any],
    results: list[dict[str, Any]],
    environment: Mapping[str, str],
) -> None:
    """Sends the event of a run that has ended, and nothing for one that has not."""
    if not wanted(environment) or summary["status"] not in ENDS:
        return
    try:
        event = end_event(summary, results, environment)
    except Exception as error:  # Whatever the results hold, the run has ended as it has.
        sys.stderr.write(f"runner | lineage: no event: {type(error).__name__}\n")
        return
    send(event, environment)


def send(event: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Sends an event once, and reports in the log if it is not accepted."""
    if not wanted(environment):
        return
    endpoint = environment.get("OPENLINEAGE_ENDPOINT", "api/v1/lineage").lstrip("/")
    key = environment.get("OPENLINEAGE_API_KEY", "").strip()
    try:
        url = f"{environment['OPENLINEAGE_URL'].strip().rstrip('/')}/{endpoint}"
        json_post(url, event, {"Authorization": f"Bearer {key}"} if key else None)(_SECONDS)
    except Refused as error:
        _report(event, str(error))
    except Exception as error:  # A run never fails because of its lineage.
        _report(event, type(error).__name__)


def _report(event: Mapping[str, Any], reason: str) -> None:
    sys.stderr.write(f"runner | lineage: {event['eventType']} was not delivered: {reason}\n")
