import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

const ROOT = join(__dirname, "..", "..");
const { main } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as {
  readonly main: string;
};
const FOLDER = join(ROOT, dirname(main));

interface Places {
  readonly cwd: string;
  readonly kubeconfig: string;
  readonly chart: string;
}

/** The folder in which a program started by Pulumi looks for files. */
function places(kubeconfig: string): Places {
  const script = `
    require(${JSON.stringify(`./${basename(main)}`)});
    const { fromProviders } = require("../../dist/components/providers-folder");
    console.log(JSON.stringify({ cwd: process.cwd(), kubeconfig: process.env.KUBECONFIG, chart: fromProviders("charts/argo") }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: FOLDER,
    env: { ...process.env, KUBECONFIG: kubeconfig },
    encoding: "utf8",
  });
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as Places;
}

test("program: it starts in a folder without packages, because Pulumi would download a plugin for each", () => {
  assert.deepEqual(
    readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => !entry.isFile()),
    [],
  );
});

test("program: paths start at the project's folder, which is the working folder of the program but not of its providers", () => {
  assert.deepEqual(places("Pulumi.yaml"), {
    cwd: ROOT,
    kubeconfig: join("..", "..", "Pulumi.yaml"),
    chart: join("..", "..", "charts", "argo"),
  });
});

test("program: a kubeconfig that is an absolute path or text is used unchanged", () => {
  for (const value of [join(ROOT, "Pulumi.yaml"), "apiVersion: v1\nkind: Config\n"])
    assert.equal(places(value).kubeconfig, value);
});
