import assert from "node:assert/strict";
import { test } from "node:test";
import { followUpsParameter } from "../../src/manifests/argo/follow-ups";
import { proxyEnvironment } from "../../src/manifests/argo/proxy";
import { runArguments } from "../../src/manifests/argo/run-parameters";
import { notifyTemplates } from "../../src/manifests/argo/singer-notify";
import type { ContainerArgs } from "../../src/model/entry";
import { validatePipelines } from "../../src/model/validation/validate";
import { seeded } from "../model/support";
import { settings } from "./fixtures";

const VARIABLES: { readonly [name: string]: string } = { A: "value of A", HOME: "/root" };

const ODD = [
  "$$",
  "$",
  "$$$",
  "$(A)",
  "$$(A)",
  "$(HOME)/x",
  "$(",
  "$(A",
  "$A",
  "${A}",
  "a$",
  "costs 5$$ or $(B)",
  "{{workflow.name}}",
  "{{=1 + 1}}",
  "{{{x}}}",
  "}}",
  "{",
  "{x: 1}",
  '{"a":{"b":{}}}',
  "{{",
  "{{ }} {{",
  "",
  " ",
  "a b",
  "'",
  '"',
  "\\",
  "\\u007b",
  "\\n",
  "\n",
  "\t",
  "\r\n",
  "\u0007",
  "\u007f",
  "\u00a0",
  "\u200b",
  "é",
  "\u2028",
  "\u{1f600}",
  "\u{e0067}",
  "`id`",
  "$(id)",
  "; rm",
  "&&",
  "<>&",
];

test("byte for byte: commands and variables of jobs and follow-ups arrive unchanged", () => {
  const env = Object.fromEntries(ODD.map((value, index) => [`V${index}`, value]));
  const container = { image: "acme/odd:1", command: ["print", ...ODD], env };
  assert.deepEqual(arrived(jobPatch(container)), { command: container.command, env });
  assert.deepEqual(arrived(followUpPatch(container)), { command: container.command, env });
});

test("byte for byte: texts with every character that Argo and Kubernetes interpret arrive unchanged", () => {
  const random = seeded(16);
  const pieces = [
    "$",
    "$",
    "(",
    ")",
    "{",
    "{",
    "}",
    "}",
    "A",
    "=",
    "\\",
    '"',
    "\n",
    "\u007f",
    "é",
    "\u{e0067}",
    " ",
  ];
  const text = () =>
    Array.from(
      { length: Math.floor(random() * 12) },
      () => pieces[Math.floor(random() * pieces.length)],
    ).join("");
  for (let round = 0; round < 500; round++) {
    const container = {
      image: "acme/odd:1",
      command: ["print", text(), text()],
      env: { V: text() },
    };
    const expected = { command: container.command, env: container.env };
    assert.deepEqual(arrived(jobPatch(container)), expected);
    assert.deepEqual(arrived(followUpPatch(container)), expected);
  }
});

test("byte for byte: validation rejects NUL, which no program can receive", () => {
  const problems = (value: string) =>
    validatePipelines([
      {
        kind: "job",
        name: "odd",
        schedule: "@daily",
        image: "acme/odd:1",
        command: ["print", value],
        env: { V: value },
      },
    ]).problems;
  for (const value of ODD) assert.deepEqual(problems(value), []);
  assert.equal(problems("a\0b").length, 2);
  assert.equal(problems("../up").length, 0);
});

test("byte for byte: owner, link and proxies arrive unchanged in the notifier and the runner", () => {
  const owner = 'team "a" \\ <b> $$ $(HOME)';
  const job = {
    kind: "job",
    name: "odd",
    schedule: "@daily",
    image: "acme/odd:1",
    command: ["x"],
    owner,
  } as const;
  const parameter =
    runArguments({ entry: job }, settings, "schedule").find(({ name }) => name === "owner")
      ?.value ?? "";
  assert.equal(expand(parameter), owner);

  const [failed] = notifyTemplates({
    ...settings,
    uiUrl: "https://argo.example.com/$$/$(A)/",
  }).filter(({ name }) => name === "notify-failed");
  const tags = {
    "workflow.parameters.pipeline": "odd",
    "inputs.parameters.run": "r",
    "workflow.name": "odd-1",
    "workflow.namespace": "etl",
    "workflow.duration": "1",
  };
  const expressions = {
    "=toJson(workflow.parameters.owner)": goJson(parameter),
    "=toJson(split(workflow.parameters.notifyOn, ','))": '["failed"]',
  };
  const [argument = ""] = substituted(
    { args: failed?.container?.args ?? [] },
    { ...tags, ...expressions },
  ).args;
  const request = JSON.parse(expand(argument)) as { readonly owner: string; readonly link: string };
  assert.deepEqual(
    [request.owner, request.link],
    [owner, "https://argo.example.com/$$/$(A)/workflows/etl/odd-1"],
  );

  const proxies = proxyEnvironment({ proxy: { http: "http://me:pa$$word$(A)@proxy:3128" } }).filter(
    ({ name }) => /^http_proxy$/i.test(name),
  );
  assert.deepEqual(
    proxies.map(({ value }) => expand(value ?? "")),
    ["http://me:pa$$word$(A)@proxy:3128", "http://me:pa$$word$(A)@proxy:3128"],
  );
});

