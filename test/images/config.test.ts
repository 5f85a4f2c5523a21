/**
 * Configuration: the private copy, secrets, the overlay, settings from the environment, bad files.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { inWorkspace, start, TEN, until, type Step, type Workspace, request } from "./support";

describe("private copy of the configuration", () => {
  test("private copy: it is readable only by the connector's user, and removed afterwards", () =>
    inWorkspace(async (space) => {
      const ended = await space.extract([["modes"]]);
      const found = /modes 600 700 (\S+)/.exec(ended.stderr);
      assert.ok(found?.[1], ended.stderr);
      assert.equal(existsSync(found[1]), false);
    }));

  test("outputDirectory: it sets the target's output setting unless the configuration has it", () =>
    inWorkspace(async (space) => {
      mkdirSync(space.path("given"));
      mkdirSync(space.path("own"));
      await space.extract(TEN);
      assert.equal((await space.load({}, { outputDirectory: space.path("given") })).code, 0);
      assert.equal(space.text("given/records.txt").split("\n").length, 11);
      assert.equal(
        (await space.load({ folder: space.path("own") }, { outputDirectory: space.path("given") }))
          .code,
        0,
      );
      assert.equal(space.text("own/records.txt").split("\n").length, 11);
      assert.equal(space.text("given/records.txt").split("\n").length, 11);
    }));

  test("outputDirectory: it does not override the output setting under an alias", () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      mkdirSync(space.path("own"));
      const target = space.target(
        { folder: space.path("own"), copy: space.path("got.json") },
        { outputSetting: "output_path", outputAliases: ["folder"] },
      );
      assert.equal(
        (await space.run("load", ...target, { outputDirectory: space.path("given") })).code,
        0,
      );
      assert.equal(space.text("own/records.txt").split("\n").length, 11);
      assert.ok(!("output_path" in (space.json("got.json") as object)));
    }));
});

describe("masked secrets", () => {
  const secret = 'p"ä/ss wörd\\';
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("%20", "+"),
    'p\\"\\u00e4/ss w\\u00f6rd\\\\',
  ];
  const steps: readonly Step[] = [
    ...forms.map((form): Step => ["say", `with ${form} in it`]),
    ["say", `ValueError: bad ${secret}`],
    ["raw", `rubbish ${secret}\n`],
    ["exit", 3],
  ];

  for (const named of [true, false]) {
    test(
      named
        ? "masking: named secrets are masked everywhere"
        : "masking: without names, settings that look like secrets are masked",
      () =>
        inWorkspace(async (space) => {
          const config = named ? { plain: { deep: [secret] } } : { plain: { db_password: secret } };
          const flags = named
            ? [
                {
                  tapSecrets: space.write("secrets.json", [
                    ["plain", "deep", 0],
                    ["not", "there"],
                  ]),
                },
              ]
            : [];
          const ended = await space.run("extract", ...space.tap(steps, config), ...flags, {
            tapLog: space.path("tap.log"),
          });
          assert.equal(ended.code, 10);
          const all = ended.stderr + space.text("tap.log") + space.text("result.json");
          for (const form of forms) assert.ok(!all.includes(form), `${form} is in ${all}`);
          assert.equal(space.result().error, "tap-fake exited with 3: ValueError: bad ***");
          assert.match(
            space.text("tap.log"),
            /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z tap \| with \*\*\* in it$/m,
          );
        }),
    );
  }

  /**
   * Of programs that print what they are configured with: requests, SQLAlchemy, curl, Python's
   * repr, JSON logs, HTML error pages, shells.
   */
  const spellings = (value: string): readonly string[] => {
    const json = JSON.stringify(value);
    const ascii = json.replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    const url = encodeURIComponent(value);
    const bytes = Buffer.from(value);
    const base64 = ["", "user:", "me:", "admin:"].flatMap((user) =>
      ["", "@", "@h"].map((end) => Buffer.from(user + value + end).toString("base64")),
    );
    const html = value
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;");
    return [
      ...[value, value.toUpperCase(), json, ascii, JSON.stringify(json), JSON.stringify(ascii)],
      ...[
        url,
        url.toLowerCase(),
        url.replaceAll("%20", "+"),
        url.replaceAll("%2F", "/"),
        encodeURIComponent(url),
        `postgresql://u:${encodeURI(value)}@h/db`,
        value.replaceAll("$", "%24"),
      ],
      ...base64.flatMap((text) => [
        text,
        text.replaceAll("+", "-").replaceAll("/", "_"),
        text.replace(/=+$/, ""),
        encodeURIComponent(text),
        JSON.stringify(text).replaceAll("/", "\\/"),
      ]),
      ...[
        bytes.toString("hex"),
        bytes.toString("hex").toUpperCase(),
        [...bytes]
          .map((byte) => (byte > 126 ? `\\x${byte.toString(16)}` : String.fromCharCode(byte)))
          .join(""),
      ],
      ...[
        html,
        html.replaceAll("'", "&#x27;"),
        html.replaceAll("'", "&#39;"),
        html.replaceAll('"', "&#34;"),
        html.replaceAll("&", "&amp;"),
      ],
      ...[
        `'${value.replaceAll("'", "'\"'\"'")}'`,
        `'${value.replaceAll("'", "'\\''")}'`,
        value.replace(/\W/gu, (char) => `\\${char}`),
        value.replaceAll('"', '""'),
        value.replaceAll("'", "''"),
        value.replaceAll("$", "$$"),
      ],
    ];
  };
  const hard = [
    "s3cr3t$va#lue",
    'it\'s "a" <$ecret> & more\\',
    "p\u00e4ss/w\u00f6rd \u{1f511}x",
    "hunter2",
    "a+b/c=d%e",
    "tok_1234567890abcdef",
  ];

  for (const value of hard) {
    test(`masking: ${value} is masked in every spelling`, () =>
      inWorkspace(async (space) => {
        const all = spellings(value);
        const steps = all.map((text, index): Step => ["say", `FORM ${index} [${text}] END`]);
        const ended = await space.run("extract", ...space.tap(steps, { password: value }), {
          tapSecrets: space.write("secrets.json", [["password"]]),
        });
        assert.equal(ended.code, 0, ended.stderr);
        const shown = [...ended.stderr.matchAll(/FORM (\d+) \[(.*)\] END/g)];
        assert.equal(shown.length, all.length, ended.stderr);
        // Next to the mask is the text around the secret, such as a user's name, quotes or a host.
        const clear = shown
          .filter(
            ([, , text = ""]) =>
              !/^[\w+%:/\\"'&;#=-]{0,24}\*\*\*[\w+%@/\\"'&;#=-]{0,12}$/.test(text) ||
              text.length > 40,
          )
          .map(([line, index]) => `${line} for ${all[Number(index)]}`);
        assert.deepEqual(clear, []);
      }));
  }

  test("masking: a long run of backslashes does not delay the log", () =>
    inWorkspace(async (space) => {
      const ended = await space.run(
        "extract",
        ...space.tap(
          [
            ["say", "\\".repeat(200_000) + "s3cr3t"],
            ["say", "s3cr3t$va#lue"],
            ["exit", 3],
          ],
          { password: "s3cr3t$va#lue" },
        ),
      );
      assert.equal(ended.code, 10);
      assert.match(ended.stderr, /tap \| \*\*\*\n/);
    }));

  test("masking: other values are not masked", () =>
    inWorkspace(async (space) => {
      const said = [
        "INFO loaded 5432 rows into public.orders",
        "ZGVwYXJ0bWVudA==",
        "73656372",
        "hunter 2",
        "s3cr3t",
        `{"a": "va#lue"}`,
      ];
      const ended = await space.run(
        "extract",
        ...space.tap(
          said.map((text): Step => ["say", text]),
          { password: hard },
        ),
      );
      assert.deepEqual(
        ended.stderr.trim().split("\n"),
        said.map((text) => `tap | ${text}`),
      );
    }));

  test("masking: bad lines, target output and states in the result are masked too", () =>
    inWorkspace(async (space) => {
      const target = space.target({ api_key: "s3cr3t-value", print: ["say s3cr3t-value\n"] });
      await space.extract([
        ["schema", "a"],
        ["raw", "rubbish s3cr3t-value\n"],
        ["state", { at: "s3cr3t-value" }],
      ]);
      const ended = await space.run("load", ...target, { targetLog: space.path("target.log") });
      assert.equal(ended.code, 0, ended.stderr);
      const all = ended.stderr + space.text("target.log") + space.text("result.json");
      assert.ok(!all.includes("s3cr3t"), all);
      assert.deepEqual(space.candidate(), { at: "s3cr3t-value" });
    }));

  test("masking: a multi-line key is masked line by line", () =>
    inWorkspace(async (space) => {
      const key = "-----BEGIN KEY-----\nabcdefghijkl\nmnopqrstuvwx\n-----END KEY-----";
      const ended = await space.run("extract", ...space.tap([["say", key]], { private_key: key }));
      assert.ok(!/abcdef|mnopqr/.test(ended.stderr), ended.stderr);
    }));

  test("masking: a secret at the cut of a long line is not shown in part", () =>
    inWorkspace(async (space) => {
      const secret = "topsecret".repeat(20);
      const ended = await space.run(
        "extract",
        ...space.tap([["say", "x".repeat((1 << 20) - 30) + secret]], { token: secret }),
      );
      assert.ok(!ended.stderr.includes("topsecret"));
    }));
});

