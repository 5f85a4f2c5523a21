import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { FILES, scene } from "./config-scene";
import { tapctl } from "./support";

suite("tapctl config", () => {
  test("config put: it reports what was created, replaced or unchanged, and what is missing", async (t) => {
    const { run, stored } = scene(t);
    assert.deepEqual(await run("put kept --tap tap.json"), {
      code: 0,
      stdout:
        "kept: tap-config.json created, 53 B\ntarget-config.json is missing. Store it with: npx tapctl config put kept --target FILE\n",
      stderr: "",
    });
    assert.equal(readFileSync(stored("tap-config.json"), "utf8"), FILES["tap.json"]);
    assert.equal(statSync(stored("tap-config.json")).mode & 0o777, 0o600);
    const written = statSync(stored("tap-config.json")).mtimeMs;
    assert.equal(
      (
        await run(
          "put kept --tap tap.json --target target.json --catalog catalog.json --state state.json",
        )
      ).stdout,
      "kept: tap-config.json is unchanged\nkept: target-config.json created, 27 B\nkept: catalog.json created, 52 B\n" +
        "kept: initial-state.json created, 33 B\nnote: the entry's streams are ignored while a catalog is stored\n",
    );
    assert.equal(statSync(stored("tap-config.json")).mtimeMs, written);
    const { files, missing } = JSON.parse(
      (await run("put kept --target tap.json --state envelope.json --json")).stdout,
    ) as { readonly files: readonly unknown[]; readonly missing: unknown };
    assert.deepEqual(files, [
      {
        part: "target",
        file: "target-config.json",
        change: "replaced",
        bytes: 53,
        bytesBefore: 27,
      },
      { part: "state", file: "initial-state.json", change: "replaced", bytes: 34, bytesBefore: 33 },
    ]);
    assert.deepEqual(missing, []);
    assert.deepEqual(
      JSON.parse(readFileSync(stored("initial-state.json"), "utf8")),
      JSON.parse(FILES["state.json"] ?? ""),
    );
  });

  test("config put: it notes that a saved state takes precedence and belongs to the previous destination", async (t) => {
    const { root, run } = scene(t);
    await run("put kept --tap tap.json --target target.json");
    await tapctl(root, ["state", "set", "kept", "state.json"]);
    assert.equal(
      (await run("put kept --target tap.json --state state.json")).stdout,
      "kept: target-config.json replaced, 53 B (was 27 B)\nkept: initial-state.json created, 33 B\n" +
        "note: the saved state takes precedence over the initial state; to replace the saved state: npx tapctl state set kept FILE\n" +
        "note: the saved state is kept; if the data now goes to another destination, start over with: npx tapctl run kept --full-refresh\n",
    );
  });

  test("config show: it lists the files without their content", async (t) => {
    const { run, stored } = scene(t);
    assert.match(
      (await run("show kept")).stdout,
      /^"kept" has no files in the store\ntap-config\.json is missing\. .*\ntarget-config\.json is missing\. .*\n$/,
    );
    await run("put kept --tap tap.json --target target.json");
    writeFileSync(stored("notes.txt"), "mine");
    const { stdout } = await run("show kept");
    assert.match(
      stdout,
      /^FILE +CONTENT +BYTES +WRITTEN\nnotes\.txt +not read by any run +4 B .*\ntap-config\.json +settings of the tap +53 B +\d{4}-.*Z\ntarget-config\.json .*\n$/,
    );
    assert.doesNotMatch(stdout, /hunter2/);
    const shown = JSON.parse((await run("show kept --json")).stdout) as {
      readonly read: boolean;
      readonly files: readonly { readonly file: string; readonly bytes: number }[];
      readonly missing: readonly string[];
    };
    assert.deepEqual(
      [shown.read, shown.files.map(({ file }) => file), shown.missing],
      [true, ["notes.txt", "tap-config.json", "target-config.json"], []],
    );
  });

  test("config show: a pipeline with its settings in the array is rejected", async (t) => {
    const { run } = scene(t);
    assert.equal(
      (await run("show orders")).stdout,
      '"orders" has its settings in the array.\nTo read them from the store, add configFrom: "store" to its entry.\n',
    );
  });

  test("config get: files are readable only by their owner, and existing files are kept without --force", async (t) => {
    const { root, run } = scene(t);
    await run("put kept --tap tap.json --target target.json");
    const got = join(root, "got");
    assert.equal(
      (await run("get kept --out got")).stdout,
      `tap-config.json, target-config.json\nwritten to ${got}; the files may contain secrets: delete them when you are done\n`,
    );
    assert.equal(readFileSync(join(got, "tap-config.json"), "utf8"), FILES["tap.json"]);
    assert.deepEqual(
      [got, join(got, "tap-config.json")].map((path) => statSync(path).mode & 0o777),
      [0o700, 0o600],
    );
    writeFileSync(join(got, "tap-config.json"), "edited");
    chmodSync(join(got, "tap-config.json"), 0o644);
    const refused = await run("get kept --out got");
    assert.equal(
      refused.stderr,
      `${got}: tap-config.json, target-config.json already exists.\nChoose another folder, or use --force to overwrite.\n`,
    );
    assert.equal(readFileSync(join(got, "tap-config.json"), "utf8"), "edited");
    assert.deepEqual(JSON.parse((await run("get kept --out got --force --json")).stdout), {
      pipeline: "kept",
      folder: got,
      files: ["tap-config.json", "target-config.json"],
    });
    assert.equal(readFileSync(join(got, "tap-config.json"), "utf8"), FILES["tap.json"]);
    assert.equal(statSync(join(got, "tap-config.json")).mode & 0o777, 0o600);
  });

  test("config remove: it deletes one file", async (t) => {
    const { run, stored } = scene(t);
    await run("put kept --tap tap.json --target target.json --catalog catalog.json");
    assert.equal((await run("remove kept catalog")).stdout, "kept: catalog.json removed\n");
    assert.equal(existsSync(stored("catalog.json")), false);
    assert.equal(
      (await run("remove kept catalog")).stderr,
      '"kept" has no catalog.json in the store.\nChoose one of its files: tap-config.json, target-config.json\n',
    );
    assert.deepEqual(JSON.parse((await run("remove kept tap --json")).stdout), {
      pipeline: "kept",
      removed: "tap-config.json",
      missing: ["tap"],
    });
  });
});

