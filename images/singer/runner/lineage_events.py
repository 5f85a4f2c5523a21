"""The events of OpenLineage about a run.

Source: OpenLineage/OpenLineage, spec/OpenLineage.json 2-0-2, spec/facets and its naming specification.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any, Optional

from . import VERSION
from .datasets import FILES_OF_RUN, dataset, in_store
from .lineage_facts import combined
from .log import timestamp
from .notice import clean
from .planned import planned, utc
from .request import Arguments

STORE = "TAPCTL_STORE"
"""Variable with the address of the object store, for the names of datasets."""
ENDS = {"succeeded": "COMPLETE", "failed": "FAIL", "interrupted": "ABORT"}
_SPEC = "https://openlineage.io/spec"
_PRODUCER = f"https://tapctl.dev/runner/{VERSION}"
_RUNS = "https://tapctl.dev/runs"
_SCHEMAS = {
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "nominalTime": "1-0-1/NominalTimeRunFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "ownership": "1-0-1/OwnershipJobFacet",
    "parent": "1-2-0/ParentRunFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
}


def started(args: Arguments, environment: Mapping[str, str]) -> dict[str, Any]:
    """The event of a start."""
    owners = {"owners": [{"name": args.owner}]}
    ownership = {"ownership": _facet("ownership", owners)} if args.owner else {}
    nominal = _nominal_time(planned(args))
    return _event("START", args.started, args.pipeline, args.run, environment, nominal, ownership)


def end_event(
    summary: Mapping[str, Any], results: list[dict[str, Any]], environment: Mapping[str, str]
) -> dict[str, Any]:
    """The event of an end, with the datasets and what became of them."""
    error = summary.get("error")
    message = {"message": clean(str(error)), "programmingLanguage": "Python"}
    facets = {
        **_nominal_time(summary),
        **({"errorMessage": _facet("errorMessage", message)} if error else {}),
    }
    event = _event(
        ENDS[summary["status"]],
        summary.get("ended") or timestamp(time.time()),
        summary["pipeline"],
        summary["run"],
        environment,
        facets,
        {},
    )
    return {**event, **_datasets(summary, combined(results), event, environment)}


def _datasets(
    summary: Mapping[str, Any],
    found: Mapping[str, Any],
    event: Mapping[str, Any],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """What the run read and wrote; nothing if neither side is known."""
    if not (found.get("source") or found.get("destination")):
        return {}
    pipeline, store = summary["pipeline"], environment.get(STORE, "")
    columns = found.get("columns", {})
    counts = {each["stream"]: each["records"] for each in summary.get("streams", [])}
    streams = sorted({*counts, *columns})
    unknown = {"namespace": event["job"]["namespace"], "name": f"{pipeline}.{{stream}}"}
    source = found.get("source") or unknown
    given = found.get("destination") or unknown
    destination = in_store(given, store, pipeline) or unknown
    version = _version(summary["run"]) if given["namespace"] == FILES_OF_RUN else {}
    inputs = [
        {**dataset(source, stream), "facets": _schema(columns.get(stream))} for stream in streams
    ]
    outputs = [
        {
            **dataset(destination, stream),
            "facets": {**_schema(columns.get(stream)), **version},
            "outputFacets": _statistics(rowCount=counts.get(stream)),
        }
        for stream in streams
    ]
    extract = in_store({"namespace": FILES_OF_RUN, "name": "extract.jsonl"}, store, pipeline)
    loads_extract = summary.get("extractOf")
    if extract and loads_extract:
        inputs = [{**extract, "facets": _version(loads_extract)}]
    elif extract and summary["mode"] == "artifact" and summary["bytes"]:
        outputs.append(
            {
                **extract,
                "facets": _version(summary["run"]),
                "outputFacets": _statistics(size=summary["bytes"]),
            }
        )
    return {"inputs": inputs, "outputs": outputs}


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


def _statistics(**numbers: Optional[int]) -> dict[str, Any]:
    known = {name: number for name, number in numbers.items() if number is not None}
    return {"outputStatistics": _facet("outputStatistics", known)} if known else {}


def _version(run: str) -> dict[str, Any]:
    """The run that wrote a dataset of the object store."""
    return {"version": _facet("version", {"datasetVersion": run})}


def _nominal_time(run: Mapping[str, Any]) -> dict[str, Any]:
    """The days that a run of a backfill reads, otherwise the time that it was scheduled for."""
    days = run.get("window")
    times = [days["from"], days["to"]] if days else [run.get("scheduled")]
    known = [time for time in map(utc, times) if time]
    names = ("nominalStartTime", "nominalEndTime")
    return {"nominalTime": _facet("nominalTime", dict(zip(names, known)))} if known else {}


def _facet(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    version, _, title = _SCHEMAS[name].partition("/")
    url = f"{_SPEC}/facets/{version}/{title}.json#/$defs/{title}"
    return {"_producer": _PRODUCER, "_schemaURL": url, **content}
