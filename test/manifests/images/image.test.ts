import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { readBuildContext } from "../../../src/manifests/images/build-context";
import {
  connectorImage,
  runnerImage,
  taggedReference,
  type BuildContext,
  type ImageBuild,
  type ImageOrigin,
} from "../../../src/manifests/images/image";
import { VERSION } from "../../../src/common/package";
import { repositoriesBelow } from "../../../src/common/registry/repositories";
import { tap, target } from "../../../src/model/define-connector";
import { type PackageSource } from "../../../src/model/connector-source";
import { lockText } from "../../../connectors/dependency-lock";
import { shippedConnectors } from "../../../connectors/shipped";

const ROOT = join(__dirname, "..", "..", "..");

const context: BuildContext = {
  baseImage: "python:3.12-slim",
  files: { Dockerfile: "FROM x" },
  launchers: { "x.py": "1", "y.py": "2" },
  locks: {},
  bulk: {},
};
const plain = { name: "Tap-X", package: "tap-x", version: "1.0+local" };
const connector = tap({
  ...plain,
  launcher: "x.py",
  overrides: ["a>=1"],
  settings: { host: "string" },
  required: [],
} as const)({ host: "x" }).connector;

const source = connector.source as PackageSource;
const lock = lockText("Tap-X", source, { tools: "setuptools==80.0", packages: "tap-x==1.0+local" });

function buildOf(origin: ImageOrigin): ImageBuild {
  assert.ok("build" in origin);
  return origin.build;
}

describe("connector image", () => {
  test("connector image: its build arguments describe the connector", () => {
    assert.deepEqual(buildOf(connectorImage(connector, context)).args, {
      BASE_IMAGE: "python:3.12-slim",
      CONNECTOR: "Tap-X",
      KIND: "tap",
      PACKAGE: "tap-x",
      VERSION: "1.0+local",
      LAUNCHER: "x.py",
      SETTINGS: '{"host":"string"}',
      CONSTRAINTS: '["setuptools<81"]',
      OVERRIDES: '["a>=1"]',
    });
    assert.equal(
      buildOf(connectorImage(target({ ...plain, outputSetting: "folder" })({}).connector, context))
        .args["OUTPUT_SETTING"],
      "folder",
    );
  });

  test("connector image: its name and tag are valid in a registry", () => {
    assert.match(
      taggedReference(repositoriesBelow("localhost:5000/"), connectorImage(connector, context)),
      /^localhost:5000\/tap-x:1\.0_local-[0-9a-f]{12}$/,
    );
  });

  test("connector image: a lock file of another version is an error", () => {
    const older = { ...connector, source: { ...source, version: "0.9" } };
    assert.throws(
      () => connectorImage(older, { ...context, locks: { "Tap-X.txt": lock } }),
      /connector "Tap-X": connectors\/locks\/Tap-X\.txt does not belong to tap-x 0\.9.*\n.*npx tapctl lock Tap-X/,
    );
  });

  test("connector image: its tag changes if and only if its inputs change", () => {
    const tag = (changed: BuildContext, of = connector) => buildOf(connectorImage(of, changed)).tag;
    assert.equal(
      tag({ ...context, launchers: { ...context.launchers, "y.py": "3" } }),
      tag(context),
    );
    const others = [
      tag({ ...context, launchers: { "x.py": "other" } }),
      tag({ ...context, files: { Dockerfile: "FROM y" } }),
      tag({ ...context, locks: { "Tap-X.txt": lock } }),
      tag({ ...context, baseImage: "python:3.13-slim" }),
      tag(context, { ...connector, settings: { host: "number" } }),
    ];
    assert.equal(new Set([tag(context), ...others]).size, others.length + 1);
  });

  test("bulk connector image: it starts its module, and its tag changes with the code", () => {
    const bulk = tap({ name: "tap-b", bulk: "tap_b", requirements: ["x==1"] })({}).connector;
    const code = { "__init__.py": "1", "tap_b/__main__.py": "1" };
    const build = (changed: { readonly [path: string]: string } = {}) =>
      buildOf(connectorImage(bulk, { ...context, bulk: { ...code, ...changed } }));
    assert.deepEqual(build().args, {
      BASE_IMAGE: "python:3.12-slim",
      CONNECTOR: "tap-b",
      KIND: "tap",
      PACKAGE: "tapctl-bulk",
      VERSION,
      BULK: "tap_b",
    });
    assert.notEqual(build({ "tap_b/__main__.py": "2" }).tag, build().tag);
    assert.equal(
      buildOf(connectorImage(connector, { ...context, bulk: code })).tag,
      buildOf(connectorImage(connector, context)).tag,
    );
  });

  test("connector image: ready images are not built, and those of the stack take precedence", () => {
    const there = tap({ name: "tap-y", image: "acme/tap-y:1" })({}).connector;
    assert.equal(
      taggedReference(repositoriesBelow("localhost:5000"), connectorImage(there, context)),
      "acme/tap-y:1",
    );
    assert.equal(
      taggedReference(
        repositoriesBelow("localhost:5000"),
        connectorImage(there, context, { "tap-y": "acme/tap-y:2" }),
      ),
      "acme/tap-y:2",
    );
    assert.equal(
      taggedReference(
        repositoriesBelow("localhost:5000"),
        connectorImage(connector, context, { "Tap-X": "acme/tap-x:3" }),
      ),
      "acme/tap-x:3",
    );
    assert.equal(
      taggedReference(
        repositoriesBelow("localhost:5000"),
        runnerImage(context, { "singer-runner": "acme/runner:4" }),
      ),
      "acme/runner:4",
    );
  });
});

