// Runs every test below test/ except the end-to-end and the slow ones, with the linter beside them: `node test/run.mjs`.
// Only the tests in some files, slow ones included, without the linter: `node test/run.mjs PART OF A PATH...`.
// Only the slow ones (`*.slow.test.ts`): `node test/run.mjs --slow`.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildTests } from "./build.mjs";

const slowOnly = process.argv[2] === "--slow";
const wanted = process.argv.slice(slowOnly ? 3 : 2);
const isSlow = (file) => file.endsWith(".slow.test.ts");
const files = readdirSync("test", { recursive: true })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".test.ts") && !file.startsWith(join("test", "e2e")))
  .filter((file) =>
    wanted.length === 0 ? isSlow(file) === slowOnly : wanted.some((part) => file.includes(part)),
  )
  .sort();
if (files.length === 0) {
  console.error(`no test file has ${wanted.join(" or ") || ".slow.test.ts"} in its path`);
  process.exit(2);
}

const folder = await buildTests();
const compiled = files.map((file) => join(folder, file.replace(/ts$/, "js")));
// One more than there are processors: tests wait for the processes that they start.
const tests = start(
  [
    "--enable-source-maps",
    "--test",
    `--test-concurrency=${Math.max(2, availableParallelism() + 1)}`,
    ...compiled,
  ],
  "inherit",
);
const lint =
  wanted.length === 0 && !slowOnly
    ? start([join("node_modules", "eslint", "bin", "eslint.js"), "."], "pipe")
    : { code: 0, said: "" };
const [{ code: failed }, { code: untidy, said }] = await Promise.all([tests, lint]);
if (untidy !== 0) console.error(`The linter is not content:\n${said}`);
process.exitCode = failed || untidy;

/** Runs a Node program to its end; what it said, where it was not to say it at once. */
function start(args, output) {
  // Colors are on where CI is set; tests compare plain text.
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", output, output],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => said.push(text));
  return new Promise((resolve, reject) =>
    child
      .on("error", reject)
      .on("close", (code) => resolve({ code: code ?? 1, said: Buffer.concat(said).toString() })),
  );
}
