import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it. */
export interface Registration {
  /** Type token, such as `kubernetes:core/v1:Secret`. */
  readonly type: string;
  /** Name in the program. */
  readonly name: string;
  /** URN. */
  readonly urn: string;
  /** Inputs, secrets as `{ secret: value }` and what is not known as `"<unknown>"`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Options that reach the engine. */
  readonly options: {
    /** URN of the parent. */
    readonly parent: string;
    readonly protect: boolean;
    readonly retainOnDelete: boolean;
    readonly deletedWith: string;
    /** Names of the resources that it waits for. */
    readonly dependsOn: readonly string[];
    readonly provider: string;
    readonly ignoreChanges: readonly string[];
    readonly aliases: number;
  };
}

/** How a program is recorded. */
export interface RecordOptions {
  /** Configuration, keys with the project's name before them. */
  readonly config?: { readonly [key: string]: string };
  /** Keys of the configuration that are secret. */
  readonly secretKeys?: readonly string[];
  /** Whether it is a preview, in which outputs of providers are unknown. Default: false. */
  readonly preview?: boolean;
  /** Outputs of a provider in addition to the inputs, such as a generated password. Default: nothing. */
  readonly outputs?: (args: pulumi.runtime.MockResourceArgs) => Readonly<Record<string, unknown>>;
  /** The result of a lookup. Default: its arguments. */
  readonly call?: (args: pulumi.runtime.MockCallArgs) => Readonly<Record<string, unknown>>;
}

// What a program registers does not depend on the Docker engine of the machine.
process.env.DOCKER_CONTEXT = "default";

const SECRET = "4dabf18193072939515e22adb298388d";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Runs a program against a recorder in the engine's place: what it registers, in the order of URNs. */
export async function record(
  program: () => unknown,
  { config = {}, secretKeys = [], preview = false, outputs, call }: RecordOptions = {},
): Promise<readonly Registration[]> {
  const { getMonitor } = await import("@pulumi/pulumi/runtime/settings.js");
  pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => ({
        id: args.custom === false ? undefined : `${args.name}-id`,
        state: { ...(args.inputs as object), ...(preview ? {} : outputs?.(args)) },
      }),
      call: (args) => ({ ...(args.inputs as object), ...call?.(args) }),
    },
    "tapctl",
    "test",
    preview,
  );
  const monitor = getMonitor() as unknown as {
    registerResource(
      request: Request,
      callback: (error: unknown, response: Response) => void,
    ): unknown;
  };
  const found: Registration[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (response) found.push(registration(request, response.getUrn()));
      callback(error, response);
    });
  await program();
  await pulumi.runtime.disconnect();
  return found
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

/** The only registration of a type, or of a type and name. */
export function only(
  registrations: readonly Registration[],
  type: string,
  name?: string,
): Registration {
  const found = registrations.filter(
    (one) => one.type === type && (name === undefined || one.name === name),
  );
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new Error(
      `${found.length} registrations of ${type} ${name ?? ""}; there are: ${registrations.map((one) => `${one.type} ${one.name}`).join(", ")}`,
    );
  return first;
}

interface Request {
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletedwith(): string;
  getDependenciesList(): readonly string[];
  getProvider(): string;
  getIgnorechangesList(): readonly string[];
  getAliasesList(): readonly unknown[];
}

interface Response {
  getUrn(): string;
}

function registration(request: Request, urn: string): Registration {
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    inputs: readable(request.getObject()?.toJavaScript() ?? {}) as Readonly<
      Record<string, unknown>
    >,
    options: {
      parent: request.getParent(),
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      deletedWith: request.getDeletedwith(),
      dependsOn: request
        .getDependenciesList()
        .map((one) => one.split("::").at(-1) ?? one)
        .sort(),
      provider: request.getProvider(),
      ignoreChanges: request.getIgnorechangesList(),
      aliases: request.getAliasesList().length,
    },
  };
}

function readable(value: unknown): unknown {
  if (value === UNKNOWN) return "<unknown>";
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  if (SECRET in fields) return { secret: readable(fields["value"]) };
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, readable(item)]));
}