describe("typed secrets", () => {
  const settings = {
    port: "number",
    ssl: "boolean",
    streams: "json",
    "tunnel.port": "number",
    tunnel: "json",
    password: "string",
  };
  const secrets = [
    ["port"],
    ["ssl"],
    ["streams"],
    ["tunnel", "port"],
    ["password"],
    ["unknown"],
    ["not", "there"],
  ];
  const given = {
    port: "5432",
    ssl: "True",
    streams: '["a",{"b":1}]',
    tunnel: { port: "22", host: "h" },
    password: "0123",
    unknown: "5432",
    plain: "7",
  };
  const expected = {
    ...given,
    port: 5432,
    ssl: true,
    streams: ["a", { b: 1 }],
    tunnel: { port: 22, host: "h" },
  };
  const typedTap = (space: Workspace, config: object) => [
    ...space.tap(TEN, { copy: space.path("got.json"), ...config }, { settings }),
    { tapSecrets: space.write("secrets.json", secrets) },
  ];

  test("typed secrets: numbers, booleans and JSON are converted, also in nested settings; everything else stays text", () =>
    inWorkspace(async (space) => {
      const ended = await space.run("extract", ...typedTap(space, given));
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.json("got.json"), {
        ...expected,
        steps: TEN,
        copy: space.path("got.json"),
      });
    }));

  test("typed secrets: stream mode converts those of the target too", () =>
    inWorkspace(async (space) => {
      const target = [
        ...space.target(
          { copy: space.path("got.json"), port: "5432" },
          { settings: { port: "number" } },
        ),
        { targetSecrets: space.write("target-secrets.json", [["port"]]) },
      ];
      const ended = await space.run("stream", ...space.tap(TEN), ...target);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal((space.json("got.json") as { readonly port: unknown }).port, 5432);
    }));

  const kubernetes = { name: "shop-db", key: "port" };
  const mounted = { port: { $secret: "shop-port", kubernetes } };
  const withMounted = (space: Workspace) => [
    ...space.tap(TEN, { copy: space.path("got.json"), ...mounted }, { settings }),
    { tapSecrets: space.write("secrets.json", [["port"]]), directory: space.path("mounts") },
  ];

  test("existing Kubernetes Secrets: a mounted value is read by each run and converted like other secrets", () =>
    inWorkspace(async (space) => {
      mkdirSync(space.path("mounts/secrets"), { recursive: true });
      for (const port of ["5432", "5433"]) {
        writeFileSync(space.path("mounts/secrets/shop-port"), port);
        const ended = await space.run("extract", ...withMounted(space));
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal((space.json("got.json") as { readonly port: unknown }).port, Number(port));
      }
    }));

  test("existing Kubernetes Secrets: a missing key is one error with its name", () =>
    inWorkspace(async (space) => {
      const ended = await space.run("extract", ...withMounted(space));
      assert.equal(ended.code, 2);
      assert.match(
        ended.stderr,
        /^runner \| secret "shop-port" of tap-fake: key "port" of the Kubernetes Secret "shop-db" does not exist\n$/,
      );
    }));

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    [
      "a number",
      { port: "54x32" },
      /^runner \| the secret for setting "port" of tap-fake must be a number, e.g. 10\n$/,
    ],
    [
      "a number that JSON does not have",
      { port: "NaN" },
      /setting "port" of tap-fake must be a number/,
    ],
    ["a number too large", { port: "1e999" }, /setting "port" of tap-fake must be a number/],
    ["a number that is quoted", { port: '"5432"' }, /setting "port" of tap-fake must be a number/],
    ["a boolean", { ssl: "sure" }, /setting "ssl" of tap-fake must be a boolean, e.g. true/],
    ["JSON", { streams: "[hunter2" }, /setting "streams" of tap-fake must be JSON/],
    [
      "a number inside another setting",
      { tunnel: { port: "x" } },
      /setting "tunnel.port" of tap-fake must be a number/,
    ],
  ];
  for (const [name, config, error] of wrong) {
    test(`typed secrets: invalid ${name} is one error that names the setting but not the value`, () =>
      inWorkspace(async (space) => {
        const ended = await space.run("extract", ...typedTap(space, config));
        assert.equal(ended.code, 2, ended.stderr);
        assert.match(ended.stderr, error);
        assert.ok(
          !/54x32|hunter2|sure/.test(ended.stderr + space.text("result.json")),
          ended.stderr,
        );
      }));
  }

  test("typed secrets: the error for an invalid value names the setting and the secret", () =>
    inWorkspace(async (space) => {
      const named = [
        ["tunnel", "port"],
        ["password"],
        ["tunnel", "port", { secret: "bastion-port" }],
        ["password", { secret: "shop-password" }],
      ];
      const config = { tunnel: { port: "hunter2" }, password: "0123" };
      const ended = await space.run("extract", ...space.tap(TEN, config, { settings }), {
        tapSecrets: space.write("secrets.json", named),
      });
      assert.equal(ended.code, 2, ended.stderr);
      assert.equal(
        ended.stderr,
        'runner | the secret "bastion-port" for setting "tunnel.port" of tap-fake must be a number, e.g. 10\n',
      );
      assert.ok(!space.text("result.json").includes("hunter2"));
    }));

  test("typed secrets: both spellings of a converted secret are masked", () =>
    inWorkspace(async (space) => {
      const key = '{"project": "p-12345", "key": "abc-def"}';
      const ended = await space.run(
        "extract",
        ...typedTap(space, { streams: key, steps: [["say", `${key} and abc-def`]] }),
      );
      assert.ok(!/p-12345|abc-def/.test(ended.stderr), ended.stderr);
    }));
});

