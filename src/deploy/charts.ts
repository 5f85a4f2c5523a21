import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { causeOf, UserError } from "../common/errors";
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

/** Charts that a stack installs, by the key of the setting that names them. */
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
 * Looks whether the charts are where the settings say, before anything is changed. Those of an OCI registry are not looked for.
 *
 * @param root folder of the project, from which paths are given.
 * @throws UserError with every one that is not.
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
  const lines = problems.flatMap(({ key, problem }) =>
    problem === undefined ? [] : [`tapctl:${key}.chart: ${problem}`],
  );
  if (lines.length > 0) throw new UserError(lines.join("\n"));
}

function folderProblem(path: string, root: string): string | undefined {
  const file = resolve(root, path);
  if (file.endsWith(".tgz") ? existsSync(file) : existsSync(join(file, "Chart.yaml")))
    return undefined;
  return `path ${path} is no chart, from the project's folder: neither a folder with a Chart.yaml nor a .tgz file that is there`;
}

async function repositoryProblem(
  chart: Chart,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (!/^https?:/.test(chart.repository)) return undefined;
  const instead = "name another one, or a copy on this machine by path";
  try {
    const answer = await fetch(`${chart.repository.replace(/\/$/, "")}/index.yaml`, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    if (!answer.ok)
      return `the repository ${chart.repository} answers ${answer.status} for its index.yaml; ${instead}`;
    return indexHas(await answer.text(), chart)
      ? undefined
      : `the repository ${chart.repository} has no chart "${chart.name}" in version ${chart.version}`;
  } catch (error) {
    // The engine takes a proxy of the environment, and this look does not.
    if (PROXIES.some((name) => env[name])) return undefined;
    return `the repository ${chart.repository} does not answer: ${causeOf(error)}; ${instead}`;
  }
}

/** Whether an index has the chart. As Helm writes an index, it is found without parsing megabytes, which takes seconds. */
function indexHas(index: string, { name, version }: Chart): boolean {
  const written = index.split(`\n  ${name}:\n`)[1]?.split(/\n {2}[^\s-]/)[0];
  if (written?.split("\n").includes(`    version: ${version}`)) return true;
  const { entries } = (parse(index) ?? {}) as {
    readonly entries?: { readonly [name: string]: readonly { readonly version?: unknown }[] };
  };
  const versions = entries?.[name]?.map((entry) => String(entry.version).replace(/^v/, "")) ?? [];
  // Helm takes a range as well, which only it can tell.
  return /^v?\d+\.\d+\.\d+/.test(version)
    ? versions.includes(version.replace(/^v/, ""))
    : versions.length > 0;
}
