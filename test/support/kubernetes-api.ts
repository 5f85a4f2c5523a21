import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { WebSocketServer } from "ws";
import { allows, type Attributes, type Roles } from "./roles";

/** An object of the fake API; its kind follows from where it is stored. */
export interface ApiObject {
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly labels?: { readonly [name: string]: string };
    readonly annotations?: { readonly [name: string]: string };
  };
  readonly [field: string]: unknown;
}

/** A received request. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly accept: string;
  readonly body: unknown;
}

/** A stand-in for the API of a cluster: objects in memory, answered over HTTP as Kubernetes does. */
export interface KubernetesApi {
  readonly url: string;
  /** All requests so far. */
  readonly seen: readonly SeenRequest[];
  /** Adds or replaces an object. */
  put(plural: string, object: ApiObject): void;
  /** Objects of a kind. */
  all(plural: string): readonly ApiObject[];
  /** Removes an object. */
  remove(plural: string, name: string): void;
  /** Answers 403 from now on to a verb and a kind, such as `create workflows` or `get pods/log`. */
  forbid(verbAndPlural: string): void;
  /** Whether it accepts the authorization header of a request; else it answers 401. The default accepts all. */
  knows: (authorization: string | undefined) => boolean;
  /** Whether it breaks off every request, as during a restart. */
  away: boolean;
  /** Allows from now on what these Roles do and nothing else, to requests and access reviews. */
  restrict(roles: Roles): void;
  /** Called after an object was created or changed: what a controller would do. */
  onChange: (plural: string, object: ApiObject) => void;
  /** Answers for a pod's log; the default has none. */
  onLog: (pod: string, container: string, query: URLSearchParams, response: ServerResponse) => void;
  /** TCP port that forwarded ports lead to. */
  forwardTo: number | undefined;
  /** Writes a kubeconfig for it. */
  writeKubeconfig(file: string, namespace?: string): void;
  /** Ends all connections that are open. */
  cut(): void;
  stop(): Promise<void>;
}

/** Resources that Argo Workflows defines. */
export const ARGO_KINDS = [
  "workflows",
  "cronworkflows",
  "workflowtemplates",
  "workflowtasksets",
  "workflowtaskresults",
  "workflowartifactgctasks",
];

