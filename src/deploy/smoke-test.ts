import { setTimeout as pause } from "node:timers/promises";
import { allIdle, CONTROLLER, scaledToNothing } from "../cluster/controller";
import type { DeploymentObject } from "../cluster/objects";
import { textWith, type Commands } from "../common/commands";
import { smokeTestWorkflow } from "../manifests/argo/smoke-test";
import { UserError } from "../common/errors";
import { capture } from "../common/command";

const LONGEST_SECONDS = 330;

interface Submitted {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly nodes?: {
      readonly [id: string]: {
        readonly displayName: string;
        readonly phase: string;
        readonly message?: string;
      };
    };
  };
}

/**
 * Submits the smoke test and waits for it to end.
 *
 * @param commands the commands to print in errors.
 * @returns its name.
 * @throws UserError with the messages of the failed steps.
 */
export async function runSmokeTest(
  context: string,
  namespace: string,
  commands: Commands,
): Promise<string> {
  const call = (args: readonly string[], input?: string): Submitted => {
    const { ok, output, error } = capture(
      "kubectl",
      ["--context", context, "-n", namespace, ...args, "-o", "json"],
      input === undefined ? {} : { input },
    );
    if (!ok)
      throw new UserError(
        `Cannot ${input === undefined ? "follow" : "submit"} the smoke test: ${error.split("\n").at(-1)}`,
        { fix: "Check your access to the cluster, then run this command again.", exitCode: 1 },
      );
    return JSON.parse(output) as Submitted;
  };
  refuseIdleController(context, commands);
  const inspect = (workflow: string) => ({
    fix: `Inspect it with: ${commands.kubectl(`-n ${namespace} describe workflow ${workflow}`)}`,
    exitCode: 1,
  });
  const { name } = call(
    ["create", "-f", "-"],
    JSON.stringify(smokeTestWorkflow(namespace)),
  ).metadata;
  for (let seconds = 0; seconds < LONGEST_SECONDS; seconds += 2) {
    const { status } = call(["get", "workflow", name]);
    if (status?.phase === "Succeeded") return name;
    if (status?.phase === "Failed" || status?.phase === "Error")
      throw new UserError(
        [`The smoke test ${name} failed:`, ...reasons(status)].join("\n"),
        inspect(name),
      );
    await pause(2000);
  }
  throw new UserError(
    `The smoke test ${name} did not end within ${LONGEST_SECONDS} s.`,
    inspect(name),
  );
}

/** Updates do not detect manual scaling, and without a controller the smoke test would time out. */
function refuseIdleController(context: string, commands: Commands): void {
  const { ok, output } = capture("kubectl", [
    "--context",
    context,
    "get",
    "deployments",
    "--all-namespaces",
    "-l",
    CONTROLLER.labelSelector,
    "-o",
    "json",
  ]);
  if (!ok) return;
  const idle = allIdle(
    (JSON.parse(output) as { readonly items: readonly DeploymentObject[] }).items,
    scaledToNothing,
  );
  if (idle !== undefined)
    throw new UserError(`The update succeeded, but ${idle.found}.`, {
      fix: `Scale it up again with: ${textWith(idle.todo, commands)}`,
      exitCode: 1,
    });
}

function reasons({ message, nodes }: NonNullable<Submitted["status"]>): readonly string[] {
  const failed = Object.values(nodes ?? {}).filter(
    (node) => node.message !== undefined && node.phase !== "Succeeded",
  );
  return failed.length > 0
    ? failed.map((node) => `  ${node.displayName}: ${node.message}`)
    : [`  ${message ?? "unknown error"}`];
}
