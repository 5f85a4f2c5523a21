import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { eventsOf } from "./lineage/workflow-run";
import { inWorkspace, PYTHON } from "./support";

const VERSION = "1.54.0";

/** An event without what the client writes or omits of its own accord: empty lists and objects, null values. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, field]) => [name, bare(field)] as const)
      .filter(
        ([, field]) =>
          field !== null && !(typeof field === "object" && Object.keys(field).length === 0),
      ),
  );
}

test("lineage: openlineage-python writes the same events", (t) =>
  inWorkspace(async (space) => {
    const venv = space.path("venv");
    execFileSync(PYTHON, ["-m", "venv", venv]);
    const python = join(venv, "bin", "python");
    execFileSync(python, ["-m", "pip", "install", "-q", `openlineage-python==${VERSION}`]);
    const window = "2026-01-01/2026-02-01";
    const complete = await eventsOf(t, space, "commit", { planned: { window } });
    const failed = await eventsOf(t, space, "failed");
    const events = [...complete.events, ...failed.events].map(({ body }) => body);
    const rebuilt = spawnSync(python, [join("test", "images", "lineage", "events.py")], {
      input: events.map((event) => `${JSON.stringify(event)}\n`).join(""),
      encoding: "utf8",
    });
    assert.equal(rebuilt.status, 0, rebuilt.stderr);
    assert.deepEqual(
      rebuilt.stdout
        .trim()
        .split("\n")
        .map((line) => bare(JSON.parse(line))),
      events.map(bare),
    );
  }));