describe("overlay", () => {
  const rotated: readonly Step[] = [
    ["rewrite", { token: "new-token", added: "also-new" }],
    ["say", "now new-token"],
  ];
  const echo: readonly Step[] = [["echo-config"]];

  test("overlay: changes of a tap are saved and applied on the next run", () =>
    inWorkspace(async (space) => {
      const config = { token: "old-token", other: 1 };
      const ended = await space.run("extract", ...space.tap([...rotated, ["exit", 1]], config));
      assert.equal(ended.code, 10);
      assert.deepEqual((space.json("overlay.json") as { changes: unknown }).changes, {
        token: "new-token",
        added: "also-new",
      });
      assert.equal(statSync(space.path("overlay.json")).mode & 0o777, 0o600);
      // The steps are part of the configuration: the base is only the same with the same steps.
      const same = await space.run("extract", ...space.tap([...rotated, ["exit", 1]], config));
      assert.equal(same.code, 10);
      assert.ok(space.exists("overlay.json"));
      assert.deepEqual(space.result().warnings, []);
    }));

  test("overlay: digits that a tap loses when it rewrites its configuration are not a change", () =>
    inWorkspace(async (space) => {
      const flags = space.tap(rotated, { token: "old-token", ratio: "R", id: "I" });
      const config = String(flags[0]?.tapConfig);
      writeFileSync(
        config,
        readFileSync(config, "utf8")
          .replace('"R"', "0.1234567890123456789")
          .replace('"I"', "1e400"),
      );
      assert.equal((await space.run("extract", ...flags)).code, 0);
      assert.deepEqual((space.json("overlay.json") as { changes: unknown }).changes, {
        token: "new-token",
        added: "also-new",
      });
    }));

  test("overlay: it is applied while the base is unchanged, then discarded", () =>
    inWorkspace(async (space) => {
      const steps: readonly Step[] = [...echo, ["rewrite", { added: "also-new" }]];
      await space.run("extract", ...space.tap(steps, { other: 1 }));
      const again = await space.run("extract", ...space.tap(steps, { other: 1 }), {
        tapSecrets: space.write("none.json", []),
      });
      assert.match(again.stderr, /config .*"added": "\*\*\*"/);
      const changed = await space.run("extract", ...space.tap(echo, { other: 2 }));
      assert.doesNotMatch(changed.stderr, /config .*added/);
      assert.match(
        space.result().warnings.join(),
        /belong to a different configuration and are discarded/,
      );
      assert.equal(space.exists("overlay.json"), false);
    }));

  test("overlay: changed values are masked once noticed, and saved while the tap runs", () =>
    inWorkspace(async (space) => {
      const steps: readonly Step[] = [
        ["rewrite", { token: "new-token" }],
        ["wait", space.path("go")],
        ["say", "now new-token"],
        ["say", "done"],
      ];
      const run = space.begin("extract", ...space.tap(steps, { token: "old-token" }));
      await until("the overlay is written", () => space.exists("overlay.json"));
      space.write("go", "");
      const ended = await run.ended;
      assert.match(ended.stderr, /now \*\*\*/);
    }));

  test("overlay: one that is not JSON is discarded", () =>
    inWorkspace(async (space) => {
      space.write("overlay.json", "{");
      assert.equal((await space.extract([])).code, 0);
      assert.match(space.result().warnings.join(), /discarded/);
    }));
});

