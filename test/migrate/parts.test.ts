import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { StreamRule } from "../../src/model/streams";
import { connectorFor } from "../../src/migrate/connectors";
import { indentFlowLines } from "../../src/migrate/flow-lines";
import { parseFile } from "../../src/migrate/parse";
import { pluginFrom } from "../../src/migrate/parse-plugin";
import type { Surroundings } from "../../src/migrate/project";
import {
  exactVersion,
  lowestVersion,
  parseRequirements,
  type Requirement,
} from "../../src/migrate/requirements";
import { carryStreams } from "../../src/migrate/streams";
import { expand, secretName } from "../../src/migrate/variables";

const index = (name: string, versions = ""): Requirement => ({ kind: "index", name, versions });

/** A `pip_url`, its packages, its options. */
const PIP_URLS: readonly (readonly [string, readonly Requirement[], readonly string[]])[] = [
  ["tap-x", [index("tap-x")], []],
  ["tap-x==1.2.3", [index("tap-x", "==1.2.3")], []],
  ["tap-x >= 1.0, <2", [index("tap-x", ">=1.0,<2")], []],
  [
    "target-s3[avro,gcs]~=0.6 'setuptools<81'",
    [index("target-s3[avro,gcs]", "~=0.6"), index("setuptools", "<81")],
    [],
  ],
  [
    "git+https://github.com/acme/tap-x.git",
    [{ kind: "elsewhere", from: "git+https://github.com/acme/tap-x.git", name: "tap-x" }],
    [],
  ],
  [
    "git+https://github.com/acme/tap-x@v1.4.0",
    [
      {
        kind: "elsewhere",
        from: "git+https://github.com/acme/tap-x@v1.4.0",
        name: "tap-x",
        version: "1.4.0",
      },
    ],
    [],
  ],
  [
    "git+ssh://git@github.com/acme/tap-x.git@main",
    [{ kind: "elsewhere", from: "git+ssh://git@github.com/acme/tap-x.git@main", name: "tap-x" }],
    [],
  ],
  [
    "git+https://token:canary@git.example.com/tap.git#egg=tap-y",
    [{ kind: "elsewhere", from: "git+https://git.example.com/tap.git#egg=tap-y", name: "tap-y" }],
    [],
  ],
  [
    "tap-z @ git+https://github.com/acme/z.git",
    [{ kind: "elsewhere", from: "git+https://github.com/acme/z.git", name: "tap-z" }],
    [],
  ],
  ["-e ./extract/tap-q", [{ kind: "elsewhere", from: "./extract/tap-q", name: "tap-q" }], []],
  [
    "tap-x -c https://e.com/c.txt --pre --index-url=https://u:canary@e.com/",
    [index("tap-x")],
    ["-c https://e.com/c.txt", "--pre", "--index-url=https://e.com/"],
  ],
  ["", [], []],
];

