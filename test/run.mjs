// Runs tests: `node test/run.mjs` those of a contributor (`*.test.ts`), `--slow` those of the
// second tier (`*.slow.test.ts`), `--all` both, and `node test/run.mjs PART_OF_A_PATH...` those of
// some files, of either tier. `--tap` prints TAP.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildTests } from "./build.mjs";
import { programsOf } from "./groups.mjs";

const flags = process.argv.slice(2).filter((arg) => arg.startsWith("--"));
const parts = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const isSlow = (file) => file.endsWith(".slow.test.ts");
const isInTier = (file) => flags.includes("--all") || isSlow(file) === flags.includes("--slow");
const files = readdirSync("test", { recursive: true })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) =>
    parts.length === 0 ? isInTier(file) : parts.some((part) => file.includes(part)),
  )
  .sort();
if (files.length === 0) {
  console.error(`No test file has ${parts.join(" or ")} in its path.`);
  process.exit(2);
}

const folder = await buildTests();
const reporter = flags.includes("--tap") ? "tap" : join(import.meta.dirname, "reporter.mjs");
const child = spawn(
  process.execPath,
  [
    "--test",
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
    // One more than there are processors: tests wait for the processes that they start.
    `--test-concurrency=${availableParallelism() + 1}`,
    ...programsOf(files, folder),
  ],
  {
    stdio: ["ignore", "inherit", "inherit"],
    // Colors are on where CI is set; tests compare plain text.
    env: { ...process.env, NO_COLOR: "1", TEST_FILES: String(files.length) },
  },
);
child.on("close", (code) => (process.exitCode = code ?? 1));
