/** The health checks of Argo CD in a Lua interpreter, and those of Flux in a CEL interpreter. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { cronWorkflowHealthCheck } from "../../../src/manifests/complete/flux";
import { applicationHealth, cronWorkflowHealth } from "../../../src/manifests/complete/health-lua";

const LAST_SCHEDULE = { "cronworkflows.argoproj.io/last-used-schedule": "CRON_TZ=UTC 0 * * * *" };
const condition = (type: string, status = "True") => ({ type, status, message: "not a schedule" });

/** CronWorkflows as Argo leaves them, with their health. */
const schedules = [
  { name: "without a status, before the first run", health: "Healthy" },
  { name: "of a run that was started", status: { active: [], phase: "Active" }, health: "Healthy" },
  { name: "without conditions", status: { conditions: [] }, health: "Healthy" },
  {
    name: "that cannot be read",
    status: { conditions: [condition("SpecError")] },
    health: "Degraded",
  },
  {
    name: "whose run cannot be started",
    status: { conditions: [condition("Completed"), condition("SubmissionError")] },
    health: "Degraded",
  },
  {
    name: "that could not be read before",
    status: { conditions: [condition("SpecError", "False")] },
    health: "Healthy",
  },
  { name: "that is suspended", suspend: true, status: { active: [] }, health: "Healthy" },
  {
    name: "that is suspended and cannot be read",
    suspend: true,
    status: { conditions: [condition("SpecError")] },
    health: "Degraded",
  },
];

const objectOf = ({ status, suspend = false }: (typeof schedules)[number]) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "CronWorkflow",
  metadata: {
    name: "orders",
    // Argo writes both in one request.
    annotations: status ? LAST_SCHEDULE : { "tapctl.dev/owner": "data" },
  },
  spec: { suspend },
  ...(status && { status }),
});

describe("health checks: Argo CD", () => {
  for (const schedule of schedules)
    test(`health checks: Argo CD shows a schedule ${schedule.name} as ${schedule.health}`, () => {
      const found = luaHealth(cronWorkflowHealth, objectOf(schedule));
      assert.equal(found.status, schedule.health);
      if (schedule.health === "Degraded") assert.equal(found.message, "not a schedule");
      else assert.equal(found.message, schedule.suspend ? "The schedule is suspended" : "");
    });

  const applications = [
    [undefined, "Progressing"],
    [{}, "Progressing"],
    [{ health: { status: "Missing" } }, "Missing"],
    [{ health: { status: "Healthy" }, operationState: { phase: "Running" } }, "Progressing"],
    [{ health: { status: "Healthy" }, operationState: { phase: "Succeeded" } }, "Healthy"],
    [{ health: { status: "Degraded", message: "no" } }, "Degraded"],
  ] as const;
  for (const [status, health] of applications)
    test(`health checks: Argo CD shows an Application with ${JSON.stringify(status)} as ${health}`, () =>
      assert.equal(luaHealth(applicationHealth, { ...(status && { status }) }).status, health));
});

describe("health checks: Flux", () => {
  for (const schedule of schedules)
    test(`health checks: Flux sees a schedule ${schedule.name} as ${schedule.health}`, async () => {
      const { evaluate } = (await import("@marcbachmann/cel-js")) as {
        readonly evaluate: (expression: string, context: object) => unknown;
      };
      const object = objectOf(schedule);
      const is = (expression: string) => evaluate(expression, object);
      const { failed, current } = cronWorkflowHealthCheck;
      const broken = schedule.health === "Degraded";
      assert.deepEqual([is(failed), is(current)], [broken, !broken]);
    });
});

interface Health {
  readonly status?: string;
  readonly message?: string;
}

interface Lua {
  readonly lua: { readonly [name: string]: (...args: readonly unknown[]) => unknown };
  readonly lauxlib: { readonly [name: string]: (...args: readonly unknown[]) => unknown };
  readonly lualib: { readonly luaL_openlibs: (state: unknown) => void };
  readonly to_luastring: (text: string) => unknown;
  readonly to_jsstring: (text: unknown) => string;
}

/** Runs a health check with the object in the global `obj`, as Argo CD does. */
function luaHealth(script: string, object: object): Health {
  const { lua, lauxlib, lualib, to_luastring, to_jsstring } = createRequire(__filename)(
    "fengari",
  ) as Lua;
  const state = lauxlib["luaL_newstate"]?.();
  lualib.luaL_openlibs(state);
  const text = `local obj = ${luaValue(object)}\nlocal function check(obj)\n${script}\nend\nlocal found = check(obj)\nreturn found.status, found.message`;
  const failed =
    lauxlib["luaL_loadstring"]?.(state, to_luastring(text)) || lua["lua_pcall"]?.(state, 0, 2, 0);
  const at = (index: number) => to_jsstring(lua["lua_tostring"]?.(state, index));
  if (failed) throw new Error(at(-1));
  return { status: at(-2), message: at(-1) };
}

function luaValue(value: unknown): string {
  if (Array.isArray(value)) return `{${value.map(luaValue).join()}}`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `[${JSON.stringify(key)}]=${luaValue(item)}`)
      .join()}}`;
  return JSON.stringify(value);
}
