import assert from "node:assert/strict";
import { test } from "node:test";
import { makeProject, tapctl } from "./support";

const entry = (name: string, schedule: string, more = "") =>
  `{ name: "${name}", schedule: "${schedule}", tap: c.tapPostgres({ host: "db", password: secret("shop-password") }), streams: ["public-orders"], target: c.targetJsonl({})${more} }`;

const NOW = ["--now", "2026-11-24T00:00Z"];

function compare(base: string, head: string, ...flags: readonly string[]) {
  return tapctl("/", ["preview-comment", "--base", base, "--head", head, ...NOW, ...flags]);
}

test("preview-comment: it counts 50 changed of 1,000 pipelines", async (t) => {
  const array = (minute: number) =>
    `Array.from({ length: 1000 }, (_, index) => ({ ...${entry("x", "0 6 * * *")}, name: \`orders-\${index}\`, schedule: \`\${index < 50 ? ${minute} : 0} 6 * * *\` })) as never`;
  const [base, head] = [makeProject(t, array(0)), makeProject(t, array(5))];
  const { stdout, code } = await compare(base, head);
  assert.equal(code, 0);
  assert.match(stdout, /## Pipelines: 50 changed \(1,000 after the merge\)/);
});
