import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { tap, target } from "../../src/model/define-connector";
import type { Environment } from "../../src/run/environments/environment";
import type { RunEvent } from "../../src/run/events";
import { findPython } from "../../src/run/environments/find-python";
import type { RunContext } from "../../src/run/run-options";
import { createStop } from "../../src/run/stop";
import type { Replication } from "../../src/model/replication";
import { openStore } from "../../src/store/open";

/** The fake connectors, as a project would define real ones. */
export const fakeTap = tap({ name: "tap-fake", package: "tap-fake", version: "1.0.0" });
export const fakeTarget = target({
  name: "target-fake",
  package: "target-fake",
  version: "1.0.0",
  outputSetting: "output_path",
  destination: ["file"],
});

/** A folder of a test's own, removed after it. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Settings of the fake connectors, which take any. */
export type FakeSettings = Parameters<typeof fakeTap>[0];

/** A pipeline of the fake connectors; retries start immediately. */
export function fakePipeline(
  folder: string,
  tapSettings: FakeSettings = {},
  targetSettings: FakeSettings = {},
  more: Partial<Replication> = {},
): Replication {
  return {
    name: "events",
    schedule: "@hourly",
    tap: fakeTap({ starts: join(folder, "tap-starts"), ...tapSettings }),
    target: fakeTarget({
      starts: join(folder, "target-starts"),
      file: join(folder, "loaded"),
      ...targetSettings,
    }),
    retries: { limit: 2, delay: "0.01s" },
    ...more,
  };
}

/** The environments of the fake connectors: their descriptions, next to the test's data. */
export async function prepareFake(
  folder: string,
  name: string,
  kind: "tap" | "target",
): Promise<Environment> {
  const { path } = await findPython();
  const descriptionFile = join(folder, `${name}.json`);
  const flags = {
    config: true,
    catalog: "none",
    state: kind === "tap",
    discover: false,
    about: false,
  };
  const command = [path, join(__dirname, "fixtures", `${kind}.py`)];
  const outputSetting = kind === "target" ? "output_path" : null;
  writeFileSync(
    descriptionFile,
    JSON.stringify({
      name,
      kind,
      version: "1.0.0",
      command,
      flags,
      settings: {},
      outputSetting,
      python: "3",
    }),
  );
  return { directory: folder, descriptionFile, python: path };
}

/** A place to run in, with what happened so far. */
export async function fakeContext(
  folder: string,
  more: Partial<RunContext> = {},
): Promise<RunContext & { readonly events: RunEvent[] }> {
  const events: RunEvent[] = [];
  return {
    root: folder,
    store: await openStore(join(folder, "store")),
    prepare: (connector) => prepareFake(folder, connector.name, connector.kind),
    secrets: () => undefined,
    stop: createStop(),
    onEvent: (event) => events.push(event),
    ...more,
    events,
  };
}

/** Numbers in a file, one per line; none if the file does not exist. */
export function numbersIn(file: string): readonly number[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The whole numbers from one to another. */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** Waits until a condition holds, for 20 seconds at most. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 800; attempt += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited too long: ${what}`);
}

/** Whether a process runs; one that has ended and was not collected does not count. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