function jobPatch(container: ContainerArgs): string {
  const job = { kind: "job", name: "odd", schedule: "@daily", ...container } as const;
  return substituted(
    { podSpecPatch: "{{workflow.parameters.jobPatch}}" },
    {
      "workflow.parameters.jobPatch":
        runArguments({ entry: job }, settings, "schedule").find(({ name }) => name === "jobPatch")
          ?.value ?? "",
    },
  ).podSpecPatch;
}

/**
 * The way of a follow-up's patch: out of a list in a parameter, by an expression, which may be the
 * second of the list.
 */
function followUpPatch(container: ContainerArgs): string {
  const all = followUpsParameter(
    [
      { name: "first", image: "acme/x:1", command: ["x"] },
      { name: "odd", ...container },
    ],
    "pipeline-odd",
    settings,
  );
  const { rest } = substituted(
    { rest: "{{workflow.parameters.followUps}}" },
    { "workflow.parameters.followUps": all },
  );
  const others = goJson((JSON.parse(rest) as readonly unknown[]).slice(1));
  const [odd] = JSON.parse(substituted({ rest: "{{rest}}" }, { rest: others }).rest) as readonly [
    { readonly patch: string },
  ];
  return substituted(
    { podSpecPatch: "{{inputs.parameters.patch}}" },
    { "inputs.parameters.patch": odd.patch },
  ).podSpecPatch;
}

/**
 * A template as Argo expands it: its JSON with each tag replaced by text quoted as in Go, in
 * several passes.
 */
function substituted<Template extends object>(
  template: Template,
  values: { readonly [tag: string]: string },
): Template {
  const pass = (json: string) =>
    json.replace(/\{\{(.*?)\}\}/g, (_, tag: string) => {
      const value = values[tag.trim()];
      if (value === undefined)
        throw new Error(`Argo finds a template in what is given: {{${tag}}}`);
      return goQuoted(value);
    });
  return JSON.parse(pass(JSON.stringify(JSON.parse(pass(JSON.stringify(template)))))) as Template;
}

/** The inside of Go's strconv.Quote. */
function goQuoted(text: string): string {
  const named: { readonly [character: string]: string } = {
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
  };
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (named[character] !== undefined) return named[character];
      if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
      if (!/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(character)) return character;
      return code > 0xffff
        ? `\\U${code.toString(16).padStart(8, "0")}`
        : `\\u${code.toString(16).padStart(4, "0")}`;
    })
    .join("");
}

/** Go's json.Marshal, which also escapes what HTML would read. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The container's final arguments: those of the patched pod, expanded by Kubernetes. */
function arrived(patch: string): {
  readonly command: readonly string[];
  readonly env: { readonly [name: string]: string };
} {
  const { containers } = JSON.parse(patch) as {
    readonly containers: readonly [
      {
        readonly command: readonly string[];
        readonly args: readonly string[];
        readonly env: readonly { readonly name: string; readonly value: string }[];
      },
    ];
  };
  const [{ command, args, env }] = containers;
  return {
    command: [...command, ...args].map(expand),
    env: Object.fromEntries(env.map(({ name, value }) => [name, expand(value)])),
  };
}

/**
 * Kubernetes' expansion: `$$` is `$`, `$(NAME)` the variable if there is one, and everything else
 * itself.
 */
function expand(text: string): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name?: string) =>
    name === undefined ? "$" : (VARIABLES[name] ?? whole),
  );
}

test("byte for byte: the test's expansion of variables is that of Kubernetes", () => {
  const cases = {
    $$: "$",
    $$$: "$$",
    "$(A)": "value of A",
    "$$(A)": "$(A)",
    "$$$(A)": "$value of A",
    "$(B)": "$(B)",
    "$(": "$(",
    $A: "$A",
    $$A: "$A",
    "$(A)$$": "value of A$",
  };
  for (const [given, expected] of Object.entries(cases))
    assert.equal(expand(given), expected, given);
});
