"""What is sent when a run has ended: its trace and metrics, and the event of its lineage."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

_ENDPOINTS = ("ENDPOINT", "TRACES_ENDPOINT", "METRICS_ENDPOINT")


def has_telemetry() -> bool:
    """Whether the environment names an endpoint of OpenTelemetry."""
    return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in _ENDPOINTS)


def report_end(
    summary: Mapping[str, Any], results: list[dict[str, Any]], parts: list[dict[str, Any]]
) -> None:
    """Sends what the environment asks for, if the run has ended; `parts` are steps without a result."""
    if summary["status"] == "running":
        return
    sending = None
    # Loaded only then: HTTP takes longer to load than most steps to run.
    if has_telemetry():
        since = time.monotonic()
        from .telemetry import send

        sending = send(summary, results, parts, os.environ, since)
    if os.environ.get("OPENLINEAGE_URL"):
        from .lineage import ended

        ended(summary, results, os.environ)
    if sending:
        sending.wait()