/** Starts the stand-in on a free port. */
export async function startKubernetesApi(): Promise<KubernetesApi> {
  const kinds = new Map<string, Map<string, ApiObject>>();
  const forbidden = new Set<string>();
  let given: Roles | undefined;
  const permits = (attributes: Attributes): boolean =>
    !forbidden.has(`${attributes.verb} ${placeText(attributes)}`) &&
    (given === undefined || allows(given, attributes));
  const seen: SeenRequest[] = [];
  let count = 0;
  const kind = (plural: string) => {
    const found = kinds.get(plural) ?? new Map<string, ApiObject>();
    kinds.set(plural, found);
    return found;
  };
  const put = (plural: string, object: ApiObject) =>
    void kind(plural).set(object.metadata.name ?? "", object);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://api");
    const method = request.method ?? "GET";
    const accept = request.headers.accept ?? "";
    const body = await bodyOf(request);
    seen.push({ method, url: request.url ?? "/", accept, body });
    if (api.away) return void request.socket.destroy();
    const json = (status: number, value: unknown) =>
      void response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(value));
    if (!api.knows(request.headers.authorization)) return json(401, { message: "Unauthorized" });
    if (url.pathname === "/version") return json(200, { gitVersion: "v1.34.4" });
    if (url.pathname === "/apis/argoproj.io/v1alpha1")
      return json(200, {
        resources: ARGO_KINDS.map((name) => ({ name })),
      });
    const { group, plural, name, subresource, namespace } = placeOf(url.pathname);
    const verb =
      method === "GET"
        ? name === undefined
          ? "list"
          : "get"
        : ({ POST: "create", PATCH: "patch", DELETE: "delete" }[method] ?? "");
    if (plural === "selfsubjectaccessreviews") {
      const { spec } = body as { readonly spec: { readonly resourceAttributes: Attributes } };
      return json(201, { status: { allowed: permits(spec.resourceAttributes) } });
    }
    const attributes = { verb, group, resource: plural, subresource, namespace, name };
    if (!permits(attributes))
      return json(403, { message: `${placeText(attributes)} is forbidden` });
    if (subresource === "log")
      return api.onLog(
        name ?? "",
        url.searchParams.get("container") ?? "",
        url.searchParams,
        response,
      );
    const objects = kind(plural);
    if (method === "GET" && name === undefined)
      return json(
        200,
        page(
          plural,
          [...objects.values()].filter(
            ({ metadata }) =>
              namespace === undefined ||
              metadata.namespace === undefined ||
              metadata.namespace === namespace,
          ),
          url.searchParams,
          accept.includes("PartialObjectMetadataList"),
        ),
      );
    if (method === "POST") {
      const object = body as ApiObject;
      const made = {
        ...object,
        metadata: {
          ...object.metadata,
          ...(namespace !== undefined && { namespace }),
          name: object.metadata.name ?? `${object.metadata.generateName}${(count += 1)}`,
          uid: `${String(count).padStart(6, "a")}-uid`,
          creationTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
        },
      };
      put(plural, made);
      api.onChange(plural, made);
      return json(201, made);
    }
    const found = objects.get(name ?? "");
    const elsewhere =
      found?.metadata.namespace !== undefined &&
      namespace !== undefined &&
      found.metadata.namespace !== namespace;
    if (found === undefined || elsewhere)
      return json(404, { message: `${plural} "${name}" not found` });
    if (method === "DELETE") objects.delete(name ?? "");
    if (method !== "PATCH") return json(200, found);
    const patched = merge(found, body) as ApiObject;
    put(plural, patched);
    api.onChange(plural, patched);
    json(200, objects.get(name ?? ""));
  };

  const server: Server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => "v4.channel.k8s.io",
  });
  server.on("upgrade", (request, socket, head) => {
    seen.push({ method: "UPGRADE", url: request.url ?? "", accept: "", body: undefined });
    if (api.away) return void socket.destroy();
    if (!api.knows(request.headers.authorization))
      return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    const { namespace, name } = placeOf(new URL(request.url ?? "/", "http://api").pathname);
    const mayForward = (verb: string): boolean =>
      given === undefined ||
      allows(given, {
        verb,
        group: "",
        resource: "pods",
        subresource: "portforward",
        namespace,
        name,
      });
    if (forbidden.has("create pods/portforward") || !mayForward("get") || !mayForward("create"))
      return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (tunnel) => {
      const target = connect(api.forwardTo ?? 1, "127.0.0.1");
      // Each of the two streams begins with the port's number.
      for (const stream of [0, 1]) tunnel.send(Buffer.from([stream, 0, 0]));
      target
        .on("data", (data: Buffer) => tunnel.send(Buffer.concat([Buffer.from([0]), data])))
        .on("close", () => tunnel.close())
        .on("error", () => tunnel.close());
      tunnel
        .on("message", (data: Buffer) => target.write(data.subarray(1)))
        .on("close", () => target.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: KubernetesApi = {
    url,
    seen,
    put,
    all: (plural) => [...kind(plural).values()],
    remove: (plural, name) => void kind(plural).delete(name),
    forbid: (rule) => void forbidden.add(rule),
    knows: () => true,
    away: false,
    restrict: (roles) => void (given = roles),
    onChange: () => undefined,
    onLog: (_pod, _container, _query, response) => void response.end(),
    forwardTo: undefined,
    writeKubeconfig: (file, namespace) =>
      writeFileSync(file, JSON.stringify(kubeconfig(url, namespace))),
    cut: () => server.closeAllConnections(),
    stop: () => {
      sockets.clients.forEach((client) => client.terminate());
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return api;
}

function kubeconfig(server: string, namespace: string | undefined): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "stand-in",
    clusters: [{ name: "stand-in", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "tester", user: { token: "t" } }],
    contexts: [
      {
        name: "stand-in",
        context: {
          cluster: "stand-in",
          user: "tester",
          ...(namespace !== undefined && { namespace }),
        },
      },
    ],
  };
}

/** A kind of object as rules name it. @example `pods/log` */
const placeText = ({ resource, subresource }: Attributes): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

function placeOf(path: string): {
  readonly group: string;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
} {
  const parts = path.split("/").slice(1).map(decodeURIComponent);
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const [plural = "", name, subresource] = namespaced ? rest.slice(2) : rest;
  return {
    group: parts[0] === "api" ? "" : (parts[1] ?? ""),
    plural,
    name,
    subresource,
    namespace: namespaced ? rest[1] : undefined,
  };
}

/** A page of a list; its token is where the next page starts. */
function page(
  plural: string,
  objects: readonly ApiObject[],
  query: URLSearchParams,
  metadataOnly: boolean,
): object {
  const wanted = (query.get("labelSelector") ?? "").split(",").filter((text) => text !== "");
  const chosen = objects.filter(({ metadata }) =>
    wanted.every((text) => {
      const [label = "", value] = text.split(/!?=/);
      const own = metadata.labels?.[label];
      if (text.includes("!=")) return own !== value;
      return value === undefined ? own !== undefined : own === value;
    }),
  );
  const start = Number(query.get("continue") ?? 0);
  const end = start + Number(query.get("limit") ?? chosen.length);
  const items = chosen
    .slice(start, end)
    .map((object) => (metadataOnly ? { metadata: object.metadata } : object));
  return {
    kind: `${plural}List`,
    metadata: { ...(end < chosen.length && { continue: String(end) }) },
    // Like the API, whose empty lists of metadata are null.
    items: metadataOnly && items.length === 0 ? null : items,
  };
}

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base: { readonly [key: string]: unknown } =
    typeof target === "object" && target !== null ? { ...target } : {};
  const merged = Object.entries(patch).map(([key, value]): [string, unknown] => [
    key,
    value === null ? undefined : merge(base[key], value),
  ]);
  return { ...base, ...Object.fromEntries(merged) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
