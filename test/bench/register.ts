import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { pipelines } from "../../pipelines";
import { secretsOf } from "../../src/model/validation/validate";
import { loadSettings } from "../../src/settings/load-settings";
import { deploy } from "../../components/stack";

type Config = { readonly [key: string]: unknown };

/** Pulumi's engine reads a stack's file itself, so the package that reads it here is loaded where it is needed alone. */
async function prod(): Promise<Config> {
  const { parse } = await import("yaml");
  return (
    parse(readFileSync(join(__dirname, "..", "..", "Pulumi.prod.yaml"), "utf8")) as {
      readonly config: Config;
    }
  ).config;
}

const secrets = Object.fromEntries(
  pipelines.flatMap((entry) => secretsOf(entry).map(({ name }) => [name, "secret"])),
);

/** Registers the project's stack as index.ts does, with Pulumi's mocks in the engine's place. */
export async function register(store: "minio" | "aws"): Promise<void> {
  const config: Config = { ...(store === "aws" ? await prod() : {}), "tapctl:secrets": secrets };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: ({ inputs }) => ({
        ...(inputs as object),
        proxyEndpoint: "https://registry.example.com",
      }),
    },
    "tapctl",
    "bench",
    true,
  );
  process.setSourceMapsEnabled(false);
  deploy(loadSettings(), pipelines);
  await pulumi.runtime.disconnect();
}
