import { z } from "zod";
import { DEFAULTS } from "../model/defaults";
import { secretName, text, webAddress } from "./values";

/** Registry of the images that are built. */
export const registrySettings = z
  .strictObject({
    /** Host, with a path where images have one: `registry.example.com/etl`. */
    address: z
      .string()
      .regex(
        /^(localhost|[^\s/:]*[.:][^\s/]*)(\/[^\s/]+)*$/,
        `must be a host and a path without a protocol, such as "registry.example.com/etl"; Docker Hub's is "docker.io"`,
      )
      .default(DEFAULTS.registry),
    /** The same registry as pods reach it. Default: the same address. */
    pullAddress: text.exactOptional(),
    /** User to push and pull with. Default: whatever the Docker client is logged in as; pods pull without. */
    username: text.exactOptional(),
    /** Name of the secret that holds the user's password. */
    password: secretName.exactOptional(),
  })
  .readonly()
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    "username and password must be given together",
  );

/** How connector images are made. */
export const imagesSettings = z
  .strictObject({
    /** Name of the buildx builder. Default: the one in use; for a registry on this machine the Docker engine's own, by `exec` whatever that says, and without `cache`. */
    builder: text.exactOptional(),
    /** Build with the `docker buildx` command instead of a built-in client: for engines that can pull no BuildKit image. */
    exec: z.boolean().default(false),
    /** Platforms of the cluster's nodes. */
    platforms: z
      .array(
        z
          .string()
          .regex(
            /^linux\/(amd64|arm64|arm\/v7|s390x|ppc64le|riscv64)$/,
            `must be a platform such as "linux/amd64"`,
          ),
      )
      .min(1)
      .readonly()
      .default(["linux/amd64"]),
    /** Image that they are built on. */
    baseImage: text.default(DEFAULTS.baseImage),
    /** Whether a preview builds them, which finds mistakes early and needs Docker. */
    buildOnPreview: z.boolean().default(false),
    /** Whether layers are kept in the registry, so that another machine builds as fast. */
    cache: z.boolean().default(false),
    /** Package index of the connectors. */
    pythonIndex: z
      .strictObject({
        /** Address. Default: PyPI. */
        url: webAddress.exactOptional(),
        /** A second one. */
        extraUrl: webAddress.exactOptional(),
        /** Host that is trusted without TLS. */
        trustedHost: text.exactOptional(),
      })
      .readonly()
      .prefault({}),
    /** Ready images by connector name, and that of the runner as `singer-runner`, with digest or tag: nothing is built for these. */
    ready: z
      .record(
        z.string(),
        z
          .string()
          .regex(
            /^\S*[^\s/](:[^\s/]+|@sha256:[0-9a-f]{64})$/,
            `must be an image with a tag or a digest, such as "ghcr.io/acme/tap-erp:1.9.0"`,
          ),
      )
      .readonly()
      .default({}),
  })
  .readonly();

/** Settings of the registry. */
export type RegistrySettings = z.infer<typeof registrySettings>;
/** Settings of the images. */
export type ImagesSettings = z.infer<typeof imagesSettings>;
