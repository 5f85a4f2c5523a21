import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

/** The parts of a span that tests look at. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly { readonly attributes: readonly Attribute[] }[];
  readonly status: { readonly code: number; readonly message?: string };
}

/** The parts of a metric that tests look at. */
export interface Metric {
  readonly name: string;
  readonly sum?: { readonly aggregationTemporality: number; readonly dataPoints: readonly Point[] };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asInt?: string;
  readonly asDouble?: number;
}

/** A receiver of OTLP/HTTP on this machine. */
export interface Receiver {
  readonly url: string;
  readonly requests: readonly Received[];
}

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Starts a receiver that answers with a status; one of 0 never answers. */
export async function receiver(t: TestContext, status = 200): Promise<Receiver> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      requests.push({ path, headers, body: JSON.parse(text) as unknown });
      if (status > 0) response.writeHead(status, { "Content-Type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** All spans that a receiver got. */
export function spansOf({ requests }: Receiver): readonly Span[] {
  return requests
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(
      ({ body }) =>
        (
          body as {
            readonly resourceSpans: readonly {
              readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
            }[];
          }
        ).resourceSpans,
    )
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** All metrics that a receiver got. */
export function metricsOf({ requests }: Receiver): readonly Metric[] {
  return requests
    .filter(({ path }) => path === "/v1/metrics")
    .flatMap(
      ({ body }) =>
        (
          body as {
            readonly resourceMetrics: readonly {
              readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
            }[];
          }
        ).resourceMetrics,
    )
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
}

/** Attributes by name. */
export function valuesOf({
  attributes,
}: {
  readonly attributes: readonly Attribute[];
}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key.replace(/^tapctl\./, ""),
      "intValue" in value ? Number(value["intValue"]) : Object.values(value)[0],
    ]),
  );
}

/** Spans as a tree of names, each with whether it succeeded. */
export function treeOf(spans: readonly Span[], parent?: string): readonly unknown[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .map(({ name, spanId, status }) => [
      name,
      status.code === 1 ? "ok" : status.message,
      ...treeOf(spans, spanId),
    ]);
}
