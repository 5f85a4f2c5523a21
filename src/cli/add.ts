import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { plural } from "../common/plural";
import { print, printJson, table } from "../common/print";
import { connectorVersion } from "../model/connector";
import { packageName, sourceVersion, type PackageSource } from "../model/connector-source";
import { addressProblem, isAddress, type PackageAddress } from "../model/package-address";
import { addConnector, type AddedConnector } from "../add/add-connector";
import { upgradeConnector, type UpgradedConnector } from "../add/upgrade-connector";
import { isSecretSetting, propertiesOf, requiredOf } from "../add/settings-schema";
import { findRoot } from "../run/project";

interface AddFlags {
  readonly version?: string;
  readonly python?: string;
  readonly from?: string;
  readonly name?: string;
  readonly upgrade?: boolean;
  readonly json?: boolean;
}

/** `tapctl add`: a connector with the types of its settings. */
export function addAdd(program: Command): void {
  program
    .command("add [connector]")
    .summary("add a tap or target with typed settings")
    .description(
      "install a tap or target, read its settings, and write its definition, the types of its settings and its lock file to connectors/",
    )
    .option("--version <version>", "version on the package index (default: the newest)")
    .option(
      "--from <source>",
      "git+https://…@REF, git+ssh://…@REF, a wheel (path or URL) or a folder of the project",
    )
    .option("--python <range>", "Python versions that it supports, such as 3.10-3.11")
    .option("--name <name>", "name of the connector (default: that of its command)")
    .option("--upgrade", "change the version of an added connector and list the changed settings")
    .option("--json", "print as JSON: {name, version, files, unknown, changes}")
    .addHelpText(
      "after",
      `
Examples:
  $ npx tapctl add tap-github
  $ npx tapctl add tap-github --version 1.23.0 --python 3.10-3.12
  $ npx tapctl add --from git+https://github.com/acme/tap-erp@v1.9.0
  $ npx tapctl add --from ./taps/tap-erp --name tap-erp
  $ npx tapctl add --upgrade tap-github`,
    )
    .action(async (given: string | undefined, flags: AddFlags, command: Command) => {
      const { project: folder } = command.optsWithGlobals<{ readonly project?: string }>();
      const project = findRoot(folder ?? process.cwd());
      const report = (step: string) => flags.json || process.stderr.write(`${step}\n`);
      if (flags.upgrade) return upgrade(project, given, flags, report);
      const source = sourceOf(project, given, flags);
      const added = await addConnector({ project, source, name: flags.name, report });
      if (flags.json) return printJson(asJson(added));
      printAdded(added);
    });
}

async function upgrade(
  project: string,
  name: string | undefined,
  flags: AddFlags,
  report: (step: string) => void,
): Promise<void> {
  if (name === undefined)
    throw new UserError("--upgrade needs the name of a connector in connectors/.", {
      fix: "Name it, such as: npx tapctl add --upgrade tap-github",
    });
  const from = flags.from === undefined ? undefined : addressOf(project, flags.from);
  const upgraded = await upgradeConnector({ project, name, version: flags.version, from, report });
  if (flags.json) return printJson({ ...asJson(upgraded), changes: upgraded.changes });
  printUpgraded(upgraded);
}

function sourceOf(project: string, given: string | undefined, flags: AddFlags): PackageSource {
  const { version, from } = flags;
  const python = flags.python === undefined ? {} : { python: pythonRange(flags.python) };
  const place = from ?? (given !== undefined && isAddress(given) ? given : undefined);
  if (place !== undefined) {
    if (version !== undefined)
      throw new UserError("--version cannot be combined with --from.", {
        fix: "Write the version in the address, such as git+https://github.com/acme/tap-erp@v1.9.0",
      });
    return { package: addressOf(project, place), ...python };
  }
  if (given === undefined)
    throw new UserError("No connector is given.", {
      fix: "Name its package, such as: npx tapctl add tap-github, or its source with --from.",
    });
  const [, name = "", pinned] =
    /^([A-Za-z0-9][\w.-]*(?:\[[\w, .-]+\])?)(?:==([\w.!+-]+))?$/.exec(given) ?? [];
  if (name === "")
    throw new UserError(`"${given}" is not the name of a package.`, {
      fix: "Use its name on the package index, such as tap-github, or name its source with --from.",
    });
  return { package: name, version: version ?? pinned ?? "latest", ...python };
}

