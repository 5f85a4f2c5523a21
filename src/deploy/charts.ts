import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { causeOf, joinErrors, UserError } from "../common/errors";
import type { Chart } from "../settings/argo";
import type { CheckedSettings } from "../settings/schema";

const PATIENCE_MILLISECONDS = 15_000;
const PROXIES = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
];

/** Charts that a stack installs, by the key of their setting. */
function chartsOf({
  argo,
  objectStore,
}: Pick<CheckedSettings, "argo" | "objectStore">): readonly (readonly [string, Chart])[] {
  return [
    ...(argo.install ? [["argo", argo.chart] as const] : []),
    ...(objectStore.kind === "minio" ? [["objectStore", objectStore.chart] as const] : []),
  ];
}

/**
 * Checks, before anything is changed, that the charts exist where the settings say. Charts in an
 * OCI registry are not checked.
 *
 * @param root folder of the project, which paths are relative to.
 * @throws UserError that lists all missing charts.
 */
export async function checkCharts(
  settings: Pick<CheckedSettings, "argo" | "objectStore">,
  root: string,
  env = process.env,
): Promise<void> {
  const problems = await Promise.all(
    chartsOf(settings).map(async ([key, chart]) => ({
      key,
      problem:
        chart.path === undefined
          ? await repositoryProblem(chart, env)
          : folderProblem(chart.path, root),
    })),
  );
  const found = problems.flatMap(({ key, problem }) => problem?.in(`tapctl:${key}.chart`) ?? []);
  if (found.length > 0) throw joinErrors(found);
}

function folderProblem(path: string, root: string): UserError | undefined {
  const file = resolve(root, path);
  if (file.endsWith(".tgz") ? existsSync(file) : existsSync(join(file, "Chart.yaml")))
    return undefined;
  return new UserError(
    `path ${path} (relative to the project) is neither a folder with a Chart.yaml nor a .tgz file`,
    { fix: "Correct the path." },
  );
}

async function repositoryProblem(
  chart: Chart,
  env: NodeJS.ProcessEnv,
): Promise<UserError | undefined> {
  if (!/^https?:/.test(chart.repository)) return undefined;
  const fix = "Set another repository, or the path of a local copy.";
  try {
    const answer = await fetch(`${chart.repository.replace(/\/$/, "")}/index.yaml`, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    if (!answer.ok)
      return new UserError(
        `the repository ${chart.repository} answers ${answer.status} for its index.yaml`,
        { fix },
      );
    return indexHas(await answer.text(), chart)
      ? undefined
      : new UserError(
          `the repository ${chart.repository} has no chart "${chart.name}" in version ${chart.version}`,
          { fix: "Correct the name or the version." },
        );
  } catch (error) {
    // Pulumi uses proxies from the environment; this check does not.
    if (PROXIES.some((name) => env[name])) return undefined;
    return new UserError(`the repository ${chart.repository} does not answer: ${causeOf(error)}`, {
      fix,
    });
  }
}

/**
 * Whether an index contains the chart. In Helm's format, it is found without parsing megabytes,
 * which takes seconds.
 */
function indexHas(index: string, { name, version }: Chart): boolean {
  const written = index.split(`\n  ${name}:\n`)[1]?.split(/\n {2}[^\s-]/)[0];
  if (written?.split("\n").includes(`    version: ${version}`)) return true;
  const { entries } = (parse(index) ?? {}) as {
    readonly entries?: { readonly [name: string]: readonly { readonly version?: unknown }[] };
  };
  const versions = entries?.[name]?.map((entry) => String(entry.version).replace(/^v/, "")) ?? [];
  // Helm also accepts version ranges, which only Helm can resolve.
  return /^v?\d+\.\d+\.\d+/.test(version)
    ? versions.includes(version.replace(/^v/, ""))
    : versions.length > 0;
}
