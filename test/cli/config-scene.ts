import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { makeProject, tapctl } from "./support";

const ARRAY = `[
  { name: "kept", schedule: "@daily", configFrom: "store", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), streams: ["orders"], target: c.targetJsonl({}) },
  { name: "orders", schedule: "@daily", tap: c.tapRestApi({ api_url: "http://127.0.0.1:9" }), target: c.targetJsonl({}) },
  { name: "clean-up", kind: "job", schedule: "@daily", image: "acme/tool:1", command: ["tidy"] },
]`;

/** Files of the project to put into the store, by name. */
export const FILES: { readonly [file: string]: string } = {
  "tap.json": '{"api_url":"http://127.0.0.1:9","password":"hunter2"}',
  "target.json": '{"destination_path":"out"}\n',
  "catalog.json": '{"streams":[{"tap_stream_id":"orders","schema":{}}]}',
  "state.json": '{"bookmarks":{"orders":{"id":7}}}',
  "envelope.json":
    '{"version":1,"pipeline":"kept","run":"r","state":{"bookmarks":{"orders":{"id":7}}}}',
  "list.json": "[]",
  "empty.json": "{}",
  "broken.json": '{\n  "password": hunter2\n}',
  "no-catalog.json": '{"strems":[]}',
  "text-catalog.json": '{"streams":["orders"]}',
  "reference.json": '{"auth":{"password":{"$secret":"shop-password"}}}',
};

/** A project with files to store, and `tapctl config` in it. */
export function scene(t: TestContext) {
  const root = makeProject(t, ARRAY);
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(root, file), text);
  const run = (line: string, store?: string) =>
    tapctl(root, [
      ...(store === undefined ? [] : ["--store", store]),
      "config",
      ...line.split(" "),
    ]);
  const stored = (file: string) => join(root, ".tapctl", "store", "configs", "kept", file);
  return { root, run, stored };
}
