import { join } from "node:path";
import { PACKAGE_ROOT, packageFile } from "../../common/package";
import type { CheckedSettings } from "../../settings/schema";
import type { ImageBuild } from "./image";
import { imageBuilder } from "./image-builder";

/** Options of {@link buildxArguments}. */
export interface BuildxOptions {
  readonly settings: Pick<CheckedSettings, "images" | "registry" | "proxy">;
  /** Folder of the project. */
  readonly root: string;
  /** Reference that is pushed. */
  readonly tag: string;
  /** File that the digest is written to. */
  readonly metadata: string;
  /** File of certificates that the build trusts. Default: those of the base image. */
  readonly certificates?: string;
  /** Variable with the token for a git host, if the image needs one. Default: none. */
  readonly gitToken?: string;
  /** Copy of a local package, which is a build context. Default: none. */
  readonly localPackage?: string;
  /** Folder of the files that the image is built from. Default: this package. */
  readonly context?: string;
}

/** Arguments of `docker` that build an image of a stack and push it, as an update does. */
export function buildxArguments(build: ImageBuild, options: BuildxOptions): readonly string[] {
  const { settings, root, tag, metadata, certificates, gitToken, localPackage } = options;
  const { context = PACKAGE_ROOT } = options;
  const { images, registry } = settings;
  const { name: builder } = imageBuilder(images, registry.address);
  const { CONNECTOR: connector, VERSION: version } = build.args;
  const from = build.packageFrom;
  const contexts = [
    ...(build.projectContexts ?? []).map((folder) => [folder, join(root, "connectors", folder)]),
    ...(localPackage === undefined ? [] : [["local", localPackage]]),
  ];
  return [
    "buildx",
    "build",
    "--push",
    ...(builder === undefined ? [] : ["--builder", builder]),
    ...["--platform", images.platforms.join()],
    ...["--tag", tag],
    ...["--metadata-file", metadata],
    ...["--file", packageFile("images", build.program ?? "singer", "Dockerfile")],
    ...(build.target === undefined ? [] : ["--target", build.target]),
    ...Object.entries({
      ...build.args,
      ...(build.program === undefined && buildEnvironment(settings)),
    }).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...["--label", `org.opencontainers.image.title=${connector ?? build.repository}`],
    ...(version === undefined ? [] : ["--label", `org.opencontainers.image.version=${version}`]),
    ...contexts.flatMap(([name, folder]) => ["--build-context", `${name}=${folder}`]),
    ...(certificates === undefined ? [] : ["--secret", `id=certificates,src=${certificates}`]),
    ...(gitToken !== undefined && from?.kind === "git"
      ? ["--secret", `id=GIT_AUTH_TOKEN.${from.host},env=${gitToken}`]
      : []),
    ...(from?.kind === "git" && from.ssh ? ["--ssh", "default"] : []),
    context,
  ];
}

/** Build arguments with the package index and the proxies of a stack. */
export function buildEnvironment({
  images: { pythonIndex },
  proxy,
}: Pick<CheckedSettings, "images" | "proxy">): { readonly [name: string]: string } {
  const values = {
    PIP_INDEX_URL: pythonIndex.url,
    PIP_EXTRA_INDEX_URL: pythonIndex.extraUrl,
    PIP_TRUSTED_HOST: pythonIndex.trustedHost,
    HTTP_PROXY: proxy.http,
    HTTPS_PROXY: proxy.https,
    NO_PROXY: proxy.none?.join(),
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