suite("pip_url", () => {
  for (const [text, packages, options] of PIP_URLS)
    test(`pip_url: ${JSON.stringify(text)} is parsed`, () =>
      assert.deepEqual(parseRequirements(text), { packages, options }));

  test("pip_url: only == gives an exact version", () => {
    assert.deepEqual(["==1.2.3", "===1.0", "==1.2.*", "~=1.2", "", ">=1,<2"].map(exactVersion), [
      "1.2.3",
      "1.0",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    assert.deepEqual(["~=0.6", ">=1.0,<2", "==1.2.*", "<2", ""].map(lowestVersion), [
      "0.6",
      "1.0",
      "1.2",
      undefined,
      undefined,
    ]);
  });
});

/** Patterns, metadata, the resulting rules, and the number of things that are not converted. */
const SELECTIONS: readonly (readonly [
  string,
  readonly string[] | undefined,
  object,
  readonly StreamRule[] | undefined,
  number,
])[] = [
  ["nothing", undefined, {}, undefined, 0],
  ["whole streams", ["a.*", "b"], {}, [{ stream: "a" }, { stream: "b" }], 0],
  [
    "properties",
    ["a.x", "a.y", "!a.y", "!*.z"],
    {},
    [{ stream: "a", include: ["x", "y"], exclude: ["y", "z"] }],
    0,
  ],
  ["a stream taken and left out", ["a.*", "b.*", "!b.*"], {}, [{ stream: "a" }], 0],
  ["a pattern that leaves a stream out", ["*.*", "!b.*"], {}, [{ stream: "*" }], 1],
  ["everything left out", ["a.*", "!*.*"], {}, [{ stream: "a" }], 1],
  ["a dot in a name", ["dbo\\.a.*"], {}, [{ stream: "dbo.a" }], 0],
  ["other globs", ["a[12].x?"], {}, [{ stream: "a*", include: ["x*"] }], 1],
  ["properties of properties", ["a.b.c"], {}, [{ stream: "a", include: ["b"] }], 1],
  [
    "a key without a method",
    ["a.*"],
    { a: { "replication-key": "id" } },
    [{ stream: "a", replicationMethod: "INCREMENTAL", replicationKey: "id" }],
    0,
  ],
  [
    "metadata for all",
    ["a.*", "b.*"],
    { "*": { "replication-method": "full_table" } },
    [
      { stream: "a", replicationMethod: "FULL_TABLE" },
      { stream: "b", replicationMethod: "FULL_TABLE" },
    ],
    0,
  ],
  [
    "metadata of fewer streams",
    ["*.*"],
    { a: { "replication-method": "LOG_BASED", "replication-key": "lsn" } },
    [{ stream: "*" }, { stream: "a", replicationMethod: "LOG_BASED" }],
    0,
  ],
  [
    "metadata of an unselected stream is ignored",
    ["a.*"],
    { b: { "replication-method": "FULL_TABLE" } },
    [{ stream: "a" }],
    1,
  ],
  [
    "metadata without a selection",
    undefined,
    { a: { "replication-method": "FULL_TABLE" } },
    [{ stream: "*" }, { stream: "a", replicationMethod: "FULL_TABLE" }],
    0,
  ],
  [
    "other metadata",
    ["a.*"],
    { a: { "replication-method": "SOMEHOW", "table-key-properties": ["id"] } },
    [{ stream: "a" }],
    2,
  ],
];

suite("import of select and metadata", () => {
  for (const [what, select, metadata, rules, left] of SELECTIONS) {
    test(`import of select and metadata: ${what}`, () => {
      const plugin = pluginFrom("extractor", "meltano.yml:1", {
        name: "tap-x",
        ...(select && { select }),
        metadata: metadata as { readonly [stream: string]: string },
      });
      const carried = carryStreams(plugin, false);
      assert.deepEqual([carried.value, carried.leftOver.length], [rules, left]);
    });
  }

  test("import of select and metadata: for a tap with a catalog, no selection selects everything", () => {
    assert.deepEqual(carryStreams(pluginFrom("extractor", "x", { name: "tap-x" }), true).value, [
      { stream: "*" },
    ]);
  });
});

suite("import of variables", () => {
  const variables = { HOST: "db", URL: "https://$HOST/${PATH_OF}", PATH_OF: "x", ROUND: "$ROUND" };

  test("variables: those that the project sets are inserted, at every depth", () =>
    assert.deepEqual(expand("${URL}?a=$HOST", variables), {
      kind: "text",
      text: "https://db/x?a=db",
    }));
  test("variables: others become secrets with the same variable", () =>
    assert.deepEqual(expand("$SHOP_PASSWORD", variables), {
      kind: "secret",
      secret: { $secret: "shop-password" },
      variable: "SHOP_PASSWORD",
    }));
  test("variables: those inside other text are reported", () =>
    assert.deepEqual(expand("https://$A:${B}@$HOST", variables), {
      kind: "mixed",
      variables: ["A", "B"],
    }));
  test("variables: lower case without braces is text", () =>
    assert.deepEqual(expand("gt$last_run_date $.items[*]", variables), {
      kind: "text",
      text: "gt$last_run_date $.items[*]",
    }));
  test("variables: references to themselves end", () =>
    assert.equal(expand("$ROUND", variables).kind, "secret"));
  test("variables: those that a shell sets get a name of their own", () =>
    assert.deepEqual(
      [secretName("USER"), secretName("_TOKEN_"), secretName("1"), secretName("Tap X.token")],
      ["meltano-user", "token", "meltano", "tap-x-token"],
    ));
});

suite("unindented lines of a flow collection", () => {
  const text =
    'plugins:\n  extractors:\n  - name: tap-x\n    config:\n      streams: [\n      {"name": "a", "note": "]"} # [\n    ]\n  - name: tap-y\n';

  test("unindented flow collections: only their lines are indented", () =>
    assert.deepEqual(
      indentFlowLines(text)
        .split("\n")
        .map((line) => line.length - line.trimStart().length),
      [0, 2, 2, 4, 6, 86, 84, 2, 0],
    ));

  test("unindented flow collections: they are read, with the file's line numbers", () =>
    assert.deepEqual(
      parseFile("meltano.yml", text).project.plugins.map(({ name, place, config }) => [
        name,
        place,
        config,
      ]),
      [
        ["tap-x", "meltano.yml:3", { streams: [{ name: "a", note: "]" }] }],
        ["tap-y", "meltano.yml:8", {}],
      ],
    ));

  test("unindented flow collections: other errors are still reported", () =>
    assert.throws(
      () => parseFile("meltano.yml", "plugins: [\n"),
      /meltano\.yml: Flow sequence in block collection/,
    ));
});

test("import: unknown settings of a shipped connector that locate data become part of its destination", () => {
  const loader = pluginFrom("loader", "meltano.yml:1", {
    name: "target-duckdb",
    variant: "jwills",
    pip_url: "target-duckdb==0.4.0",
  });
  const { value } = connectorFor(
    loader,
    "target-duckdb",
    { filepath: "/data/one.duckdb", batch_size: 5 },
    { installed: {}, locks: {} } as unknown as Surroundings,
  );
  assert.deepEqual(value.kind === "defined" && value.args["destination"], [
    "path",
    "dbname",
    "database",
    "default_target_schema",
    "schema_mapping",
    "filepath",
  ]);
});

for (const [what, fields, settings, expected] of [
  ["none", {}, {}, "tapPostgres"],
  [
    "one of the metadata",
    { metadata: { "*": { "replication-method": "LOG_BASED" } } },
    {},
    "tapPostgresSdk",
  ],
  ["the default one", {}, { default_replication_method: "LOG_BASED" }, "tapPostgresSdk"],
] as const)
  test(`import: tap-postgres with LOG_BASED streams, ${what}, becomes ${expected}`, () => {
    const plugin = pluginFrom("extractor", "meltano.yml:1", {
      name: "tap-postgres",
      variant: "meltanolabs",
      pip_url: "meltanolabs-tap-postgres==0.10.0",
      ...fields,
    });
    const connection = { host: "h", user: "u", database: "d" };
    const { value } = connectorFor(plugin, "tap-postgres", { ...connection, ...settings }, {
      installed: {},
      locks: {},
    } as unknown as Surroundings);
    assert.equal(value.identifier, expected);
  });