test("runner image: it is a stage of the same Dockerfile", () =>
  assert.equal(buildOf(runnerImage(context)).target, "runner"));

test("build context: it has all sources and no __pycache__", () => {
  const { files, launchers } = readBuildContext("python:3.12-slim", ROOT);
  for (const path of [
    "images/singer/Dockerfile",
    "images/singer/install.py",
    "images/singer/singer-runner",
    "images/singer/runner/__main__.py",
  ])
    assert.ok(files[path], path);
  assert.ok(launchers["target_csv.py"]);
  assert.deepEqual(
    Object.keys(files).filter((path) => path.includes("__pycache__")),
    [],
  );
});

test("project files: a project's lock file and launcher take precedence, are named contexts, and change no other image", (t) => {
  const project = mkdtempSync(join(tmpdir(), "project-"));
  t.after(() => rmSync(project, { recursive: true }));
  const own = tap({ name: "tap-own", package: "tap-own", version: "1.0", launcher: "own.py" })({});
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  write("connectors/launchers/own.py", "print(1)");
  const source = own.connector.source as PackageSource;
  write("connectors/locks/tap-own.txt", lockText("tap-own", source, { tools: "", packages: "" }));
  const [there, here] = [project, ROOT].map((root) => readBuildContext("python:3.12-slim", root));
  assert.ok(there && here);
  const built = buildOf(connectorImage(own.connector, there));
  assert.deepEqual(built.projectContexts, ["locks", "launchers"]);
  for (const definition of shippedConnectors())
    assert.deepEqual(connectorImage(definition, there), connectorImage(definition, here));
  write("connectors/launchers/own.py", "print(2)");
  const changed = connectorImage(own.connector, readBuildContext("python:3.12-slim", project));
  assert.notEqual(buildOf(changed).tag, built.tag);
});

describe("failed builds", () => {
  const build = (action: "install" | "describe", env: NodeJS.ProcessEnv) => {
    const folder = mkdtempSync(join(tmpdir(), "install-"));
    try {
      const { status, stderr } = spawnSync(
        "python3",
        [join(ROOT, "images", "singer", `${action}.py`), folder],
        {
          encoding: "utf8",
          env: { ...process.env, CONNECTOR: "tap-x", PACKAGE: "tap-x", VERSION: "1.0", ...env },
        },
      );
      return { status, last: stderr.trimEnd().split("\n").at(-1) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test("failed build: the error names the connector and the invalid argument", () => {
    assert.deepEqual(build("install", { PACKAGE: "" }), {
      status: 1,
      last: 'connector "tap-x" ( 1.0): build argument PACKAGE is not set',
    });
    assert.match(
      build("install", { CONSTRAINTS: "setuptools<81" }).last ?? "",
      /^connector "tap-x" \(tap-x 1\.0\): build argument CONSTRAINTS must be a JSON list/,
    );
  });

  test("failed build: the error names a missing launcher", () => {
    assert.match(
      build("describe", { LAUNCHER: "nope.py" }).last ?? "",
      /^connector "tap-x" \(tap-x 1\.0\): its launcher connectors\/launchers\/nope\.py does not exist$/,
    );
  });

  test("failed build: the error names the connector and the message of pip", () => {
    const { status, last } = build("install", { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "" });
    assert.equal(status, 1);
    assert.match(
      last ?? "",
      /^connector "tap-x" \(tap-x 1\.0\): cannot be installed: Could not find a version that satisfies the requirement tap-x==1\.0/,
    );
  });
});
