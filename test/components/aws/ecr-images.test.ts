import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EcrImages } from "../../../components/aws/ecr-images";
import { ConnectorImage } from "../../../components/images/connector-image";
import { connectorImage } from "../../../src/manifests/images/image";
import { only } from "../../support/record";
import { building, context, digest, lake, shop, valueOf } from "../images/support";
import { declared, recordAws, settingsOf } from "./support";

const REPOSITORY = "aws:ecr/repository:Repository";
const TOKEN = "aws:ecr/getAuthorizationToken:getAuthorizationToken";
const HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

const ecrOf = (ecr: object, repositories: readonly string[] = ["tap-shop", "target-lake"]) =>
  declared(settingsOf({ place: { ecr } }), { repositories });

describe("ECR repositories", () => {
  test("ECR repositories: one for each image, scanned on push", async () => {
    const { registrations } = await ecrOf({});
    const { inputs, options } = only(registrations, REPOSITORY, "tap-shop");
    assert.deepEqual(inputs, {
      name: "tapctl/tap-shop",
      imageScanningConfiguration: { scanOnPush: true },
      imageTagMutability: "MUTABLE",
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: true,
    });
    assert.match(options.parent, /tapctl:aws:EcrImages::ecr$/);
    only(registrations, REPOSITORY, "target-lake");
  });

  test("ECR repositories: prefix and rules come from the settings", async () => {
    const { registrations } = await ecrOf({
      prefix: "data/etl",
      expireUntaggedDays: 30,
      forceDelete: false,
    });
    const { inputs } = only(registrations, REPOSITORY, "tap-shop");
    assert.deepEqual([inputs["name"], inputs["forceDelete"]], ["data/etl/tap-shop", false]);
    const { policy, repository } = only(
      registrations,
      "aws:ecr/lifecyclePolicy:LifecyclePolicy",
      "tap-shop",
    ).inputs;
    assert.equal(repository, "data/etl/tap-shop");
    assert.match(String(policy), /"tagStatus":"untagged".*"countNumber":30/);
  });

  test("ECR repositories: existing ones are looked up and not changed", async () => {
    const { registrations, calls } = await ecrOf({ existing: { "tap-shop": "shared/tap-shop" } });
    assert.deepEqual(
      registrations.filter(({ type }) => type === REPOSITORY).map(({ name }) => name),
      ["target-lake"],
    );
    assert.deepEqual(
      calls.filter(([token]) => token === "aws:ecr/getRepository:getRepository"),
      [["aws:ecr/getRepository:getRepository", { name: "shared/tap-shop" }]],
    );
  });

  test("ECR repositories: one token serves all", async () => {
    const { calls } = await ecrOf({}, ["a", "b", "c"]);
    assert.equal(calls.filter(([token]) => token === TOKEN).length, 1);
  });

  test("ECR repositories: none without the setting", async () => {
    const { registrations, calls } = await declared(settingsOf(), { repositories: ["tap-shop"] });
    assert.deepEqual(
      [
        registrations.filter(({ type }) => type.includes("ecr")),
        calls.filter(([token]) => token === TOKEN),
      ],
      [[], []],
    );
  });
});

test("ECR images: they are pushed with a secret token, including cached layers, and referenced by digest", async () => {
  const pushed = [shop, lake].map((use) => connectorImage(use({}).connector, context));
  let reference: Promise<string> = Promise.resolve("");
  const { registrations } = await recordAws(() => {
    const place = settingsOf({ place: { ecr: {} } }).aws;
    assert.ok(place?.ecr);
    const { registry } = new EcrImages("ecr", {
      settings: place.ecr,
      images: ["tap-shop", "target-lake"],
    });
    const made = pushed.map((origin) => {
      assert.ok("build" in origin);
      return new ConnectorImage(origin.build.repository, {
        ...building({ images: { cache: true } }),
        registry,
        build: origin.build,
      });
    });
    reference = made[0] ? valueOf(made[0].reference) : reference;
  });
  const { inputs } = only(registrations, "docker-build:index:Image", "tap-shop");
  const [tag] = inputs["tags"] as readonly string[];
  assert.match(tag ?? "", new RegExp(`^${HOST}/tapctl/tap-shop:1\\.2\\.3-[0-9a-f]{12}$`));
  assert.deepEqual(inputs["cacheTo"], [
    {
      registry: {
        ref: `${HOST}/tapctl/tap-shop:cache`,
        imageManifest: true,
        ociMediaTypes: true,
        mode: "max",
      },
    },
  ]);
  assert.deepEqual(inputs["registries"], [
    { address: HOST, username: "AWS", password: { secret: "value-of-the-token" } },
  ]);
  assert.equal(await reference, `${tag}@${digest("0")}`);
});
