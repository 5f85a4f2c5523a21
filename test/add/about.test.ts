import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { aboutIn } from "../../src/add/about";

const ABOUT = `{"name": "tap-x", "settings": {"type": "object", "properties": {"a{b": {"default": "}"}}}}`;

suite("output of --about", () => {
  const OUTPUTS: { readonly [name: string]: string } = {
    alone: ABOUT,
    "after log lines": `INFO starting {not json}\n2026-01-01 WARNING "deprecated\n${ABOUT}`,
    "before log lines": `${ABOUT}\nDone {in 3 s}`,
    "after logs in JSON": `{"level": "info", "msg": "x"}\n${ABOUT}`,
    "with line breaks": ABOUT.replaceAll(",", ",\n"),
  };
  for (const [name, output] of Object.entries(OUTPUTS))
    test(`output of --about: settings are found, JSON ${name}`, () =>
      assert.deepEqual(aboutIn(output)?.["settings"], {
        type: "object",
        properties: { "a{b": { default: "}" } },
      }));

  for (const output of [
    "",
    "no JSON",
    `{"name": "tap-x"}`,
    `{"settings": {"a": 1,}}`,
    `{"settings": `,
  ])
    test(`output of --about: ${output === "" ? "an empty one" : output} has no settings`, () =>
      assert.equal(aboutIn(output), undefined));
});
