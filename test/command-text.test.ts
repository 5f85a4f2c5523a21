import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, suite, test } from "node:test";
import { kubectl, ownCommand, printCommandsFor, pulumiCommand, tapctl, tapctlOnCluster } from "../src/common/command-text";

const ROOT = join(__dirname, "..");

afterEach(() => printCommandsFor({}));

suite("printed commands", () => {
  const cases: readonly (readonly [string, Parameters<typeof printCommandsFor>[0], Readonly<Record<string, string>>])[] = [
    ["the defaults are left out", {}, { up: "npm run up", pulumi: "npm run pulumi -- cancel", engine: "pulumi preview", kubectl: "kubectl get pods", tapctl: "npx tapctl status", onCluster: "npx tapctl status --on cluster" }],
    [
      "another stack, context and namespace are named",
      { stack: () => "two", context: () => "kind-b", options: ["--on cluster", "--context kind-b", "--namespace etl"] },
      { up: "npm run up -- --stack two", pulumi: "npm run pulumi -- --stack two cancel", engine: "pulumi preview --stack two", kubectl: "kubectl --context kind-b get pods", tapctl: "npx tapctl status --on cluster --context kind-b --namespace etl", onCluster: "npx tapctl status --on cluster" },
    ],
    [
      "another project is named",
      { project: "../my etl", options: ["--project '../my etl'"], stack: () => "dev" },
      { up: "npm run up --prefix '../my etl'", pulumi: "npm run pulumi --prefix '../my etl' -- cancel", engine: "pulumi preview --stack dev", kubectl: "kubectl get pods", tapctl: "npx tapctl status --project '../my etl'", onCluster: "npx tapctl status --project '../my etl' --on cluster" },
    ],
    ["an unknown stack is a placeholder, never the default one", { stack: () => undefined }, { up: "npm run up -- --stack NAME", pulumi: "npm run pulumi -- --stack NAME cancel", engine: "pulumi preview", kubectl: "kubectl get pods", tapctl: "npx tapctl status", onCluster: "npx tapctl status --on cluster" }],
  ];
  for (const [title, place, expected] of cases) {
    test(`printed commands: ${title}`, () => {
      printCommandsFor(place);
      assert.deepEqual({ up: ownCommand("up"), pulumi: ownCommand("pulumi", "cancel"), engine: pulumiCommand("preview"), kubectl: kubectl("get pods"), tapctl: tapctl("status"), onCluster: tapctlOnCluster("status") }, expected);
    });
  }

  test("printed commands: no source file spells out one that a stack, context or namespace belongs to", () => {
    const files = execFileSync("git", ["ls-files", "*.ts"], { cwd: ROOT, encoding: "utf8" }).split("\n").filter((file) => file !== "" && !/^(test|bench|docs)\//.test(file) && !file.endsWith("command-text.ts"));
    const spelledOut = files.flatMap((file) => readFileSync(join(ROOT, file), "utf8").split("\n").flatMap((line, index) => (isSpelledOut(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])));
    assert.deepEqual(spelledOut, []);
  });
});

/** Whether a line has a command to type outside of comments, of help and of names of commands in backquotes. */
function isSpelledOut(line: string): boolean {
  if (/^\s*(\*|\/\*\*|\/\/)|^\s*\$ |addHelpText|new Command\(|^\s*(up|down|recover): "/.test(line)) return false;
  return /(: |; |then |or |with |the next \\?`|Look: |\$\()(npm run (up|down|recover|pin|pulumi)\b|npx tapctl \w|kubectl (-|get|logs|delete|scale|describe|create|port-forward))/.test(line);
}
