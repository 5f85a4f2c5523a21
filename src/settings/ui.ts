import { z } from "zod";
import { text } from "./values";

/** The console that a stack deploys. */
export const uiSettings = z
  .strictObject({
    /** Whether the console is deployed to the cluster. Default: false. */
    enabled: z.boolean().default(false),
    /**
     * Whether it has buttons that change runs, schedules and states. They use the token of the
     * reader, who needs the permissions for that. Default: false, it is read-only.
     */
    allowChanges: z.boolean().default(false),
    /**
     * Host names, with the port if it is not the default one, under which an ingress or a proxy
     * serves the console. Default: only localhost, for port forwarding.
     */
    hosts: z
      .array(
        z
          .string()
          .regex(
            /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/,
            `must be a host name, such as "etl.example.com"`,
          ),
      )
      .readonly()
      .default([]),
    /** Image that the console's image is built from; it needs Node.js 20.19 or later. Default: `node:22-slim`. */
    baseImage: text.default("node:22-slim"),
    /** Ready image of the console with tag or digest. Default: the stack builds it. */
    image: z
      .string()
      .regex(
        /^\S*[^\s/](:[^\s/]+|@sha256:[0-9a-f]{64})$/,
        `must be an image with a tag or a digest, such as "ghcr.io/acme/tapctl-console:0.2.0"`,
      )
      .exactOptional(),
  })
  .readonly();

/** Settings of the console. */
export type UiSettings = z.infer<typeof uiSettings>;
