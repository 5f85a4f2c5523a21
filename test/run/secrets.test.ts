/**
 * Secrets as people write them into `.env`, and that they reach a connector byte for byte, locally
 * and on the cluster.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { secretText } from "../../components/pipelines/secret-text";
import { secret, type Json, type JsonObject } from "../../src/model/connector-settings";
import { parseEnvFile } from "../../src/run/env-file";
import { localSecrets, resolveSettings } from "../../src/run/secrets";
import { inWorkspace, TEN } from "../images/support";
import { temporaryFolder } from "./support";

const written: readonly (readonly [line: string, value: string])[] = [
  ["A=plain", "plain"],
  ["A=", ""],
  ["A=pa#ss", "pa#ss"],
  ["A=#pass", "#pass"],
  ["A=pass#", "pass#"],
  ["A=pass # a comment", "pass"],
  ["A=pa#ss # a comment", "pa#ss"],
  ["A=pass  ## a comment", "pass"],
  ["A= # a comment", ""],
  ["A='pa #ss'", "pa #ss"],
  ['A="pa #ss" # a comment', "pa #ss"],
  ["A=`pa'\"#ss`", "pa'\"#ss"],
  ["A=pa$$wo{{x}}rd", "pa$$wo{{x}}rd"],
  ["A=$B", "$B"],
  ['A="${B}$(ls)"', "${B}$(ls)"],
  ["A=pa\"ss'wo`rd", "pa\"ss'wo`rd"],
  ['A="half', '"half'],
  ["A=it's", "it's"],
  ['A="a"b"', 'a"b'],
  ["A=back\\slash\\n", "back\\slash\\n"],
  ['A="a\\nb"', "a\nb"],
  ["A='a\\nb'", "a\\nb"],
  ['A="a\\"b\\\\c"', 'a"b\\c'],
  ['A="C:\\data\\"', "C:\\data\\"],
  ["A='it\\'s'", "it's"],
  ["A='one\ntwo\r\nthree'\r", "one\ntwo\nthree"],
  ["A=  spaces around  ", "spaces around"],
  ['A="  spaces inside "', "  spaces inside "],
  ["export A=exported", "exported"],
  ["A: yaml", "yaml"],
  ["\uFEFFA=first", "first"],
  ["A=first\nA=last", "last"],
  ['A={"key":"a#b","list":[1,2]}', '{"key":"a#b","list":[1,2]}'],
  [
    "A=postgresql://u:p%23@h:5432/db?sslmode=require#x",
    "postgresql://u:p%23@h:5432/db?sslmode=require#x",
  ],
  [
    "A=6U+c'UDH\"l`ZF%/|'t{Ojt.5+#wUBH#:9w*l_{^m/7&U-!qcZ==",
    "6U+c'UDH\"l`ZF%/|'t{Ojt.5+#wUBH#:9w*l_{^m/7&U-!qcZ==",
  ],
  ["A=日本 pässword 🔑", "日本 pässword 🔑"],
];

describe("values in .env", () => {
  for (const [line, value] of written) {
    test(`.env: ${JSON.stringify(line)} gives ${JSON.stringify(value)}`, (t) => {
      const lookup = localSecrets(folderWith(t, `${line}\nZ=next\n`), {});
      assert.equal(lookup("a"), value);
      assert.equal(lookup("z"), "next");
    });
  }

  const ambiguous: readonly (readonly [line: string, problem: RegExp])[] = [
    [
      "A=pa #ss",
      /\.env: A, line 2: "#" can be part of the value or begin a comment: put quotes around the value/,
    ],
    ["A=pass# comment", /line 2: "#" can be part/],
    ["A= #pass", /line 2: "#" can be part/],
    ["A=# pass", /line 2: "#" can be part/],
    ["A=pa#s s #or", /line 2: "#" can be part/],
    [
      'A="-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----',
      /line 2: the quote is not closed/,
    ],
  ];
  for (const [line, problem] of ambiguous) {
    test(`.env: ${JSON.stringify(line)} is an error that names the line, when the secret is used`, (t) => {
      const lookup = localSecrets(folderWith(t, `# comment\n${line}\nZ=next\n`), {});
      assert.throws(
        () => lookup("a"),
        (error: Error) => problem.test(error.message) && !/pa #|pass#|MII/.test(error.message),
      );
      assert.equal(lookup("z"), "next");
    });
  }

  test(".env: the environment takes precedence, also over an ambiguous line", (t) => {
    assert.equal(localSecrets(folderWith(t, "A=pa #ss"), { A: "pa #ss" })("a"), "pa #ss");
  });
});

describe("secrets byte for byte", () => {
  const values = [
    ...new Set([
      ...written.map(([, value]) => value),
      " lead and trail ",
      "tab\tand\r\nlines\n",
      "\u0000\u001f\u007f",
      "{{workflow.name}}",
      "$(A) $$",
      "\u2028\ud83d\ude00</script>",
      "x".repeat(70_000),
    ]),
  ];
  const settings: JsonObject = Object.fromEntries(
    values.map((_, index) => [`setting${index}`, secret(`s${index}`) as unknown as Json]),
  );
  const expected = Object.fromEntries(values.map((value, index) => [`setting${index}`, value]));

  const ways: readonly (readonly [string, (t: TestContext) => Promise<string> | string])[] = [
    [
      "from the environment of a local run",
      () =>
        JSON.stringify(
          resolveSettings(
            "x",
            settings,
            localSecrets(
              "/nonexistent",
              Object.fromEntries(values.map((value, index) => [`S${index}`, value])),
            ),
          ).config,
        ),
    ],
    [
      "from the Secret of a pipeline on the cluster",
      async () => {
        const secrets = Object.fromEntries(
          values.map((value, index) => [`s${index}`, pulumi.secret(value)]),
        );
        const text = await new Promise<string>((resolve) =>
          pulumi.output(secretText({ kind: "json", value: settings }, secrets)).apply(resolve),
        );
        // Kubernetes keeps base64 of UTF-8.
        return Buffer.from(Buffer.from(text).toString("base64"), "base64").toString();
      },
    ],
  ];
  for (const [name, config] of ways) {
    test(`secrets byte for byte: ${name}`, (t) =>
      inWorkspace(async (space) => {
        const text = await config(t);
        space.write(
          "tap-config.json",
          JSON.stringify({
            ...(JSON.parse(text) as object),
            steps: TEN,
            copy: space.path("got.json"),
          }),
        );
        const ended = await space.run("extract", {
          tapConnector: space.connector("tap"),
          tapConfig: space.path("tap-config.json"),
          tapSecrets: space.write(
            "secrets.json",
            values.map((_, index) => [`setting${index}`]),
          ),
        });
        assert.equal(ended.code, 0, ended.stderr);
        assert.deepEqual(space.json("got.json"), {
          ...expected,
          steps: TEN,
          copy: space.path("got.json"),
        });
      }));
  }
});

test(".env: names are listed without values", () => {
  assert.deepEqual(
    [...parseEnvFile("A=1\nnot an assignment\n# B=2\nC_D: 3\n=4\nE=x #y").keys()],
    ["A", "C_D", "E"],
  );
});

function folderWith(t: TestContext, text: string): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, ".env"), text);
  return folder;
}
