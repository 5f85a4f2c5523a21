import { z } from "zod";
import { DEFAULTS } from "../model/defaults";
import { signingSettings } from "./signing";
import { secretName, text, webAddress } from "./values";

/** Registry that images are pushed to. */
export const registrySettings = z
  .strictObject({
    /** Host and optional path: `registry.example.com/etl`. Default: `localhost:5000`. */
    address: z
      .string()
      .regex(
        /^(localhost|[^\s/:]*[.:][^\s/]*)(\/[^\s/]+)*$/,
        `must be a host and a path without a protocol, such as "registry.example.com/etl"; for Docker Hub "docker.io"`,
      )
      .default(DEFAULTS.registry),
    /** Address of the registry as seen by pods. Default: `address`. */
    pullAddress: text.exactOptional(),
    /**
     * User that pushes and pulls. Default: the login of the Docker client for pushes, no login for
     * pulls.
     */
    username: text.exactOptional(),
    /** Name of the secret that holds the password. */
    password: secretName.exactOptional(),
  })
  .readonly()
  .refine(
    ({ username, password }) => (username === undefined) === (password === undefined),
    "username and password must be set together",
  );

/** How connector images are built. */
export const imagesSettings = z
  .strictObject({
    /**
     * Name of the buildx builder. Default: the current one. For a registry on localhost the default
     * is the Docker engine's own builder, with `exec` and without `cache`.
     */
    builder: text.exactOptional(),
    /**
     * Build with the `docker buildx` command instead of the provider's client, for engines that
     * cannot pull the BuildKit image. Default: false.
     */
    exec: z.boolean().default(false),
    /** Platforms of the cluster's nodes. Default: `["linux/amd64"]`. */
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
    /** Base image of the connector images. Default: `python:3.12-slim`. */
    baseImage: text.default(DEFAULTS.baseImage),
    /**
     * Whether `preview` builds images, which finds build errors early and needs Docker. Default:
     * false.
     */
    buildOnPreview: z.boolean().default(false),
    /**
     * Whether build layers are cached in the registry, which speeds up builds on other machines.
     * Default: false.
     */
    cache: z.boolean().default(false),
    /** Python package index of the connectors. */
    pythonIndex: z
      .strictObject({
        /** URL of the index. Default: PyPI. */
        url: webAddress.exactOptional(),
        /** URL of an additional index. Default: none. */
        extraUrl: webAddress.exactOptional(),
        /** Host that is trusted without TLS. Default: none. */
        trustedHost: text.exactOptional(),
      })
      .readonly()
      .prefault({}),
    /** Access to git repositories that connectors are built from. */
    git: z
      .strictObject({
        /**
         * Secrets with access tokens by host of the repository, such as
         * `{ "github.com": "github-token" }`. They reach the build as build secrets only. For
         * `git+ssh`, the build uses the SSH agent of the machine. Default: none.
         */
        tokens: z
          .record(
            z.string().regex(/^[\w.-]+(:\d+)?$/, `must be a host, such as "github.com"`),
            secretName,
          )
          .readonly()
          .default({}),
      })
      .readonly()
      .prefault({}),
    /** Signatures and attestations of the images. Default: images are not signed. */
    signing: signingSettings.exactOptional(),
    /**
     * Prebuilt images with tag or digest, by connector name; `singer-runner` for the runner. They
     * are not built. Default: none.
     */
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

/** Registry settings. */
export type RegistrySettings = z.infer<typeof registrySettings>;
/** Image settings. */
export type ImagesSettings = z.infer<typeof imagesSettings>;
