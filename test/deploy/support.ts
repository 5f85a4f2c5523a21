import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { stringify } from "yaml";
import { tapctlHere, type Place } from "../cli/in-process";
import { TAPCTL } from "../cli/support";
import { runToEnd, type Printed } from "../support/command";

const ROOT = join(__dirname, "..", "..");
export const SETTINGS = join(ROOT, "Pulumi.dev.yaml");

/** The registry's address. */
export let registry: string;
/** A registry, and a repository of charts. */
const server = createServer(({ url }, response) =>
  response.end(
    url === "/index.yaml"
      ? stringify({
          entries: { "argo-workflows": [{ version: "1.0.18" }], minio: [{ version: "5.4.0" }] },
        })
      : "{}",
  ),
);
// Commands run in this process and wait for programs: a connection must outlive that.
server.keepAliveTimeout = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

/** Shell programs in place of the machine's; each call is recorded in `calls`. */
export type Programs = { readonly [name: string]: string };

/**
 * A fake engine whose stack has these settings. It writes to the project's file unless another is
 * given.
 */
export const pulumi = ({
  settings = {},
  version = "v3.259.0",
  made = false,
  resources = [],
}: {
  readonly settings?: object;
  readonly version?: string;
  readonly made?: boolean;
  readonly resources?: readonly object[];
} = {}): string => `case "$*" in
  *--config-file*|*--cwd*) ;;
  "config set"*|"up "*|"stack init"*) echo '# written by the engine' >> "$HOME/project/Pulumi.dev.yaml";;
esac
case "$*" in
  version) echo ${version};;
  whoami*) exit 1;;
  stack*--config-file*) echo 'error: unknown flag: --config-file' >&2; exit 1;;
  "stack --show-name"*) exit ${made ? 0 : 1};;
  "stack export"*) while [ "$1" != --file ]; do shift; done; echo '${JSON.stringify({ deployment: { resources } })}' > "$2";;
  "config --json"*) echo '${JSON.stringify(configuration({ registry: { address: registry }, argo: charts(), objectStore: charts(), ...settings }))}';;
esac`;

export const charts = () => ({ chart: { repository: `http://${registry}` } });

/** Settings as the engine lists them: values other than text and numbers are objects. */
function configuration(settings: object): object {
  const entries = Object.entries(settings).map(([key, value]: [string, unknown]) => [
    `tapctl:${key}`,
    {
      value: typeof value === "string" ? value : JSON.stringify(value),
      secret: false,
      ...(typeof value === "object" && { objectValue: value }),
    },
  ]);
  return Object.fromEntries([...entries, ["tapctl:secrets", { secret: true }]]) as object;
}

export const kubectl = (
  smokeTest = "Succeeded",
  controllers: readonly object[] = [],
): string => `case "$*" in
  *get-contexts*) printf 'kind-a\\nprod\\n';;
  *current-context*) echo kind-a;;
  *version*) echo ok;;
  *can-i*) echo yes;;
  *"get deployments"*) echo '${JSON.stringify({ items: controllers })}';;
  *create*) cat > /dev/null; echo '{"metadata":{"name":"smoke-test-x"}}';;
  *"get workflow"*) echo '{"metadata":{"name":"smoke-test-x"},"status":{"phase":"${smokeTest}","nodes":{"a":{"displayName":"read","phase":"Failed","message":"no such bucket"}}}}';;
esac`;

/** A cluster that has an Argo of one Helm release, and a namespace for it. */
export const withArgo = (release: string): string => `case "$*" in
  *"get crd workflows.argoproj.io"*) echo '{"metadata":{"annotations":{"meta.helm.sh/release-name":"${release}","meta.helm.sh/release-namespace":"argo"}}}'; exit;;
  *"get namespace argo "*) echo namespace/argo; exit;;
esac
${kubectl()}`;

/**
 * Runs a command with a home folder of its own and only these programs and those of a shell on PATH,
 * in this process unless the command replaces its process.
 *
 * @param start how the command is run.
 */
export async function run(
  verb: "up" | "down" | "pulumi",
  programs: Programs,
  args: readonly string[] = [],
  files: { readonly [path: string]: string } = {},
  start: (args: readonly string[], place: Place) => Promise<Printed> = verb === "pulumi"
    ? tapctlProcess
    : tapctlHere,
): Promise<{
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly calls: string;
  readonly home: string;
  readonly copy: string;
}> {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-deploy-"));
  try {
    const bin = join(folder, "bin");
    const project = join(folder, "project");
    mkdirSync(bin);
    mkdirSync(join(project, ".tapctl"), { recursive: true });
    // A separate project, so that nothing is written into this one.
    for (const name of ["pipelines", "Pulumi.yaml"]) link(name, project, files);
    for (const [path, text] of Object.entries(files)) writeFileSync(join(project, path), text);
    copyFileSync(SETTINGS, join(project, "Pulumi.dev.yaml"));
    for (const [name, body] of Object.entries(programs)) {
      writeFileSync(
        join(bin, name),
        `#!/bin/sh\necho "${name} $*" >> "${folder}/calls"\n${body}\n`,
      );
      chmodSync(join(bin, name), 0o755);
    }
    for (const name of ["sh", "cat"]) symlinkSync(join("/bin", name), join(bin, name));
    const place = { cwd: project, env: { PATH: bin, HOME: folder } };
    const { code, stdout, stderr } = await start([verb, ...args], place);
    assert.deepEqual(
      readFileSync(join(project, "Pulumi.dev.yaml")),
      readFileSync(SETTINGS),
      "the stack's own file is only read",
    );
    const found = join(project, ".tapctl", "Pulumi.dev.yaml");
    const passphrase = join(folder, ".tapctl", "pulumi", "passphrase");
    if (existsSync(passphrase)) assert.equal(statSync(passphrase).mode & 0o777, 0o600);
    return {
      code: code ?? 1,
      out: stdout,
      err: stderr,
      calls: existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8") : "",
      home: folder,
      copy: existsSync(found) ? readFileSync(found, "utf8") : "",
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `tapctl` as a process of its own. */
export function tapctlProcess(args: readonly string[], place: Place): Promise<Printed> {
  return runToEnd([TAPCTL, ...args], place);
}

/**
 * A link into this project; of a folder that has a file of a test's own, one for each other thing
 * in it.
 */
function link(name: string, project: string, files: { readonly [path: string]: string }): void {
  if (!Object.keys(files).some((path) => path.startsWith(`${name}/`)))
    return symlinkSync(join(ROOT, name), join(project, name));
  mkdirSync(join(project, name));
  for (const inner of readdirSync(join(ROOT, name)))
    if (!(`${name}/${inner}` in files))
      symlinkSync(join(ROOT, name, inner), join(project, name, inner));
}
