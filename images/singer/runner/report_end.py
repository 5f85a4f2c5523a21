"""What is sent when a run has ended: its trace and metrics, and the event of its lineage."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

_ENDPOINTS = ("ENDPOINT", "TRACES_ENDPOINT", "METRICS_ENDPOINT")
_PREFIX = "TAPCTL_"


def has_telemetry() -> bool:
    """Whether the environment names an endpoint of OpenTelemetry."""
    environment = _environment()
    return any(environment.get(f"OTEL_EXPORTER_OTLP_{name}") for name in _ENDPOINTS)


def _environment() -> Mapping[str, str]:
    """Stacks put a prefix before OpenTelemetry's variables, which Argo's executor would read as well."""
    own = {
        name[len(_PREFIX) :]: value
        for name, value in os.environ.items()
        if name.startswith(f"{_PREFIX}OTEL_")
    }
    return {**os.environ, **own}


def report_end(
    summary: Mapping[str, Any], results: list[dict[str, Any]], parts: list[dict[str, Any]]
) -> None:
    """Sends what the environment requests, if the run has ended; `parts` are steps without a result."""
    if summary["status"] == "running":
        return
    sending = None
    # Loaded only then: HTTP takes longer to load than most steps to run.
    if has_telemetry():
        since = time.monotonic()
        from .telemetry import send

        sending = send(summary, results, parts, _environment(), since)
    if os.environ.get("OPENLINEAGE_URL"):
        from .lineage import ended

        ended(summary, results, os.environ)
    if sending:
        sending.wait()
