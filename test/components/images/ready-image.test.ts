import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { lookUpError, readyImages } from "../../../components/ready-image";
import { settingsSchema } from "../../../settings/schema";
import { only, type Registration } from "../../support/record";
import { digest, recordImages, valueOf } from "./support";

const PROVIDER = "pulumi:providers:docker";
const pinned = `ghcr.io/acme/tap-erp@${digest("1")}`;

interface LookedUp {
  readonly registrations: readonly Registration[];
  readonly references: Readonly<Record<string, string>>;
  readonly asked: readonly string[];
}

async function lookUp(references: readonly string[], registry: object = {}, preview = false): Promise<LookedUp> {
  const asked: string[] = [];
  let found: Promise<readonly (readonly [string, string])[]> = Promise.resolve([]);
  const registrations = await recordImages(
    () => {
      const secrets = { "registry-password": pulumi.secret("value-of-the-password") };
      const images = readyImages(references, { registry: settingsSchema.parse({ registry }).registry, secrets });
      found = Promise.all([...images].map(async ([text, reference]) => [text, await valueOf(reference)] as const));
    },
    {
      preview,
      call: ({ token, inputs }) => {
        asked.push(`${token} ${(inputs as { readonly name: string }).name}`);
        return { sha256Digest: digest("2") };
      },
    },
  );
  return { registrations, references: Object.fromEntries(await found), asked };
}

describe("a ready image", () => {
  test("with a digest is taken as it is, and nobody is asked", async () => {
    assert.deepEqual(await lookUp([pinned]), { registrations: [], references: { [pinned]: pinned }, asked: [] });
  });

  for (const preview of [false, true]) {
    test(`by tag gets the digest that the registry has now, once however many use it${preview ? ", in a preview too" : ""}`, async () => {
      const { references, asked } = await lookUp(["acme/tap-x:1", pinned, "acme/tap-x:1"], {}, preview);
      assert.deepEqual(references, { "acme/tap-x:1": `acme/tap-x:1@${digest("2")}`, [pinned]: pinned });
      assert.deepEqual(asked, ["docker:index/getRegistryImage:getRegistryImage acme/tap-x:1"]);
    });
  }

  test("is looked up by a provider that is the same whichever Docker engine this machine has", async () => {
    const had = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "tcp://engine.example.com:2375";
    try {
      const { registrations } = await lookUp(["ghcr.io/acme/tap-x:1"]);
      // Behind SSH, because the provider asks any other engine when it starts.
      assert.equal(only(registrations, PROVIDER).inputs["host"], "ssh://no-engine");
    } finally {
      if (had === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = had;
    }
  });

  test("is looked up without a Docker engine, and without a user where the settings have none for its registry", async () => {
    const { registrations } = await lookUp(["ghcr.io/acme/tap-x:1"], { address: "registry.example.com", username: "bot", password: "registry-password" });
    assert.deepEqual(only(registrations, PROVIDER).inputs, { host: "ssh://no-engine", disableDockerDaemonCheck: "true", registryAuth: "[]" });
  });

  test("is looked up with the settings' user where it is in their registry", async () => {
    const { registrations } = await lookUp(["registry.example.com/other/tap-x:1"], { address: "registry.example.com/etl", username: "bot", password: "registry-password" });
    assert.deepEqual(only(registrations, PROVIDER).inputs["registryAuth"], { secret: '[{"address":"https://registry.example.com","username":"bot","password":"value-of-the-password"}]' });
  });

  for (const [what, said, reason] of [
    ["that is not there", "invoking docker:index/getRegistryImage:getRegistryImage: 1 error occurred:\n\t* Got error when attempting to fetch image version tap-x:1 from registry: got bad response from registry: 404 Not Found\n\n", "404 Not Found"],
    ["that the engine cannot look up", "the provider is away", "the provider is away"],
  ] as const) {
    test(`${what} is named in one line`, () => {
      const error = lookUpError("ghcr.io/acme/tap-x:1", new Error(`invocation of docker:index/getRegistryImage:getRegistryImage returned an error: ${said}`));
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(error.message, `the ready image ghcr.io/acme/tap-x:1 cannot be looked up: ${reason}`);
      assert.equal(error.stack, "");
    });
  }

  test("on this machine is looked up without TLS, as Docker does", async () => {
    const { registrations } = await lookUp(["localhost:5000/tap-x:1"]);
    assert.equal(only(registrations, PROVIDER).inputs["registryAuth"], '[{"address":"http://localhost:5000","authDisabled":true}]');
  });
});
