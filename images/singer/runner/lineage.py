"""OpenLineage: events of a run over HTTP. They never fail a run.

Source: OpenLineage/OpenLineage, spec/OpenLineage.json 2-0-2 and spec/facets. The environment is that of the standard
client: OPENLINEAGE_URL, OPENLINEAGE_ENDPOINT, OPENLINEAGE_NAMESPACE, OPENLINEAGE_API_KEY, OPENLINEAGE_DISABLED and
OPENLINEAGE_PARENT_ID.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Mapping
from typing import Any, Optional

from . import VERSION
from .attempts import Refused
from .channel_http import json_post
from .codes import OK
from .datasets import dataset
from .files import result_if_any
from .lineage_facts import combined
from .log import timestamp
from .lossless import loads
from .notice import clean
from .request import Arguments

_SECONDS = 5.0
"""As in the standard client."""
_SPEC = "https://openlineage.io/spec"
_PRODUCER = f"https://tapctl.dev/runner/{VERSION}"
_ENDS = {"succeeded": "COMPLETE", "failed": "FAIL", "interrupted": "ABORT"}
_RUNS = "https://tapctl.dev/runs"
_SCHEMAS = {
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "ownership": "1-0-1/OwnershipJobFacet",
    "parent": "1-2-0/ParentRunFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
}


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
            ended(end["summary"], results, os.environ)
    return OK, None


def ended(
    summary: Mapping[str, Any],
    results: list[dict[str, Any]],
    environment: Mapping[str, str],
) -> None:
    """Sends the event of a run that has ended, and nothing for one that has not."""
    if not wanted(environment) or summary["status"] not in _ENDS:
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


def started(args: Arguments, environment: Mapping[str, str]) -> dict[str, Any]:
    """The event of a start."""
    owners = {"owners": [{"name": args.owner}]}
    ownership = {"ownership": _facet("ownership", owners)} if args.owner else {}
    return _event("START", args.started, args.pipeline, args.run, environment, {}, ownership)


def end_event(
    summary: Mapping[str, Any], results: list[dict[str, Any]], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The event of an end, with the datasets and what became of them."""
    error = summary.get("error")
    message = {"message": clean(str(error)), "programmingLanguage": "Python"}
    facets = {"errorMessage": _facet("errorMessage", message)} if error else {}
    event = _event(
        _ENDS[summary["status"]],
        summary.get("ended") or timestamp(time.time()),
        summary["pipeline"],
        summary["run"],
        environment,
        facets,
        {},
    )
    found = combined(results)
    columns = found.get("columns", {})
    counts = {each["stream"]: each["records"] for each in summary.get("streams", [])}
    streams = sorted({*counts, *columns})
    unknown = {"namespace": event["job"]["namespace"], "name": f"{summary['pipeline']}.{{stream}}"}
    source, destination = found.get("source"), found.get("destination")
    return {
        **event,
        "inputs": [
            {**dataset(source or unknown, stream), "facets": _schema(columns.get(stream))}
            for stream in streams
            if source or destination
        ],
        "outputs": [
            {
                **dataset(destination or unknown, stream),
                "facets": _schema(columns.get(stream)),
                "outputFacets": _statistics(counts.get(stream)),
            }
            for stream in streams
            if source or destination
        ],
    }


def _event(
    kind: str,
    when: str,
    pipeline: str,
    run: str,
    environment: Mapping[str, str],
    run_facets: Mapping[str, Any],
    job_facets: Mapping[str, Any],
) -> dict[str, Any]:
    namespace = environment.get("OPENLINEAGE_NAMESPACE") or "default"
    kind_of_job = {"processingType": "BATCH", "integration": "TAPCTL", "jobType": "PIPELINE"}
    engine = {"name": "tapctl", "version": VERSION}
    return {
        "eventType": kind,
        "eventTime": when,
        "producer": _PRODUCER,
        "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "job": {
            "namespace": namespace,
            "name": pipeline,
            "facets": {"jobType": _facet("jobType", kind_of_job), **job_facets},
        },
        "run": {
            "runId": run_id(namespace, pipeline, run),
            "facets": {
                "processing_engine": _facet("processing_engine", engine),
                **_parent(environment.get("OPENLINEAGE_PARENT_ID", "")),
                **run_facets,
            },
        },
        "inputs": [],
        "outputs": [],
    }


def run_id(namespace: str, pipeline: str, run: str) -> str:
    """A UUID that all events of a run have."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_RUNS}/{namespace}/{pipeline}/{run}"))


def _parent(text: str) -> dict[str, Any]:
    """The run that started this one: `namespace/job/run`, as orchestrators pass it on."""
    rest, _, run = text.rpartition("/")
    namespace, _, name = rest.rpartition("/")
    try:
        uuid.UUID(run)
    except ValueError:
        return {}
    parent = {"run": {"runId": run}, "job": {"namespace": namespace, "name": name}}
    return {"parent": _facet("parent", parent)} if namespace and name else {}


def _schema(columns: Optional[list[list[str]]]) -> dict[str, Any]:
    if not columns:
        return {}
    fields = [{"name": name, "type": kind} for name, kind in columns]
    return {"schema": _facet("schema", {"fields": fields})}


def _statistics(records: Optional[int]) -> dict[str, Any]:
    if records is None:
        return {}
    return {"outputStatistics": _facet("outputStatistics", {"rowCount": records})}


def _facet(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    version, _, title = _SCHEMAS[name].partition("/")
    url = f"{_SPEC}/facets/{version}/{title}.json#/$defs/{title}"
    return {"_producer": _PRODUCER, "_schemaURL": url, **content}