/** Command, what it prints on standard error. */
const MISTAKES: readonly (readonly [string, string, string])[] = [
  [
    "a pipeline with its settings in the array",
    "put orders --tap tap.json",
    '"orders" has its settings in the array.\nTo read them from the store, add configFrom: "store" to its entry.\n',
  ],
  [
    "a job",
    "show clean-up",
    '"clean-up" is a job and has no tap, target or state.\nName a replication.\n',
  ],
  ["an unknown pipeline", "show ketp", 'No pipeline is called "ketp".\nDid you mean "kept"?\n'],
  [
    "a call without a file",
    "put kept",
    "No file is given.\nUse at least one of --tap, --target, --catalog and --state.\n",
  ],
  [
    "standard input for two files",
    "put kept --tap - --target -",
    'More than one file is read from standard input ("-").\nUse "-" for one file only.\n',
  ],
  [
    "invalid files, all at once and without their content",
    "put kept --tap broken.json --target nowhere.json --catalog no-catalog.json --state list.json",
    '--tap broken.json: is not JSON.\nnowhere.json: cannot be read (ENOENT).\n--catalog no-catalog.json: is not a Singer catalog: it has no list "streams" of objects.\n--state list.json: is not a JSON object, as a Singer state is.\nCorrect the file.\nCheck the path and its permissions.\nUse a catalog that the tap prints with --discover.\nUse a file with one JSON object.\n',
  ],
  [
    "an empty state",
    "put kept --state empty.json",
    "--state empty.json: the state is empty.\nOmit it: a pipeline without an initial state starts from the beginning.\n",
  ],
  [
    "a catalog whose streams are text",
    "put kept --catalog text-catalog.json",
    '--catalog text-catalog.json: is not a Singer catalog: it has no list "streams" of objects.\nUse a catalog that the tap prints with --discover.\n',
  ],
  [
    "a reference to a secret",
    "put kept --tap reference.json",
    "--tap reference.json: auth.password refers to a secret, which is possible only in the array.\nWrite the value of the secret into the file.\n",
  ],
  [
    "a pipeline without files",
    "get kept --out got",
    '"kept" has no files in the store.\nStore them with: npx tapctl config put kept --tap FILE --target FILE\n',
  ],
  [
    "a pipeline without files",
    "remove kept state",
    '"kept" has no files in the store.\nStore them with: npx tapctl config put kept --tap FILE --target FILE\n',
  ],
];

suite("tapctl config: usage errors", () => {
  for (const [what, line, printed] of MISTAKES) {
    test(`config ${line}: it rejects ${what}`, async (t) => {
      const { root, run } = scene(t);
      assert.deepEqual(await run(line), { code: 2, stdout: "", stderr: printed });
      assert.equal(existsSync(join(root, ".tapctl", "store")), false);
    });
  }

  test("config remove: it rejects an unknown part", async (t) => {
    assert.match(
      (await scene(t).run("remove kept secrets")).stderr,
      /Allowed choices are tap, target, catalog, state/,
    );
  });

  test("config get: it rejects a folder that cannot be created", async (t) => {
    const { root, run } = scene(t);
    await run("put kept --tap tap.json");
    mkdirSync(join(root, "got"));
    writeFileSync(join(root, "got", "file"), "");
    assert.equal(
      (await run("get kept --out got/file/x")).stderr,
      `${join(root, "got", "file", "x")}: cannot be created (ENOTDIR).\nCheck that the folder above exists and is writable.\n`,
    );
  });
});
