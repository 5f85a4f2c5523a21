"""OpenTelemetry: the trace and the metrics of a run over OTLP/HTTP, as JSON. They never fail or delay a run.

The environment is that of the SDKs: OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS and _TIMEOUT (also with TRACES_ or METRICS_
before the last word), OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER and
OTEL_SDK_DISABLED. Headers may also be a JSON object, as stacks give them.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple
from urllib.parse import unquote

from . import VERSION
from .attempts import Refused
from .channel_http import json_post
from .files import result_if_any
from .lossless import loads
from .otlp import metrics, traces
from .request import Arguments

_ENDPOINT, _HEADERS, _TIMEOUT = "ENDPOINT", "HEADERS", "TIMEOUT"
_SIGNALS = ("traces", "metrics")
_MILLISECONDS = 10_000
"""As in the SDKs."""
_LEAST_SECONDS = 0.05
"""Once everything is loaded, an endpoint nearby gets at least this time."""


class Sending(NamedTuple):
    """Signals on their way."""

    threads: list[threading.Thread]
    until: float
    """Monotonic time after which nothing waits for them."""
    seconds: float
    problems: dict[str, str]
    """Why a signal was not delivered."""

    def wait(self) -> None:
        """Waits until all are delivered or the time is over, and reports in the log what is not."""
        for thread in self.threads:
            thread.join(max(0.0, self.until - time.monotonic()))
        for thread in self.threads:
            late = f"no response within {self.seconds:g} s" if thread.is_alive() else None
            reason = self.problems.get(thread.name, late)
            if reason:
                sys.stderr.write(f"runner | telemetry: {thread.name} not delivered: {reason}\n")


def wanted(environment: Mapping[str, str]) -> list[str]:
    """The signals that are sent: `traces`, `metrics`."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return []
    return [
        signal
        for signal in _SIGNALS
        if environment.get(f"OTEL_{signal.upper()}_EXPORTER", "otlp") == "otlp"
        and _setting(environment, signal, _ENDPOINT)
    ]


def telemetry(args: Arguments) -> tuple[int, None]:
    """Sends the trace and the metrics of a run that has ended, which comes on stdin. Always 0."""
    text = sys.stdin.buffer.readline()
    if text:
        end = loads(text)
        results = [result_if_any(path) for path in end["results"]]
        send(end["summary"], results, end["parts"], os.environ, time.monotonic()).wait()
    return 0, None


def send(
    summary: Mapping[str, Any],
    results: list[dict[str, Any]],
    parts: list[dict[str, Any]],
    environment: Mapping[str, str],
    since: float,
) -> Sending:
    """Starts to send a run that has ended. The time for it counts from the monotonic time `since`."""
    problems: dict[str, str] = {}
    resource = _resource(environment)
    payloads: dict[str, Callable[[], Any]] = {
        "traces": lambda: traces(summary, results, parts, resource),
        "metrics": lambda: metrics(summary, results, resource),
    }

    def deliver(signal: str) -> None:
        try:
            url = _setting(environment, signal, _ENDPOINT)
            post = json_post(url, payloads[signal](), _headers(environment, signal))
            post(_seconds(environment, signal))
        except Refused as error:
            problems[signal] = str(error)
        except Exception as error:  # A run never fails because of its telemetry.
            problems[signal] = type(error).__name__

    signals = wanted(environment)
    # Daemons, because nothing else bounds the time of a name lookup.
    threads = [
        threading.Thread(target=deliver, args=(signal,), name=signal, daemon=True)
        for signal in signals
    ]
    for thread in threads:
        thread.start()
    longest = max((_seconds(environment, signal) for signal in signals), default=0.0)
    until = max(since + longest, time.monotonic() + _LEAST_SECONDS)
    return Sending(threads, until, longest, problems)


def _setting(environment: Mapping[str, str], signal: str, name: str) -> str:
    """A variable of the signal, else the general one; an endpoint gets the path of the signal."""
    own = environment.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_{name}", "").strip()
    general = environment.get(f"OTEL_EXPORTER_OTLP_{name}", "").strip()
    if own or not general or name != _ENDPOINT:
        return own or general
    return f"{general.rstrip('/')}/v1/{signal}"


def _headers(environment: Mapping[str, str], signal: str) -> dict[str, str]:
    text = _setting(environment, signal, _HEADERS)
    if text.startswith("{"):
        return {str(name): str(value) for name, value in loads(text.encode()).items()}
    return _pairs(text)


def _seconds(environment: Mapping[str, str], signal: str) -> float:
    text = _setting(environment, signal, _TIMEOUT)
    return (int(text) if text.isdigit() and int(text) else _MILLISECONDS) / 1000


def _resource(environment: Mapping[str, str]) -> dict[str, Any]:
    given = _pairs(environment.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    name = environment.get("OTEL_SERVICE_NAME") or given.get("service.name") or "tapctl"
    return {"service.version": VERSION, **given, "service.name": name}


def _pairs(text: str) -> dict[str, str]:
    """`name=value` pairs, separated by commas and percent-encoded, as in W3C Baggage."""
    pairs = (part.partition("=") for part in text.split(","))
    return {unquote(name.strip()): unquote(value.strip()) for name, equal, value in pairs if equal}