const PLACES = ["tap.json", "target.json", "rubbish", "list", "empty", "nowhere", "."];

/** An argument with the files that it names in the workspace. */
function placed(space: Workspace, argument: string): string {
  if (PLACES.includes(argument)) return space.path(argument);
  return argument.replace(/: ?"([^"]+)"/g, (found, name: string) =>
    PLACES.includes(name) ? `:${JSON.stringify(space.path(name))}` : found,
  );
}

describe("invalid requests", () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "a missing connector description",
      [request("extract")],
      /connector description \S+connector.json does not exist/,
    ],
    [
      "a connector of the other kind",
      [request("load", { targetConnector: "tap.json" })],
      /"kind" is "tap", expected "target"/,
    ],
    [
      "a config that is not JSON",
      [request("extract", { tapConnector: "tap.json", tapConfig: "rubbish" })],
      /config of tap-fake \S+rubbish is not JSON/,
    ],
    [
      "a config that is a list",
      [request("extract", { tapConnector: "tap.json", tapConfig: "list" })],
      /must contain a JSON object/,
    ],
    [
      "a missing config",
      [request("extract", { tapConnector: "tap.json", tapConfig: "nowhere" })],
      /nowhere does not exist/,
    ],
    [
      "a config that is a folder",
      [request("extract", { tapConnector: "tap.json", tapConfig: "." })],
      /cannot be read: Is a directory/,
    ],
    [
      "a state that is not JSON",
      [request("extract", { tapConnector: "tap.json", state: "rubbish" })],
      /state \S+rubbish is not JSON/,
    ],
    [
      "a catalog without streams",
      [request("extract", { tapConnector: "tap.json", catalog: "empty" })],
      /is not a Singer catalog/,
    ],
    [
      "a missing input",
      [request("load", { targetConnector: "target.json", input: "nowhere" })],
      /input \S+nowhere: No such file/,
    ],
    [
      "a result in a missing folder",
      [request("load", { result: "/nonexistent/x" })],
      /^runner \| request: "result": the folder \/nonexistent does not exist; create it\n$/,
    ],
    [
      "a number out of range",
      [request("load", { minRecords: -1 })],
      /^runner \| request: "minRecords" is -1; it must be a whole number of at least 0\n$/,
    ],
    [
      "progress and data on stdout",
      [request("extract", { output: "-", progress: "json" })],
      /both write to stdout/,
    ],
    [
      "a fraction in place of an integer",
      [request("load", { maxBadLines: 1.5 })],
      /"maxBadLines" is 1.5; it must be a whole number/,
    ],
    [
      "text in place of a number",
      [request("extract", { graceSeconds: "30" })],
      /"graceSeconds" is "30"; it must be a number of at least 0\n$/,
    ],
    [
      "true in place of a number",
      [request("extract", { attempt: true })],
      /"attempt" is true; it must be a whole number/,
    ],
    [
      "text in place of a boolean",
      [request("load", { partial: "no" })],
      /"partial" is "no"; it must be true or false\n$/,
    ],
    [
      "a list in place of an object",
      [request("extract", { settings: [1] })],
      /"settings" is \[1\]; it must be an object\n$/,
    ],
    [
      "an unknown choice",
      [request("load", { onChange: "ask" })],
      /"onChange" is "ask"; it must be one of: fail, keep, refresh\n$/,
    ],
    [
      "an empty list",
      [request("describe", { kind: "tap", name: "x", version: "1", start: [], output: "c.json" })],
      /"start" is empty/,
    ],
    [
      "an invalid item of a list",
      [request("notify", { event: "failed", on: ["failed", "lost"], pipeline: "p", run: "r" })],
      /"on"\[1\] is "lost"; it must be one of/,
    ],
    [
      "an unknown type of a setting",
      [
        request("describe", {
          kind: "tap",
          name: "x",
          version: "1",
          start: ["x"],
          output: "c.json",
          settings: { a: "text" },
        }),
      ],
      /"a" is "text"; it must be one of: string, /,
    ],
    [
      "a missing field",
      [request("verdict")],
      /verdict: "result" is missing; add it to the request\n$/,
    ],
    [
      "a field of another command",
      [request("load", { output: "x" })],
      /load: "output" is not a field; remove it, or see the fields in request.schema.json\n$/,
    ],
    [
      "a misspelled field",
      ['{"command": "extract", "outptu": "x"}'],
      /extract: "outptu" is not a field; did you mean "output"\?\n$/,
    ],
    [
      "an unknown command",
      ['{"command": "extarct"}'],
      /^runner \| request: "command" is "extarct"; it must be one of: extract, load, /,
    ],
    [
      "a missing command",
      ["{}"],
      /^runner \| request: "command" is missing; it must be one of: extract, load, /,
    ],
    ["request that is no JSON", ['{"command": }'], /^runner \| request: it is not JSON: /],
    [
      "a request with NaN",
      ['{"command": "load", "minRecords": NaN}'],
      /it is not JSON: it holds NaN/,
    ],
    [
      "a request that is a list",
      ["list"],
      /^runner \| request: it must be a JSON object such as \{"command": "extract"\}\n$/,
    ],
    [
      "a request in a missing file",
      ["nowhere"],
      /^runner \| request \S+nowhere cannot be read: No such file or directory; give JSON such as /,
    ],
    [
      "a call with flags",
      ["extract", "--output", "x"],
      /^runner \| "extract" is followed by 2 more arguments; pass one argument: the request as JSON \(see --help\)\n$/,
    ],
    [
      "a call without a request",
      [],
      /^runner \| no request was given and \S+connector.json does not exist; pass a request as JSON \(see --help\)\n$/,
    ],
  ];
  for (const [name, args, expected] of cases) {
    test(`invalid request: ${name} is one line and exit code 2`, () =>
      inWorkspace(async (space) => {
        space.connector("tap");
        space.connector("target");
        space.write("rubbish", "{");
        space.write("list", []);
        space.write("empty", {});
        const ended = await start(
          args.map((arg) => placed(space, arg)),
          { env: { SINGER_DIR: space.dir } },
        ).ended;
        assert.equal(ended.code, 2, ended.stderr);
        assert.match(ended.stderr, expected);
        assert.equal(ended.stderr.trim().split("\n").length, 1, ended.stderr);
      }));
  }

  test("missing connector: it is reported as a tap that does not start, not as a usage error", () =>
    inWorkspace(async (space) => {
      const ended = await space.run(
        "extract",
        ...space.tap([], {}, { command: ["/nonexistent/tap"] }),
      );
      assert.equal(ended.code, 10);
      assert.equal(
        space.result().error,
        "tap-fake does not start: /nonexistent/tap: No such file or directory",
      );
    }));
});
