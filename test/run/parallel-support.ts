import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tap, target } from "../../src/model/define-connector";
import type { Replication } from "../../src/model/replication";
import { findPython } from "../../src/run/environments/find-python";
import type { RunContext } from "../../src/run/run-options";
import { fakeContext } from "./support";

const FIXTURES = resolve(__dirname, "..", "images", "fixtures");
/** Rows of the streams of the tap. */
export const ROWS = { a: 50, b: 40, c: 30, d: 20, e: 10 };

const slicesTap = tap({ name: "tap-slices", package: "tap-slices", version: "1.0.0" });
const slicesTarget = target({
  name: "target-slices",
  package: "target-slices",
  version: "1.0.0",
  concurrentSetup: true,
  destination: ["folder"],
});

/** A pipeline of five streams in three slices. */
export function slicedPipeline(
  folder: string,
  settings: object,
  more: Partial<Replication>,
): Replication {
  mkdirSync(join(folder, "out"), { recursive: true });
  return {
    name: "shop",
    schedule: "@hourly",
    tap: slicesTap({ rows: ROWS, log: join(folder, "starts"), ...settings }),
    target: slicesTarget({ folder: join(folder, "out") }),
    streams: ["*"],
    parallel: 3,
    retries: { limit: 1, delay: "0.01s" },
    ...more,
  };
}

/** A place to run it in. */
export async function slicesContext(
  folder: string,
  more: Partial<RunContext> = {},
): Promise<RunContext> {
  const { path: python } = await findPython();
  return fakeContext(folder, {
    prepare: ({ name, kind }) => {
      const isTap = kind === "tap";
      const descriptionFile = join(folder, `${kind}.json`);
      const flags = {
        config: true,
        catalog: isTap ? "catalog" : "none",
        state: isTap,
        discover: isTap,
        about: isTap,
      };
      const command = [python, join(FIXTURES, `slices_${kind}.py`)];
      writeFileSync(
        descriptionFile,
        JSON.stringify({ name, kind, version: "1", command, flags, settings: {} }),
      );
      return Promise.resolve({ directory: folder, descriptionFile, python });
    },
    ...more,
  });
}
