/** The description of connectors, from help texts in each style. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inWorkspace, start, request } from "./support";

const CLICK = `Usage: tap-postgres [OPTIONS]

  Execute the Singer tap.

Options:
  --state PATH                    Use a bookmarks file for incremental
                                  replication.
  --catalog PATH                  Use a Singer catalog file with the tap.
  --test TEXT                     Use --test to sync a single record.
  --discover                      Run the tap in discovery mode.
  --config TEXT                   Configuration file location or 'ENV'.
  --format [json|markdown|yaml]   Specify output style for --about
  --about                         Display package metadata and settings.
  --version                       Display the package version.
  --help                          Show this message and exit.
`;
const SINGER_PYTHON = `usage: tap-fixerio [-h] -c CONFIG [-s STATE] [-p PROPERTIES] [--catalog CATALOG] [-d]

optional arguments:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        Config file
  -s STATE, --state STATE
                        State file
  -p PROPERTIES, --properties PROPERTIES
                        Property selections: DEPRECATED, Please use --catalog
                        instead
  --catalog CATALOG     Catalog file
  -d, --discover        Do schema discovery
`;
const OLD = SINGER_PYTHON.replace(" [--catalog CATALOG]", "").replace(
  /^ {2}--catalog CATALOG.*\n/m,
  "",
);
const HAND_WRITTEN = `usage: tap-exchangeratesapi [-h] [-c CONFIG] [-s STATE]

options:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        Config file
  -s STATE, --state STATE
                        State file
`;
const TARGET = `usage: target-csv [-h] [-c CONFIG]

options:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        Config file
`;
const ABOUT = {
  name: "tap-x",
  settings: {
    type: "object",
    required: ["host", "port", "ssl"],
    properties: {
      host: { type: ["string", "null"], description: "Its name." },
      port: { type: ["integer", "null"] },
      ssl: { type: ["boolean", "null"], default: false },
      streams: { type: ["array", "null"] },
      any: { anyOf: [] },
      host_id: { type: "string" },
      account: { type: ["object", "string"] },
      size: { oneOf: [{ type: "integer" }, { type: "null" }] },
      tunnel: { type: "object", properties: { port: { type: "integer" } } },
    },
  },
};

type Flags = Readonly<Record<string, unknown>>;

describe("connector description", () => {
  const styles: readonly (readonly [string, string, Flags])[] = [
    [
      "SDK tap (click)",
      CLICK,
      {
        config: true,
        catalog: "catalog",
        state: true,
        discover: true,
        about: true,
        discover_first: false,
      },
    ],
    [
      "singer-python tap",
      SINGER_PYTHON,
      {
        config: true,
        catalog: "catalog",
        state: true,
        discover: true,
        about: false,
        discover_first: false,
      },
    ],
    [
      "old singer-python tap with --catalog in prose",
      OLD,
      {
        config: true,
        catalog: "properties",
        state: true,
        discover: true,
        about: false,
        discover_first: false,
      },
    ],
    [
      "hand-written tap",
      HAND_WRITTEN,
      {
        config: true,
        catalog: "none",
        state: true,
        discover: false,
        about: false,
        discover_first: false,
      },
    ],
    [
      "legacy target",
      TARGET,
      {
        config: true,
        catalog: "none",
        state: false,
        discover: false,
        about: false,
        discover_first: false,
      },
    ],
    [
      "a tap that discovers and runs in one process",
      `${SINGER_PYTHON}  --discover-first FILE  write the catalog to a file, and wait\n`,
      {
        config: true,
        catalog: "catalog",
        state: true,
        discover: true,
        about: false,
        discover_first: true,
      },
    ],
  ];
  for (const [name, help, flags] of styles) {
    test(`describe: flags of ${name}`, () =>
      inWorkspace(async (space) => {
        const script = space.write(
          "connector.sh",
          `case "$*" in
        *--about*) cat <<'END'\nlog line\n${JSON.stringify(ABOUT)}\nEND\n;;
        *--help*) cat <<'END'\n${help}END\n;;
      esac`,
        );
        const kind = name.includes("target") ? "target" : "tap";
        const ended = await start([
          request("describe", {
            kind,
            name: "x",
            version: "1.2",
            settings: { host_id: "json" },
            defaults: { port: 5432 },
            required: ["host_id"],
            output: space.path("c.json"),
            start: ["sh", script],
          }),
        ]).ended;
        assert.equal(ended.code, 0, ended.stderr);
        const settings = {
          host: "string",
          port: "number",
          ssl: "boolean",
          streams: "json",
          any: "json",
          host_id: "json",
          account: "string",
          size: "number",
          tunnel: "json",
          "tunnel.port": "number",
        };
        assert.deepEqual(space.json("c.json"), {
          name: "x",
          kind,
          version: "1.2",
          command: ["sh", script],
          flags,
          settings: flags.about ? settings : { host_id: "json" },
          outputSetting: null,
          python: null,
          required: flags.about ? ["host", "host_id"] : ["host_id"],
          defaults: { port: 5432 },
          help: flags.about ? { host: "Its name." } : {},
          outputAliases: [],
        });
      }));
  }

  test("describe: the description has outputSetting and the Python of the virtual environment", () =>
    inWorkspace(async (space) => {
      const { mkdirSync, chmodSync } = await import("node:fs");
      mkdirSync(space.path("bin"));
      space.write("pyvenv.cfg", "home = /usr/bin\nversion_info = 3.11.7\n");
      chmodSync(space.write("bin/target", `#!/bin/sh\ncat <<'END'\n${TARGET}END\n`), 0o755);
      const ended = await start([
        request("describe", {
          kind: "target",
          name: "x",
          version: "1",
          outputSetting: "destination_path",
          output: space.path("c.json"),
          start: [space.path("bin/target")],
        }),
      ]).ended;
      assert.equal(ended.code, 0, ended.stderr);
      const found = space.json("c.json") as { outputSetting: string; python: string };
      assert.deepEqual([found.outputSetting, found.python], ["destination_path", "3.11.7"]);
    }));

  for (const [kind, code] of [
    ["tap", 10],
    ["target", 11],
  ] as const) {
    test(`describe: a ${kind} that does not start gives exit code ${code} with its reason`, () =>
      inWorkspace(async (space) => {
        const script = space.write(
          "broken.sh",
          "printf 'Traceback (most recent call last):\\n  File \"x\"\\nModuleNotFoundError: No module named pkg_resources\\n' >&2; exit 1",
        );
        const ended = await start([
          request("describe", {
            kind,
            name: "x",
            version: "1",
            output: space.path("c.json"),
            start: ["sh", script],
          }),
        ]).ended;
        assert.equal(ended.code, code);
        assert.equal(
          ended.stderr,
          "runner | x does not start: ModuleNotFoundError: No module named pkg_resources\n",
        );
        assert.equal(space.exists("c.json"), false);
      }));
  }

  test("describe: flags of a legacy connector without --help are read from its usage", () =>
    inWorkspace(async (space) => {
      const script = space.write(
        "legacy.sh",
        "echo 'usage: tap [--config CONFIG] [--state STATE]' >&2; exit 2",
      );
      const ended = await start([
        request("describe", {
          kind: "tap",
          name: "x",
          version: "1",
          output: space.path("c.json"),
          start: ["sh", script],
        }),
      ]).ended;
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual((space.json("c.json") as { flags: unknown }).flags, {
        config: true,
        catalog: "none",
        state: true,
        discover: false,
        about: false,
        discover_first: false,
      });
    }));
});
