import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connectorFor } from "../../src/migrate/connectors";
import { pluginFrom } from "../../src/migrate/parse-plugin";
import type { InstalledPackage, Surroundings } from "../../src/migrate/project";
import { readMeltano } from "../../src/migrate/read";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const INSTALLED = [{ package: "tap_x", version: "1.5.0", commit: COMMIT }];

/** A `pip_url`, what is installed, the package and version, and the notes. */
const SOURCES: readonly (readonly [
  string,
  readonly InstalledPackage[],
  { readonly package: string; readonly version?: string },
  readonly RegExp[],
])[] = [
  [
    "git+https://github.com/acme/tap-x.git@v1.4.0",
    INSTALLED,
    { package: "git+https://github.com/acme/tap-x.git@v1.4.0" },
    [],
  ],
  [
    "git+https://github.com/acme/tap-x.git",
    INSTALLED,
    { package: `git+https://github.com/acme/tap-x.git@${COMMIT}` },
    [/names no tag.*has the commit that is installed$/],
  ],
  [
    "git+https://github.com/acme/tap-x.git",
    [],
    { package: "git+https://github.com/acme/tap-x.git@HEAD" },
    [/names no tag.*newest commit \(HEAD\); replace it with a tag$/],
  ],
  [
    "git+ssh://git@github.com/acme/taps.git@main#egg=tap-x&subdirectory=taps/x",
    [],
    { package: "git+ssh://git@github.com/acme/taps.git@main#subdirectory=taps/x" },
    [],
  ],
  [
    "git+https://token:canary@git.example.com/acme/tap-x.git@main",
    [],
    { package: "git+https://git.example.com/acme/tap-x.git@main" },
    [/has credentials, which were not copied/],
  ],
  [
    "https://example.com/tap_x-1.4.0-py3-none-any.whl",
    [],
    { package: "https://example.com/tap_x-1.4.0-py3-none-any.whl" },
    [],
  ],
  ["-e ./extract/tap-x", [], { package: "./tap-x" }, [/\.\/extract\/tap-x is a folder of/]],
  [
    "https://example.com/tap-x-1.4.0.tar.gz",
    INSTALLED,
    { package: "tap-x-1.4.0.tar.gz", version: "0" },
    [/tap-x-1\.4\.0\.tar\.gz is not converted; .*placeholder version 0$/],
  ],
  ["tap-x", INSTALLED, { package: "tap-x", version: "1.5.0" }, []],
];

for (const [pipUrl, installed, expected, notes] of SOURCES)
  test(`import: pip_url ${pipUrl}${installed.length > 0 ? ", installed" : ""}`, () => {
    const plugin = pluginFrom("extractor", "meltano.yml:1", { name: "tap-x", pip_url: pipUrl });
    const { value, leftOver } = connectorFor(plugin, "tap-x", {}, {
      installed: { "extractor tap-x": installed },
      locks: {},
      variables: [],
    } satisfies Surroundings);
    assert.ok(value.kind === "defined");
    const { package: name, version } = value.args;
    assert.deepEqual({ package: name, ...(version !== undefined && { version }) }, expected);
    assert.equal(leftOver.length, notes.length, JSON.stringify(leftOver));
    notes.forEach((note, index) => assert.match(leftOver[index]?.text ?? "", note));
    assert.ok(!JSON.stringify([value, leftOver]).includes("canary"));
  });

test("import: the commit of an installed package from git is read from its environment", (t) => {
  const root = project(t);
  const packages = join(root, ".meltano/extractors/tap-x/venv/lib/python3.11/site-packages");
  for (const [name, direct] of [
    ["tap_x-1.5.0", { url: "https://github.com/acme/tap-x", vcs_info: { commit_id: COMMIT } }],
    ["tap_y-2.0", { url: "file:///tap-y", dir_info: {} }],
    ["tap_z-3.0", undefined],
  ] as const) {
    const folder = join(packages, `${name}.dist-info`);
    mkdirSync(folder, { recursive: true });
    if (direct) writeFileSync(join(folder, "direct_url.json"), JSON.stringify(direct));
  }
  assert.deepEqual(readMeltano(join(root, "meltano.yml")).surroundings.installed, {
    "extractor tap-x": [
      { package: "tap_x", version: "1.5.0", commit: COMMIT },
      { package: "tap_y", version: "2.0" },
      { package: "tap_z", version: "3.0" },
    ],
  });
});

function project(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "import-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(
    join(root, "meltano.yml"),
    "plugins:\n  extractors:\n    - name: tap-x\n      pip_url: git+https://github.com/acme/tap-x\n",
  );
  return root;
}
