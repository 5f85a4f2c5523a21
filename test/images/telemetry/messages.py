"""Parses the JSON of OTLP requests with the published Protocol Buffers; prints the parsed names, a line for each request."""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

IDS = ("traceId", "spanId", "parentSpanId")


def with_bytes(value):
    """OTLP writes IDs in hexadecimal, where Protocol Buffers have Base64."""
    if isinstance(value, list):
        return [with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(each)).decode() if name in IDS else with_bytes(each)
        for name, each in value.items()
    }


for line in sys.stdin:
    body = with_bytes(json.loads(line))
    if "resourceSpans" in body:
        request = json_format.ParseDict(body, ExportTraceServiceRequest())
        spans = request.resource_spans[0].scope_spans[0].spans
        assert all(len(s.trace_id) == 16 and len(s.span_id) == 8 for s in spans)
        print(json.dumps([span.name for span in spans]))
    else:
        request = json_format.ParseDict(body, ExportMetricsServiceRequest())
        metrics = request.resource_metrics[0].scope_metrics[0].metrics
        print(json.dumps([metric.name for metric in metrics]))
