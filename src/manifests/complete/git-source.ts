/** Where the rendered files are in git. */
export interface GitSource {
  /** Argo CD: URL of the repository. Flux: name of the GitRepository. */
  readonly repository: string;
  /** Branch, tag or commit that Argo CD reads. */
  readonly revision: string;
  /** Path of the output folder in the repository, such as `deploy/prod`. */
  readonly folder: string;
  /** Path of the project's folder in the repository; `.` for the whole repository. */
  readonly project: string;
}

/** Options of the files for a program that applies them. */
export interface GitOpsOptions {
  readonly stack: string;
  readonly git: GitSource;
  /** Whether namespaces are kept when they are removed from git. */
  readonly protect: boolean;
}

/** Folder of the layers, below the output folder. */
export const STACK_FOLDER = "stack";

/** Path of a folder of the project in the repository, such as that of a vendored chart. */
export function pathInRepository({ project }: GitSource, path: string): string {
  return project === "." ? path : `${project}/${path}`;
}
