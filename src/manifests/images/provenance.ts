import { createHash } from "node:crypto";
import { VERSION } from "../../common/package";
import { capture } from "../../common/command";
import type { BuildContext, ImageBuild } from "./image";

/** Where the definitions of images come from. */
export interface Source {
  /** URL of the project's repository without credentials. Default: it has none. */
  readonly repository?: string;
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly modified: boolean;
}

/** Who builds. */
export interface Builder {
  /** Identifies the builder: the workflow, or a machine that is not known. */
  readonly id: string;
  /** URL of the job. Default: none. */
  readonly job?: string;
}

/** What the provenance of an image says about its build. */
export interface ProvenanceArgs {
  readonly build: ImageBuild;
  readonly platforms: readonly string[];
  readonly locks: BuildContext["locks"];
  /** Default: the project is not in a git repository. */
  readonly source?: Source | undefined;
  readonly builder: Builder;
}

/**
 * The provenance of an image as the predicate of an attestation. It has no values of the settings
 * that may contain credentials, such as proxies and package indexes.
 * Source: https://slsa.dev/spec/v1.0/provenance.
 */
export function provenance({ build, platforms, locks, source, builder }: ProvenanceArgs): string {
  const { CONNECTOR: connector, BASE_IMAGE: base } = build.args;
  const lock = `${connector}.txt`;
  const locked = locks[lock];
  const dependencies = [
    ...(source
      ? [
          {
            ...(source.repository !== undefined && { uri: `git+${source.repository}` }),
            digest: { gitCommit: source.commit },
            annotations: { modified: source.modified },
          },
        ]
      : []),
    ...(base === undefined ? [] : [{ uri: `docker://${base}` }]),
    ...(locked === undefined
      ? []
      : [{ name: `connectors/locks/${lock}`, digest: { sha256: sha256(locked) } }]),
  ];
  return JSON.stringify({
    buildDefinition: {
      buildType: "https://tapctl.dev/connector-image/v1",
      externalParameters: {
        repository: build.repository,
        tag: build.tag,
        platforms,
        args: build.args,
        ...(build.target !== undefined && { target: build.target }),
      },
      internalParameters: { tapctl: VERSION },
      resolvedDependencies: dependencies,
    },
    runDetails: {
      builder: { id: builder.id, version: { tapctl: VERSION } },
      ...(builder.job !== undefined && { metadata: { invocationId: builder.job } }),
    },
  });
}

/** The builder, as GitHub Actions and GitLab describe it in the environment. */
export function builderOf(env: NodeJS.ProcessEnv): Builder {
  const { GITHUB_SERVER_URL: server, GITHUB_WORKFLOW_REF: workflow } = env;
  if (server && workflow)
    return {
      id: `${server}/${workflow}`,
      job: `${server}/${env["GITHUB_REPOSITORY"]}/actions/runs/${env["GITHUB_RUN_ID"]}/attempts/${env["GITHUB_RUN_ATTEMPT"]}`,
    };
  const { CI_PROJECT_URL: project, CI_JOB_URL: job } = env;
  if (project && job) return { id: project, job };
  return { id: "https://tapctl.dev/builders/unknown" };
}

/** The commit of a project; undefined if it is not in a git repository. */
export function sourceOf(root: string): Source | undefined {
  const git = (...args: readonly string[]) => capture("git", ["-C", root, ...args]);
  const commit = git("rev-parse", "HEAD");
  if (!commit.ok) return undefined;
  const { ok, output: url } = git("remote", "get-url", "origin");
  return {
    ...(ok && /^(https?|ssh|git):\/\/|^[\w.-]+@/.test(url) && { repository: publicUrl(url) }),
    commit: commit.output,
    modified: git("status", "--porcelain").output !== "",
  };
}

/** A URL without user and password; `git@host:path` becomes a URL. */
function publicUrl(url: string): string {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(.+)$/.exec(url) ?? [];
  return host === undefined ? url.replace(/^(\w+:\/\/)[^/@]*@/, "$1") : `ssh://${host}/${path}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
