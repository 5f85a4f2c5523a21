import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { commandsFor, type CommandPlace } from "../../src/common/commands";

const ROOT = join(__dirname, "..", "..");

suite("printed commands", () => {
  const cases: readonly (readonly [string, CommandPlace, Readonly<Record<string, string>>])[] = [
    [
      "the defaults are left out",
      {},
      {
        up: "npx tapctl up",
        pulumi: "npx tapctl pulumi cancel",
        engine: "pulumi preview",
        kubectl: "kubectl get pods",
        tapctl: "npx tapctl status",
        onCluster: "npx tapctl status --on cluster",
      },
    ],
    [
      "another stack, context and namespace are named",
      {
        stack: () => "two",
        context: () => "kind-b",
        options: ["--on cluster", "--context kind-b", "--namespace etl"],
      },
      {
        up: "npx tapctl up --stack two",
        pulumi: "npx tapctl pulumi --stack two cancel",
        engine: "pulumi preview --stack two",
        kubectl: "kubectl --context kind-b get pods",
        tapctl: "npx tapctl status --on cluster --context kind-b --namespace etl",
        onCluster: "npx tapctl status --on cluster",
      },
    ],
    [
      "another project is named",
      { project: "../my etl", options: ["--project '../my etl'"], stack: () => "dev" },
      {
        up: "npx tapctl up --project '../my etl'",
        pulumi: "npx tapctl pulumi --project '../my etl' cancel",
        engine: "pulumi preview --stack dev",
        kubectl: "kubectl get pods",
        tapctl: "npx tapctl status --project '../my etl'",
        onCluster: "npx tapctl status --project '../my etl' --on cluster",
      },
    ],
    [
      "an unknown stack is a placeholder, never the default one",
      { stack: () => undefined },
      {
        up: "npx tapctl up --stack NAME",
        pulumi: "npx tapctl pulumi --stack NAME cancel",
        engine: "pulumi preview",
        kubectl: "kubectl get pods",
        tapctl: "npx tapctl status",
        onCluster: "npx tapctl status --on cluster",
      },
    ],
  ];
  for (const [title, place, expected] of cases) {
    test(`printed commands: ${title}`, () => {
      const commands = commandsFor(place);
      assert.deepEqual(
        {
          up: commands.onStack("up"),
          pulumi: commands.onStack("pulumi", "cancel"),
          engine: commands.pulumi("preview"),
          kubectl: commands.kubectl("get pods"),
          tapctl: commands.tapctl("status"),
          onCluster: commands.tapctlOnCluster("status"),
        },
        expected,
      );
    });
  }

  test("printed commands: no source file spells out one that a stack, context or namespace belongs to", () => {
    const files = execFileSync("git", ["ls-files", "*.ts"], { cwd: ROOT, encoding: "utf8" })
      .split("\n")
      .filter(
        (file) =>
          file !== "" &&
          existsSync(join(ROOT, file)) &&
          !/^(test|docs|examples)\//.test(file) &&
          !file.endsWith("common/commands.ts"),
      );
    const spelledOut = files.flatMap((file) =>
      readFileSync(join(ROOT, file), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          isSpelledOut(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
    assert.deepEqual(spelledOut, []);
  });
});

/** Whether a line has a command to type outside of comments, of help and of names of commands in backquotes. */
function isSpelledOut(line: string): boolean {
  if (/^\s*(\*|\/\*\*|\/\/)|^\s*\$ |addHelpText|new Command\(|^\s*(up|down|recover): "/.test(line))
    return false;
  return /(: |; |then |or |with |the next \\?`|Look: |run: |\$\()(npm run (up|down|recover|pin|pulumi)\b|npx tapctl (?!lock|init|add)\w|kubectl (-|get|logs|delete|scale|describe|create|port-forward))/.test(
    line,
  );
}
