// Folders whose test files run in one process: for most of their files, starting Node and loading
// what they test takes longer than the tests themselves.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const TOGETHER = [
  "add",
  "cluster",
  "common",
  "components/aws",
  "components/images",
  "manifests",
  "migrate",
  "model",
  "policy",
  "review",
  "settings",
  "status",
  "store",
  "ui",
].map((folder) => join("test", folder));

/** The programs that run test files, which were compiled into `folder`. */
export function programsOf(files, folder) {
  const compiled = (file) => join(folder, file.replace(/ts$/, "js"));
  const groups = TOGETHER.map((name) => ({
    program: join(folder, "groups", `${name}.group.test.js`),
    members: files.filter((file) => file.startsWith(`${name}/`) && !file.endsWith(".slow.test.ts")),
  })).filter(({ members }) => members.length > 1);
  for (const { program, members } of groups) {
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, programOf(members, compiled));
  }
  const grouped = new Set(groups.flatMap(({ members }) => members));
  return [
    ...groups.map(({ program }) => program),
    ...files.filter((file) => !grouped.has(file)).map(compiled),
  ];
}

/** A suite for each file, so that its hooks are its own. */
function programOf(members, compiled) {
  const suites = members.map(
    (file) =>
      `describe(${JSON.stringify(file)}, () => void require(${JSON.stringify(compiled(file))}));\n`,
  );
  return `const { describe } = require("node:test");\n${suites.join("")}`;
}

/** Whether a program runs the files of a group. */
export const isGroup = (program) => program.endsWith(".group.test.js");

/** The files that the program of a group runs. */
export const membersOf = (program) =>
  [...readFileSync(program, "utf8").matchAll(/^describe\("([^"]+)"/gm)].map(([, file]) => file);
