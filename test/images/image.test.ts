/** `docker run IMAGE`: the runner next to a connector description, without a request. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { inWorkspace, RUNNER, start, TEN, type Ended, type Workspace, request } from "./support";

/** The files of an image of a tap and of a target, which have the runner beside the description. */
const IMAGES = mkdtempSync(join(tmpdir(), "images-test-"));
after(() => rmSync(IMAGES, { recursive: true, force: true }));
for (const kind of ["tap", "target"]) {
  cpSync(join(RUNNER, "..", "request.schema.json"), join(IMAGES, kind, "request.schema.json"));
  cpSync(RUNNER, join(IMAGES, kind, "runner"), {
    recursive: true,
    filter: (path) => !path.includes("__pycache__"),
  });
}

/** An image with a connector, and folders that stand for user mounts. */
function image(space: Workspace, kind: "tap" | "target", more: object = {}) {
  const at = (path: string): string => join(IMAGES, kind, path);
  writeFileSync(at("connector.json"), readFileSync(space.connector(kind, more)));
  const write = (path: string, value: unknown): string => {
    mkdirSync(dirname(space.path(path)), { recursive: true });
    return space.write(path, value);
  };
  const run = (
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    stdin: string | null = null,
  ): Promise<Ended> =>
    start(args, {
      runner: at("runner"),
      stdin,
      env: { SINGER_DIR: space.path("singer"), SINGER_CODE_DIR: space.path("code"), ...env },
    }).ended;
  mkdirSync(space.path("singer"), { recursive: true });
  return { run, write, json: (path: string): unknown => space.json(path) };
}

const settings = {
  steps: "json",
  copy: "string",
  start_date: "string",
  page_size: "number",
  full: "boolean",
  password: "string",
  path: "string",
};

/** A tap that copies its settings to got.json. */
const tapImage = (space: Workspace, more: object = {}) =>
  image(space, "tap", { settings, ...more });
const STEPS = { STEPS: JSON.stringify(TEN) };
const got = (space: Workspace): { readonly [name: string]: unknown } =>
  space.json("got.json") as { readonly [name: string]: unknown };

