import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

type Facets = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
  readonly outputFacets?: Facets;
}

/** The parts of an event that tests look at. */
export interface LineageEvent {
  readonly eventType: string;
  readonly eventTime: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/** A backend of OpenLineage on this machine. */
export interface Backend {
  readonly url: string;
  readonly events: readonly {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly body: LineageEvent;
  }[];
}

/** Starts a backend that answers with a status; one of 0 never answers. */
export async function backend(t: TestContext, status = 201): Promise<Backend> {
  const events: Backend["events"][number][] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      events.push({
        path,
        authorization: headers.authorization,
        body: JSON.parse(text) as LineageEvent,
      });
      if (status > 0) response.writeHead(status).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events };
}
