import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeTornAttributes } from "../../src/deploy/torn-attributes";

test("truncated attributes: those of a killed engine are removed; complete ones, states and other projects stay", (t) => {
  const root = mkdtempSync(join(tmpdir(), "tapctl-backend-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = (...path: readonly string[]) => join(root, ".pulumi", ...path);
  const write = (path: string, files: { readonly [name: string]: string }) => {
    mkdirSync(path, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  };
  write(folder("stacks", "tapctl"), {
    "dev.json": "{}",
    "dev.json.attrs": "",
    "dev.json.bak.attrs": '{"md5":"YQ=="}',
  });
  write(folder("locks", "organization", "tapctl", "dev"), {
    "a.json": "{}",
    "a.json.attrs": '{"md5":',
  });
  write(folder("stacks", "other"), { "dev.json.attrs": "" });
  removeTornAttributes(`file://${root}`, "tapctl", "dev");
  assert.deepEqual(readdirSync(folder("stacks", "tapctl")).sort(), [
    "dev.json",
    "dev.json.bak.attrs",
  ]);
  assert.deepEqual(readdirSync(folder("locks", "organization", "tapctl", "dev")), ["a.json"]);
  assert.deepEqual(readdirSync(folder("stacks", "other")), ["dev.json.attrs"]);
  removeTornAttributes("https://api.pulumi.com", "tapctl", "dev");
});
