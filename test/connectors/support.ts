import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Tap, Target } from "../../connectors";
import { ensureEnvironment } from "../../src/run/environments/environments";
import type { Environment } from "../../src/run/environments/environment";
import { callRunner, type RunnerResult } from "../../src/run/runner";

/** Where the whole suite keeps its connectors, so that each is installed once. */
export const ENVIRONMENTS = join(__dirname, "..", "..", ".tapctl", "environments");

/** A Singer message, as far as tests look at it. */
export interface Message {
  readonly type: string;
  readonly stream?: string;
  readonly record?: { readonly [name: string]: unknown };
  readonly schema?: { readonly properties: { readonly [name: string]: unknown } };
  readonly value?: unknown;
}

/** Installs the connector of a tap or target. */
export function install(use: Tap | Target): Promise<Environment> {
  return ensureEnvironment(use.connector, { root: ENVIRONMENTS });
}

/** A folder of a test's own, removed after it. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-connectors-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Answers on a free port of this machine until the test is over; returns the address without a slash at its end. */
export async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a tap sent, and how its extract ended. */
export interface Extracted {
  readonly result: RunnerResult;
  readonly messages: readonly Message[];
}

/** Runs a tap by the runner. */
export async function extract(
  t: TestContext,
  tap: Tap,
  files: { readonly state?: unknown; readonly select?: unknown; readonly secrets?: unknown } = {},
): Promise<Extracted> {
  const folder = temporaryFolder(t);
  const environment = await install(tap);
  const output = join(folder, "extract.jsonl");
  const more = Object.fromEntries(
    Object.entries(files).map(([name, value]) => [
      name === "secrets" ? "tapSecrets" : name,
      writeJson(folder, name, value),
    ]),
  );
  const result = await callRunner({
    python: environment.python,
    request: {
      command: "extract",
      tapConnector: environment.descriptionFile,
      tapConfig: writeConfig(folder, tap),
      ...more,
      output,
    },
    ...{ folder, cwd: folder, onEvent: () => undefined },
  });
  const lines = (existsSync(output) ? readFileSync(output, "utf8") : "")
    .split("\n")
    .filter((line) => line !== "");
  return { result, messages: lines.map((line) => JSON.parse(line) as Message) };
}

/** Loads messages into a target with the runner, with a folder for its files. */
export async function load(
  t: TestContext,
  target: Target,
  messages: readonly unknown[],
  outputDirectory?: string,
): Promise<RunnerResult> {
  const folder = temporaryFolder(t);
  const environment = await install(target);
  const input = join(folder, "extract.jsonl");
  writeFileSync(input, messages.map((message) => `${jsonText(message)}\n`).join(""));
  return callRunner({
    python: environment.python,
    request: {
      command: "load",
      targetConnector: environment.descriptionFile,
      targetConfig: writeConfig(folder, target),
      input,
      ...(outputDirectory !== undefined && { outputDirectory }),
    },
    ...{ folder, cwd: folder, onEvent: () => undefined },
  });
}

/** Two rates, a state, in a form that every target accepts. */
export const RATES = [
  {
    type: "SCHEMA",
    stream: "exchange_rate",
    schema: {
      type: "object",
      properties: {
        date: { type: "string" },
        quote: { type: ["null", "string"] },
        rate: { type: ["null", "number"] },
      },
    },
    key_properties: ["date", "quote"],
  },
  {
    type: "RECORD",
    stream: "exchange_rate",
    record: { date: "2026-11-19", quote: "EUR", rate: 0.91 },
  },
  {
    type: "RECORD",
    stream: "exchange_rate",
    record: { date: "2026-11-20", quote: 'Grüße, "x"', rate: null },
  },
  {
    type: "STATE",
    value: { bookmarks: { exchange_rate: { replication_key_value: "2026-11-20" } } },
  },
] as const;

/** The text of each file of a folder, by name in order. */
export function textsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

/** JSON with integers of any size, which JavaScript represents only as `bigint`. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "bigint" ? `integer:${item}` : item,
  ).replace(/"integer:(-?\d+)"/g, "$1");
}

function writeConfig(folder: string, { connector, settings }: Tap | Target): string {
  return writeJson(folder, "config", { ...connector.defaults, ...settings });
}

function writeJson(folder: string, name: string, value: unknown): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(value));
  return path;
}
