import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figure, seconds, type Figure } from "../figure";
import { ratioOf, run, spreadOf, logProgress, usageOf, type Usage } from "../measure";
import { bringUp, destroy, makeBenchStack } from "./project";
import { register } from "./registration";
import { pipelinesText, type Scene } from "./scene";

const NAMESPACE = "bench-kubectl";

/**
 * From this number on, objects outweigh the start of engine and program, which kubectl does not
 * have.
 */
const MANY = 1000;

/**
 * The first `npx tapctl up` of many pipelines, on a stack that has what they run on, against
 * `kubectl apply` of the same objects.
 */
export async function benchCreation({
  folder,
  context,
  pipelines,
  rounds,
}: Scene): Promise<readonly Figure[]> {
  const samples: { readonly stack: Usage[]; readonly kubectl: Usage[] } = {
    stack: [],
    kubectl: [],
  };
  for (let round = 1; round <= rounds; round++) {
    const part = join(folder, `creation-${round}`);
    mkdirSync(part, { recursive: true });
    logProgress(`creating ${pipelinesText(pipelines)}: round ${round} of ${rounds}, npx tapctl up`);
    const stack = await makeBenchStack(
      part,
      "program.cjs",
      { context, namespace: "bench-stack" },
      {},
    );
    try {
      await bringUp(stack, 0);
      samples.stack.push(await bringUp(stack, pipelines));
    } finally {
      await destroy(stack);
    }
    logProgress(`creating ${pipelinesText(pipelines)}: round ${round} of ${rounds}, kubectl`);
    const objects = await manifests(join(part, "registrations.json"), context, pipelines);
    const kubectl = ["kubectl", "--context", context] as const;
    await run([...kubectl, "create", "namespace", NAMESPACE]);
    try {
      samples.kubectl.push(await usageOf([...kubectl, "apply", "--server-side", "-f", objects]));
    } finally {
      await run([...kubectl, "delete", "namespace", NAMESPACE]);
    }
  }
  const wall = (side: readonly Usage[]) => side.map((usage) => usage.seconds);
  return [
    figure({
      what: `${pipelinesText(pipelines)}: creating them, \`npx tapctl up\` / \`kubectl apply --server-side\` of the same objects`,
      unit: "times",
      target: pipelines >= MANY ? { atMost: 1 } : undefined,
      measured: ratioOf(wall(samples.stack), wall(samples.kubectl)),
      detail: `${seconds(spreadOf(wall(samples.stack)).median)} / ${seconds(spreadOf(wall(samples.kubectl)).median)}`,
    }),
  ];
}

/** The pipelines' objects as a file for kubectl, secrets in place. */
async function manifests(file: string, context: string, pipelines: number): Promise<string> {
  await register(file, NAMESPACE, context, pipelines);
  const registrations = JSON.parse(readFileSync(file, "utf8")) as readonly {
    readonly parent: string;
    readonly inputs: object;
  }[];
  const items = registrations
    .filter(({ parent }) => parent.includes("::tapctl:index:Pipeline::"))
    .map(({ inputs }) => plain(inputs));
  const list = join(file, "..", "objects.json");
  writeFileSync(list, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return list;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (Object.keys(value).join() === "secret")
    return plain((value as { readonly secret: unknown }).secret);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
