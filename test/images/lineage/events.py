"""Rebuilds events with openlineage-python and prints them: a line of JSON for each line on stdin."""

import json
import sys

import attr
from openlineage.client.generated.base import (
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    set_producer,
)
from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet
from openlineage.client.generated.error_message_run import ErrorMessageRunFacet
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.nominal_time_run import NominalTimeRunFacet
from openlineage.client.generated.output_statistics_output_dataset import (
    OutputStatisticsOutputDatasetFacet,
)
from openlineage.client.generated.ownership_job import Owner, OwnershipJobFacet
from openlineage.client.generated.parent_run import Job as ParentJob
from openlineage.client.generated.parent_run import ParentRunFacet
from openlineage.client.generated.parent_run import Run as ParentRun
from openlineage.client.generated.processing_engine_run import ProcessingEngineRunFacet
from openlineage.client.generated.schema_dataset import (
    SchemaDatasetFacet,
    SchemaDatasetFacetFields,
)
from openlineage.client.serde import Serde

FACETS = {
    "errorMessage": lambda f: ErrorMessageRunFacet(**f),
    "jobType": lambda f: JobTypeJobFacet(**f),
    "nominalTime": lambda f: NominalTimeRunFacet(**f),
    "outputStatistics": lambda f: OutputStatisticsOutputDatasetFacet(**f),
    "ownership": lambda f: OwnershipJobFacet(owners=[Owner(**owner) for owner in f["owners"]]),
    "parent": lambda f: ParentRunFacet(run=ParentRun(**f["run"]), job=ParentJob(**f["job"])),
    "processing_engine": lambda f: ProcessingEngineRunFacet(**f),
    "schema": lambda f: SchemaDatasetFacet(
        fields=[SchemaDatasetFacetFields(**field) for field in f["fields"]]
    ),
    "version": lambda f: DatasetVersionDatasetFacet(**f),
}


def facets(given):
    def own(facet):
        return {name: value for name, value in facet.items() if not name.startswith("_")}

    return {name: FACETS[name](own(facet)) for name, facet in given.items()}


for line in sys.stdin:
    event = json.loads(line)
    set_producer(event["producer"])
    rebuilt = RunEvent(
        eventTime=event["eventTime"],
        producer=event["producer"],
        eventType=event["eventType"],
        run=Run(event["run"]["runId"], facets(event["run"]["facets"])),
        job=Job(event["job"]["namespace"], event["job"]["name"], facets(event["job"]["facets"])),
        inputs=[
            InputDataset(each["namespace"], each["name"], facets=facets(each["facets"]))
            for each in event["inputs"]
        ],
        outputs=[
            OutputDataset(
                each["namespace"],
                each["name"],
                facets=facets(each["facets"]),
                outputFacets=facets(each["outputFacets"]),
            )
            for each in event["outputs"]
        ],
    )
    assert attr.has(type(rebuilt))
    print(Serde.to_json(rebuilt))
