"""OTLP/HTTP in its JSON encoding: the payloads of a run's trace and metrics.

Source: open-telemetry/opentelemetry-proto 1.9.0, docs/specification.md: IDs are hexadecimal, enumerations are
numbers, and 64-bit integers are text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Union

from . import VERSION
from .notice import clean
from .run_steps import Step, nanoseconds, retries_in, steps_of

Values = Mapping[str, Union[str, int, float, bool, None]]

_INTERNAL = 1
_OK, _ERROR = 1, 2
_DELTA = 1
_MOST_STREAMS = 1000
"""In metrics; those with the most records first."""
_MOST_EVENTS = 100
"""Streams listed in a span: backends keep about that many events."""
_LONGEST = 2000
_OF_METRICS = ("tapctl.pipeline", "tapctl.mode", "tapctl.tap", "tapctl.target")
"""Attributes of a run that its metrics have too."""


def trace_id(pipeline: str, run: str) -> str:
    """The trace of a run, the same in all of its steps."""
    return hashlib.sha256(f"{pipeline}/{run}".encode()).hexdigest()[:32]


def traces(
    summary: Mapping[str, Any],
    results: list[dict[str, Any]],
    parts: list[dict[str, Any]],
    resource: Values,
) -> dict[str, Any]:
    """The trace of a run that has ended: the run, its steps, and the attempts of each step."""
    trace = trace_id(summary["pipeline"], summary["run"])
    name = f"run {summary['pipeline']}"
    begun, ended = nanoseconds(summary["started"]), nanoseconds(summary["ended"])
    spans = [_span(trace, None, Step(name, begun, ended, summary.get("error"), _of_run(summary)))]
    for step in steps_of(results, parts, begun, ended):
        spans.append(_span(trace, name, step))
        spans += [_span(trace, step.name, each) for each in step.attempts]
    scope = {"scope": {"name": "tapctl", "version": VERSION}, "spans": spans}
    return {"resourceSpans": [{"resource": _resource(resource), "scopeSpans": [scope]}]}


def metrics(
    summary: Mapping[str, Any], results: list[dict[str, Any]], resource: Values
) -> dict[str, Any]:
    """The metrics of a run that has ended: sums are deltas, because no process knows more than one run."""
    begun, ended = nanoseconds(summary["started"]), nanoseconds(summary["ended"])
    known = _of_run(summary)
    of_pipeline = {"tapctl.pipeline": known["tapctl.pipeline"]}
    of_run = {name: known[name] for name in _OF_METRICS}
    of_streams = [
        ({**of_run, "tapctl.stream": stream}, records, size)
        for stream, records, size in _streams(summary, results)[:_MOST_STREAMS]
    ]
    whole = [(of_run, summary.get("bytes", 0))]
    sizes = [(names, size) for names, _, size in of_streams if size is not None]
    retries = retries_in(summary)

    def point(names: Values, value: Union[int, float]) -> dict[str, Any]:
        kind: dict[str, Any] = (
            {"asInt": str(value)} if isinstance(value, int) else {"asDouble": value}
        )
        return {
            "attributes": attributes(names),
            "startTimeUnixNano": str(begun),
            "timeUnixNano": str(ended),
            **kind,
        }

    def total(name: str, unit: str, text: str, points: Iterable[tuple[Values, int]]) -> Any:
        data = [point(names, value) for names, value in points]
        kind = {"aggregationTemporality": _DELTA, "isMonotonic": True, "dataPoints": data}
        return {"name": name, "unit": unit, "description": text, "sum": kind}

    def gauge(name: str, unit: str, text: str, names: Values, value: Union[int, float]) -> Any:
        data = {"dataPoints": [point(names, value)]}
        return {"name": name, "unit": unit, "description": text, "gauge": data}

    status = {**of_run, "tapctl.status": known["tapctl.status"]}
    found = [
        total("tapctl.runs", "{run}", "Runs that have ended", [(status, 1)]),
        total(
            "tapctl.records",
            "{record}",
            "Records that runs loaded",
            [(names, records) for names, records, _ in of_streams],
        ),
        total("tapctl.bytes", "By", "Bytes of the data of taps", sizes or whole),
        total("tapctl.retries", "{retry}", "Attempts after the first", [(of_run, retries)]),
        gauge(
            "tapctl.run.duration",
            "s",
            "How long the run took",
            status,
            round((ended - begun) / 1e9, 3),
        ),
    ]
    if summary["status"] == "succeeded":
        text = "When the newest successful run ended, in seconds since 1970"
        found.append(gauge("tapctl.last_success", "s", text, of_pipeline, ended // 10**9))
    kept = [each for each in found if "gauge" in each or each["sum"]["dataPoints"]]
    scope = {"scope": {"name": "tapctl", "version": VERSION}, "metrics": kept}
    return {"resourceMetrics": [{"resource": _resource(resource), "scopeMetrics": [scope]}]}


def attributes(values: Values) -> list[dict[str, Any]]:
    """Attributes; those without a value are left out."""
    return [
        {"key": name, "value": _value(value)} for name, value in values.items() if value is not None
    ]


def _span(trace: str, parent: Optional[str], step: Step) -> dict[str, Any]:
    path = f"{parent}/{step.name}" if parent else step.name
    failed = {"code": _ERROR, "message": clean(str(step.error))[:_LONGEST]}
    return {
        "traceId": trace,
        "spanId": _span_id(trace, path if step.is_attempt else step.name),
        **({"parentSpanId": _span_id(trace, parent)} if parent else {}),
        "name": step.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": str(step.started),
        "endTimeUnixNano": str(max(step.started, step.ended)),
        "attributes": attributes(step.values),
        **({"events": _events(step)} if step.streams else {}),
        "status": failed if step.error else {"code": _OK},
    }


def _span_id(trace: str, path: str) -> str:
    return hashlib.sha256(f"{trace}/{path}".encode()).hexdigest()[:16]


def _events(step: Step) -> list[dict[str, Any]]:
    largest = sorted(step.streams, key=lambda each: -each[1])[:_MOST_EVENTS]
    return [
        {
            "timeUnixNano": str(max(step.started, step.ended)),
            "name": "stream",
            "attributes": attributes(
                {"tapctl.stream": stream, "tapctl.records": records, "tapctl.bytes": size}
            ),
        }
        for stream, records, size in largest
    ]


def _of_run(summary: Mapping[str, Any]) -> Values:
    tap, target = summary["tap"], summary["target"]
    return {
        "tapctl.pipeline": summary["pipeline"],
        "tapctl.run": summary["run"],
        "tapctl.mode": summary["mode"],
        "tapctl.trigger": summary["trigger"],
        "tapctl.status": summary["status"],
        "tapctl.exit_code": summary["code"],
        "tapctl.tap": tap["name"] or None,
        "tapctl.tap.version": tap["version"] or None,
        "tapctl.target": target["name"] or None,
        "tapctl.target.version": target["version"] or None,
        "tapctl.records": summary["records"],
        "tapctl.bytes": summary["bytes"],
        "tapctl.state_saved": summary["stateCommitted"],
        "tapctl.host": summary["host"] or None,
    }


def _streams(
    summary: Mapping[str, Any], results: list[dict[str, Any]]
) -> list[tuple[str, int, Optional[int]]]:
    """Stream, records and bytes, those with the most records first."""
    sizes: dict[str, int] = {}
    for result in results:
        sizes.update(result.get("streamBytes", {}))
    listed = [
        (each["stream"], each["records"], sizes.get(each["stream"]))
        for each in summary.get("streams", [])
    ]
    return sorted(listed, key=lambda each: -each[1])


def _resource(values: Values) -> dict[str, Any]:
    return {"attributes": attributes(values)}


def _value(value: Union[str, int, float, bool, None]) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": clean(str(value))}
