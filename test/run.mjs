// Runs every test below test/ but the end-to-end ones: `node test/run.mjs [PART OF A PATH...]`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && !file.startsWith(join("test", "e2e")))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test's path has ${wanted.join(" or ")} in it`);
  process.exit(2);
}
const args = ["--require", "./load-typescript.cjs", "--test", "--test-concurrency=2", ...files];
const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
process.exitCode = status ?? 1;