describe("image settings", () => {
  test("image settings: variables are converted to the types of their settings", () =>
    inWorkspace(async (space) => {
      const { run } = tapImage(space);
      const ended = await run([], {
        ...STEPS,
        COPY: space.path("got.json"),
        START_DATE: "2026-11-20",
        PAGE_SIZE: "10",
        FULL: "true",
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(got(space), {
        steps: TEN,
        copy: space.path("got.json"),
        start_date: "2026-11-20",
        page_size: 10,
        full: true,
      });
    }));

  test("image settings: NAME_FILE reads a file without its trailing newline, and the value is masked", () =>
    inWorkspace(async (space) => {
      const { run } = tapImage(space);
      const env = {
        COPY: space.path("got.json"),
        START_DATE_FILE: space.write("date", "not-to-be-seen \n"),
        PAGE_SIZE_FILE: space.write("size", "1234\n"),
      };
      const ended = await run([], {
        ...env,
        STEPS: JSON.stringify([...TEN, ["say", "it is not-to-be-seen "]]),
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(got(space)["start_date"], "not-to-be-seen ");
      assert.equal(got(space)["page_size"], 1234);
      assert.match(ended.stderr, /it is \*\*\*/);
    }));

  test("image settings: a variable prefixed with the connector's name takes precedence, and is needed for names that the system uses", () =>
    inWorkspace(async (space) => {
      const { run } = tapImage(space);
      const ended = await run([], {
        ...STEPS,
        COPY: space.path("got.json"),
        START_DATE: "a",
        TAP_FAKE_START_DATE: "b",
        TAP_FAKE_PATH: "/data",
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(got(space)["start_date"], "b");
      assert.equal(got(space)["path"], "/data");
      const { run: other } = tapImage(space);
      await other([], { ...STEPS, COPY: space.path("got.json") });
      assert.ok(!("path" in got(space)), "PATH is no setting");
    }));

  test("image settings: a connector with unknown settings gets all variables with its prefix", () =>
    inWorkspace(async (space) => {
      const { run, write } = image(space, "tap");
      write("singer/config.json", { steps: TEN });
      const ended = await run([], {
        TAP_FAKE_COPY: space.path("got.json"),
        TAP_FAKE_TOKEN_FILE: space.write("token", "abc"),
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(got(space)["token"], "abc");
    }));

  test("image settings: variables override a file, and a file overrides the connector's defaults", () =>
    inWorkspace(async (space) => {
      const { run, write } = tapImage(space, {
        defaults: { page_size: 1, full: true, start_date: "default" },
      });
      write("singer/config.json", {
        steps: TEN,
        copy: space.path("got.json"),
        start_date: "file",
        page_size: 2,
      });
      const ended = await run([], { START_DATE: "variable" });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(got(space), {
        page_size: 2,
        full: true,
        start_date: "variable",
        steps: TEN,
        copy: space.path("got.json"),
      });
    }));

  const wrong: readonly (readonly [string, NodeJS.ProcessEnv, RegExp])[] = [
    [
      "one of the wrong type",
      { PAGE_SIZE: "ten" },
      /^runner \| environment variable PAGE_SIZE must be a number, e.g. 10\n$/,
    ],
    [
      "both a value and a file",
      { PASSWORD: "a", PASSWORD_FILE: "b" },
      /PASSWORD and PASSWORD_FILE are both set/,
    ],
    [
      "a missing file",
      { PASSWORD_FILE: "/nonexistent/x" },
      /PASSWORD_FILE: \/nonexistent\/x cannot be read: No such file/,
    ],
    [
      "a missing required setting",
      {},
      /^runner \| tap-fake requires start_date \(-e START_DATE=...\); settings can also come from a config.json/,
    ],
  ];
  for (const [name, env, error] of wrong) {
    test(`image settings: ${name} is one error`, () =>
      inWorkspace(async (space) => {
        const { run } = tapImage(space, {
          required: name.includes("missing") ? ["start_date"] : [],
        });
        const ended = await run([], { ...STEPS, ...env });
        assert.equal(ended.code, 2, ended.stderr);
        assert.match(ended.stderr, error);
      }));
  }

  for (const place of [
    "singer/config/tap-config.json",
    "singer/config/config.json",
    "singer/config.json",
    "code/config.json",
  ]) {
    test(`image settings: a file is read from ${place}`, () =>
      inWorkspace(async (space) => {
        const { run, write } = tapImage(space);
        write(place, { steps: TEN });
        const ended = await run(["--stdout"]);
        assert.equal(ended.code, 0, ended.stderr);
        assert.equal(ended.stdout.split("\n").length, 15);
      }));
  }
});

describe("tap image", () => {
  test("tap image: it writes records to a file in the mounted folder, and reports its path", () =>
    inWorkspace(async (space) => {
      const ended = await tapImage(space).run([], STEPS);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout, "");
      assert.equal(space.text("singer/extract.jsonl").split("\n").length, 15);
      assert.match(
        ended.stderr,
        /runner \| [\d,]+ bytes of records are in \S+\/singer\/extract.jsonl\n$/,
      );
      assert.deepEqual(
        existsSync(space.path("singer/catalog.json")) ||
          existsSync(space.path("singer/result.json")),
        false,
        "what it leaves must not count as given next time",
      );
    }));

  test("tap image: with --stdout, it writes only records to stdout", () =>
    inWorkspace(async (space) => {
      const ended = await tapImage(space).run(["--stdout"], {
        STEPS: JSON.stringify([["say", "hello"], ...TEN]),
      });
      assert.equal(
        ended.stdout
          .trim()
          .split("\n")
          .every((line) => line.startsWith("{")),
        true,
        ended.stdout,
      );
      assert.match(ended.stderr, /tap \| hello/);
      assert.equal(space.exists("singer/extract.jsonl"), false);
    }));

  test("tap image: it passes the catalog and state in the mounted folder to the tap", () =>
    inWorkspace(async (space) => {
      const { run, write } = tapImage(space);
      write("code/catalog.json", { streams: [] });
      write("singer/state.json", { at: 3 });
      const ended = await run([], {
        STEPS: JSON.stringify([["echo-args"], ["echo-state"], ...TEN]),
      });
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stderr, /args .*--catalog \S+.* --state \S+/);
      assert.match(ended.stderr, /state \{"at": ?3\}/);
    }));

  test("tap image: with --discover, it prints the catalog", () =>
    inWorkspace(async (space) => {
      const { run } = image(space, "tap", { settings: { discover: "json" } });
      const ended = await run(["--discover"], { DISCOVER: '{"streams":[]}' });
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(JSON.parse(ended.stdout), { streams: [] });
    }));

  test("tap image: a request uses its description too", () =>
    inWorkspace(async (space) => {
      const ended = await tapImage(space).run([request("extract", { output: "-" })], STEPS);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(ended.stdout.split("\n").length, 15);
    }));
});

describe("target image", () => {
  const targetImage = (space: Workspace, more: object = {}) =>
    image(space, "target", {
      settings: { out: "string", folder: "string", print: "json" },
      ...more,
    });
  const extract = async (space: Workspace): Promise<string> => {
    await space.extract(TEN);
    return space.text("extract.jsonl");
  };

  test("target image: it reads stdin, writes the state to a file and stdout, and files to a folder", () =>
    inWorkspace(async (space) => {
      const { run } = targetImage(space);
      const ended = await run([], {}, await extract(space));
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(space.json("singer/state.json"), { at: 9 });
      assert.deepEqual(JSON.parse(ended.stdout), { at: 9 });
      assert.equal(space.text("singer/output/records.txt").split("\n").length, 11);
      assert.match(
        ended.stderr,
        /1 file is in \S+\/singer\/output\n.*the state is in \S+\/singer\/state.json\n$/,
      );
    }));

  for (const place of [
    "singer/extract.jsonl",
    "singer/input.jsonl",
    "singer/input",
    "singer/input/some.jsonl",
    "code/extract.jsonl",
    "code/input",
  ]) {
    for (const [how, stdin] of [
      ["without a stdin", null],
      ["with a stdin that nothing is written to", ""],
    ] as const) {
      test(`target image: it reads ${place} ${how}`, () =>
        inWorkspace(async (space) => {
          const { run, write } = targetImage(space);
          write(place, await extract(space));
          const ended = await run(
            [],
            { OUT: space.path("out.txt"), FOLDER: space.path("made/folder") },
            stdin,
          );
          assert.equal(ended.code, 0, ended.stderr);
          assert.equal(space.text("made/folder/records.txt").split("\n").length, 11);
        }));
    }
  }

  test("target image: it prefers piped input to a mounted extract", () =>
    inWorkspace(async (space) => {
      const { run, write } = targetImage(space);
      const piped = await extract(space);
      write("singer/extract.jsonl", piped.split("\n").slice(0, 3).join("\n") + "\n");
      const ended = await run([], {}, piped);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(space.text("singer/output/records.txt").split("\n").length, 11);
    }));

  test("target image: an empty pipe is reported", () =>
    inWorkspace(async (space) => {
      const ended = await targetImage(space).run([], {}, "");
      assert.equal(ended.code, 15, ended.stderr);
      assert.match(ended.stderr, /the tap sent no SCHEMA/);
    }));

  test("target image: without input, the error explains how to provide it", () =>
    inWorkspace(async (space) => {
      const ended = await targetImage(space).run([]);
      assert.equal(ended.code, 2);
      assert.equal(
        ended.stderr,
        "runner | no input: mount an extract at /singer/extract.jsonl, or pipe one into docker run -i\n",
      );
    }));

  test("target image: it keeps the state after a failure", () =>
    inWorkspace(async (space) => {
      const { run, write } = image(space, "target", {
        settings: { stopAfter: "number", how: "number" },
      });
      write("singer/state.json", { at: 1 });
      const ended = await run([], { STOPAFTER: "2", HOW: "3" }, await extract(space));
      assert.equal(ended.code, 11, ended.stderr);
      assert.deepEqual(space.json("singer/state.json"), { at: 1 });
      assert.equal(ended.stdout, "");
    }));
});

describe("image description", () => {
  test("image --help: it shows settings with variables, files and examples", () =>
    inWorkspace(async (space) => {
      const { run } = tapImage(space, {
        required: ["start_date"],
        defaults: { page_size: 5 },
        help: { start_date: "Day to begin with." },
      });
      const { stdout, code } = await run(["--help"]);
      assert.equal(code, 0);
      for (const part of [
        /tap-fake 1, a Singer tap/,
        /START_DATE +text, required\n +Day to begin with\./,
        /PAGE_SIZE +number, default 5/,
        /TAP_FAKE_PATH/,
        /--stdout/,
        /--discover/,
        /-v singer:\/singer -e START_DATE=\.\.\. IMAGE/,
      ])
        assert.match(stdout, part);
      assert.match(
        (await image(space, "target", { settings: {} }).run(["--help"])).stdout,
        /TARGET_FAKE_NAME.*\n[^]*docker run -i/,
      );
    }));

  test("image --about: it prints the same as JSON", () =>
    inWorkspace(async (space) => {
      const { stdout } = await tapImage(space, { required: ["start_date"] }).run(["--about"]);
      const {
        name,
        kind,
        version,
        settings: described,
      } = JSON.parse(stdout) as {
        readonly [name: string]: unknown;
        readonly settings: { readonly [name: string]: unknown };
      };
      assert.deepEqual([name, kind, version], ["tap-fake", "tap", "1"]);
      assert.deepEqual(described["start_date"], {
        type: "string",
        required: true,
        variables: ["TAP_FAKE_START_DATE", "START_DATE"],
      });
      assert.deepEqual(described["path"], {
        type: "string",
        required: false,
        variables: ["TAP_FAKE_PATH"],
      });
    }));

  test("image --version: it prints the versions", () =>
    inWorkspace(async (space) => {
      assert.match(
        (await tapImage(space).run(["--version"])).stdout,
        /^tap-fake 1 \(singer-runner \S+\)\n$/,
      );
    }));
});
