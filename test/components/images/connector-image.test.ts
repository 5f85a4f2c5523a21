import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConnectorImage, type ImageBuilding } from "../../../components/images/connector-image";
import {
  connectorImage,
  runnerImage,
  type ImageBuild,
  type ImageOrigin,
} from "../../../src/manifests/images/image";
import { tap } from "../../../src/model/define-connector";
import { only } from "../../support/record";
import { building, context, digest, recordImages, shop, valueOf } from "./support";

const IMAGE = "docker-build:index:Image";

function buildOf(origin: ImageOrigin): ImageBuild {
  assert.ok("build" in origin);
  return origin.build;
}

const tapBuild = buildOf(connectorImage(shop({}).connector, context));
const TAG = tapBuild.tag;

async function imageOf(made: ImageBuilding, build = tapBuild) {
  return only(await recordImages(() => new ConnectorImage("tap-shop", { ...made, build })), IMAGE);
}

describe("connector image", () => {
  test("connector image: it is built from a small context, pushed, and kept in the registry when deleted", async () => {
    const { inputs, options } = await imageOf(building());
    assert.deepEqual(inputs, {
      tags: [`localhost:5000/tap-shop:${TAG}`],
      push: true,
      pull: false,
      platforms: ["linux/amd64"],
      context: { location: "." },
      dockerfile: { location: "images/singer/Dockerfile" },
      buildArgs: {
        BASE_IMAGE: "python:3.12-slim",
        CONNECTOR: "tap-shop",
        KIND: "tap",
        PACKAGE: "tap-shop",
        VERSION: "1.2.3",
        CONSTRAINTS: '["setuptools<81"]',
      },
      labels: {
        "org.opencontainers.image.title": "tap-shop",
        "org.opencontainers.image.version": "1.2.3",
      },
      buildOnPreview: false,
      exec: true,
      builder: { name: "default" },
      network: "default",
    });
    assert.equal(options.retainOnDelete, true);
    assert.match(options.parent, /tapctl:index:ConnectorImage::tap-shop$/);
  });

  test('runner image: it is the stage "runner"', async () => {
    const { inputs } = await imageOf(building(), buildOf(runnerImage(context)));
    assert.equal(inputs["target"], "runner");
    assert.deepEqual(inputs["labels"], { "org.opencontainers.image.title": "singer-runner" });
  });

  test("connector image: it is built according to the settings", async () => {
    const { inputs } = await imageOf(
      building({
        images: {
          builder: "default",
          exec: true,
          platforms: ["linux/amd64", "linux/arm64"],
          buildOnPreview: true,
          pythonIndex: {
            url: "https://pypi.example.com/simple",
            extraUrl: "https://more.example.com/simple",
            trustedHost: "pypi.example.com",
          },
        },
        proxy: {
          http: "http://proxy.example.com:3128",
          https: "http://proxy.example.com:3129",
          none: [".example.com", "10.0.0.0/8"],
        },
      }),
    );
    assert.deepEqual(inputs["builder"], { name: "default" });
    assert.equal(inputs["exec"], true);
    assert.equal(inputs["buildOnPreview"], true);
    assert.deepEqual(inputs["platforms"], ["linux/amd64", "linux/arm64"]);
    assert.deepEqual(inputs["buildArgs"], {
      ...tapBuild.args,
      PIP_INDEX_URL: "https://pypi.example.com/simple",
      PIP_EXTRA_INDEX_URL: "https://more.example.com/simple",
      PIP_TRUSTED_HOST: "pypi.example.com",
      HTTP_PROXY: "http://proxy.example.com:3128",
      HTTPS_PROXY: "http://proxy.example.com:3129",
      NO_PROXY: ".example.com,10.0.0.0/8",
    });
  });

  test("connector image: layers are cached in the registry under a tag of the connector, if set", async () => {
    const { inputs } = await imageOf(
      building({ registry: { address: "registry.example.com/etl" }, images: { cache: true } }),
    );
    assert.deepEqual(inputs["cacheFrom"], [
      { registry: { ref: "registry.example.com/etl/tap-shop:cache" } },
    ]);
    assert.deepEqual(inputs["cacheTo"], [
      {
        registry: {
          ref: "registry.example.com/etl/tap-shop:cache",
          imageManifest: true,
          ociMediaTypes: true,
          mode: "max",
        },
      },
    ]);
  });

  test("connector image: it is pushed with the configured user and a secret password", async () => {
    const { inputs } = await imageOf(
      building({
        registry: {
          address: "registry.example.com:5443/etl",
          username: "bot",
          password: "registry-password",
        },
      }),
    );
    assert.deepEqual(inputs["registries"], [
      {
        address: "registry.example.com:5443",
        username: "bot",
        password: { secret: "value-of-the-password" },
      },
    ]);
  });

  test("connector image: it trusts the stack's certificates, which do not cause another build", async () => {
    const { inputs } = await imageOf(building({}, "-----BEGIN CERTIFICATE-----"));
    assert.deepEqual(inputs["secrets"], {
      secret: { certificates: "-----BEGIN CERTIFICATE-----" },
    });
    assert.deepEqual(inputs["ignoreSecretsInDiffCalculation"], ["certificates"]);
    assert.doesNotMatch(JSON.stringify(inputs["buildArgs"]), /CERTIFICATE/);
  });

  test("connector image: any builder pushes it to the stack's own registry", async () => {
    const { inputs } = await imageOf({
      ...building(),
      registry: {
        repository: (name) => `own.example.com/${name}`,
        pullRepository: (name) => `own.example.com/${name}`,
      },
    });
    assert.equal(inputs["exec"], false);
    assert.equal(inputs["builder"], undefined);
  });

  const references = [
    [{}, `localhost:5000/tap-shop:${TAG}`],
    [{ address: "registry.example.com/etl" }, `registry.example.com/etl/tap-shop:${TAG}`],
    [{ address: "localhost:5000", pullAddress: "registry:5000" }, `registry:5000/tap-shop:${TAG}`],
    [
      { address: "docker.io/acme", pullAddress: "mirror.example.com/hub/acme/" },
      `mirror.example.com/hub/acme/tap-shop:${TAG}`,
    ],
  ] as const;
  for (const [registry, reference] of references) {
    test(`connector image: ${reference.replace(TAG, "TAG")} is referenced by digest`, async () => {
      let found: Promise<string> | undefined;
      await recordImages(
        () =>
          (found = valueOf(
            new ConnectorImage("tap-shop", { ...building({ registry }), build: tapBuild })
              .reference,
          )),
      );
      assert.equal(await found, `${reference}@${digest("0")}`);
    });
  }

  const COMMIT = "0123456789".repeat(4);
  const fromGit = (url: `git+https://${string}` | `git+ssh://${string}`) =>
    buildOf(connectorImage(tap({ name: "tap-own", package: url })({}).connector, context));

  test("connector image from git: the token of its host is a build secret and appears nowhere else", async () => {
    const tokens = { "github.com": "registry-password", "gitlab.com": "missing" };
    const { inputs } = await imageOf(
      building({ images: { git: { tokens } } }),
      fromGit(`git+https://github.com/acme/tap-own@${COMMIT}`),
    );
    const { secrets, ...others } = inputs;
    assert.deepEqual(Object.keys((secrets as { readonly secret: object }).secret), [
      "GIT_AUTH_TOKEN.github.com",
    ]);
    assert.deepEqual(others["ignoreSecretsInDiffCalculation"], ["GIT_AUTH_TOKEN.github.com"]);
    assert.doesNotMatch(JSON.stringify(others), /value-of-the-password/);
    assert.equal(others["ssh"], undefined);

    const other = await imageOf(
      building({ images: { git: { tokens } } }),
      fromGit(`git+https://git.example.com/acme/tap-own@${COMMIT}`),
    );
    assert.equal(other.inputs["secrets"], undefined);
  });

  test("connector image from git over SSH: the build has the agent of this machine", async () => {
    const { inputs } = await imageOf(
      building(),
      fromGit(`git+ssh://git@github.com/acme/tap-own@${COMMIT}`),
    );
    assert.deepEqual(inputs["ssh"], [{ id: "default" }]);
    assert.equal(inputs["secrets"], undefined);
  });
});