/** An address as a definition has it: paths relative to the project. */
function addressOf(project: string, given: string): PackageAddress {
  const isPath = /^[./~]/.test(given) && !given.startsWith("git+");
  const inside = isPath ? relative(project, resolve(given)) : given;
  const address = isPath && !inside.startsWith("..") ? `./${inside}` : given;
  const problem =
    addressProblem(address) ??
    (isAddress(address)
      ? undefined
      : "must be a git address, a wheel, or a folder that starts with ./");
  if (problem !== undefined)
    throw new UserError(`--from ${given}: ${problem}`, {
      fix: "Use an address such as git+https://github.com/acme/tap-erp@v1.9.0, or a folder such as ./tap-erp.",
    });
  return address as PackageAddress;
}

function pythonRange(text: string): NonNullable<PackageSource["python"]> {
  const [, min, max = min] = /^(3\.\d+)(?:-(3\.\d+))?$/.exec(text) ?? [];
  if (min === undefined || max === undefined)
    throw new UserError(`Invalid value for --python: "${text}".`, {
      fix: "Use a version or a range, such as 3.11 or 3.10-3.12.",
    });
  return { min: min as `3.${number}`, max: max as `3.${number}` };
}

function asJson({ learned, files, unknown }: AddedConnector): object {
  const { name, kind, source, facts, about, schema = {} } = learned;
  return {
    name,
    kind,
    package: source.package,
    version: sourceVersion(source),
    packageVersion: facts.version,
    files,
    settings: Object.keys(propertiesOf(schema)),
    required: requiredOf(schema),
    capabilities: about.capabilities,
    unknown,
  };
}

function printAdded({ learned, identifier, files, unknown }: AddedConnector): void {
  const { name, source, facts, schema = {} } = learned;
  const required = requiredOf(schema);
  const properties = propertiesOf(schema);
  const example = required.map((setting) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(setting) ? setting : JSON.stringify(setting);
    const secret = isSecretSetting(setting, properties[setting] ?? {});
    return `${key}: ${secret ? `secret("${secretNameOf(name, setting)}")` : "…"}`;
  });
  const call = `${identifier}(${example.length === 0 ? "{}" : `{ ${example.join(", ")} }`})`;
  const usesSecret = call.includes("secret(");
  print(
    [
      `${name} ${facts.version} is added: ${files.join(", ")}`,
      `${plural(Object.keys(properties).length, "setting")}, ${required.length} required.`,
      ...notDetected(unknown),
      "",
      "Use it in pipelines/index.ts:",
      ...(usesSecret ? [`  import { secret } from "tapctl";`] : []),
      `  import { ${identifier} } from "../${join("connectors", name)}";`,
      `  ${learned.kind}: ${call},`,
    ].join("\n"),
  );
  if (source.package.startsWith("git+http"))
    print(
      "\nTo build images from a private repository, set a token in the stack: tapctl:images.git.tokens",
    );
}

function printUpgraded({ learned, before, changes, unknown }: UpgradedConnector): void {
  const { name, source, facts } = learned;
  const was = connectorVersion({ name, kind: learned.kind, source: before });
  const now = sourceVersion(source);
  print(
    `${name}: ${was} → ${now === facts.version || now === "local" ? facts.version : `${now} (${facts.version})`}${packageName(before) === packageName(source) ? "" : `, now from ${packageName(source)}`}`,
  );
  if (changes.length === 0) print("No setting has changed.");
  else
    print(
      table(
        ["SETTING", "CHANGE", "DETAIL"],
        changes.map(({ setting, change, detail = "" }) => [setting, change, detail]),
      ),
    );
  for (const line of notDetected(unknown)) print(line);
  if (changes.some(({ change }) => change !== "added"))
    print("Check the pipelines that use it with: npm run typecheck");
}

function notDetected(unknown: readonly string[]): readonly string[] {
  return unknown.length === 0 ? [] : ["Not detected:", ...unknown.map((line) => `  ${line}`)];
}

function secretNameOf(name: string, setting: string): string {
  return `${name.replace(/^(tap|target)-/, "")}-${setting}`
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-");
}
