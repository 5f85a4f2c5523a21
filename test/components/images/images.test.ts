import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { connectorImage, runnerImage, type ImageBuild } from "../../../src/manifests/images/image";
import { imageRepositories, nameBuilds } from "../../../src/manifests/images/image-builds";
import { stackImages, type StackImages } from "../../../components/images/images";
import { tap } from "../../../src/model/define-connector";
import { checkValues } from "../../../src/settings/check";
import { isReplication, type PipelineEntry } from "../../../src/model/define";
import { arrayOf, building, context, digest, lake, recordImages, shop, valueOf } from "./support";

const newer = tap({ name: "tap-shop", package: "tap-shop", version: "2.0.0" });
const erp = tap({ name: "tap-erp", image: "ghcr.io/acme/tap-erp:7" });

async function imagesOf(entries: readonly PipelineEntry[], images: object = {}) {
  let stack: StackImages | undefined;
  let found: Promise<readonly string[]> = Promise.resolve([]);
  const registrations = await recordImages(() => {
    const made = (stack = stackImages(entries, context, {
      ...building({ images }),
      digests: new Map(
        ["acme/runner:1", "ghcr.io/acme/tap-erp:7"].map((image) => [
          image,
          `${image}@${digest("2")}`,
        ]),
      ),
    }));
    found = Promise.all([
      valueOf(made.runner),
      ...entries
        .filter(isReplication)
        .flatMap((entry) =>
          [made.of(entry).tap, made.of(entry).target].map((output) => valueOf(output)),
        ),
    ]);
  });
  const urns = registrations
    .map(({ type, name }) => `${type} ${name}`)
    .filter((urn) => urn.startsWith("tapctl:"));
  return { stack, urns, references: await found };
}

describe("images of a stack", () => {
  test("stack images: each is built once and named after its connector", async () => {
    const { urns, references } = await imagesOf(arrayOf(shop({}), shop({ another: "use" })));
    assert.deepEqual(urns, [
      "tapctl:index:ConnectorImage singer-runner",
      "tapctl:index:ConnectorImage tap-shop",
      "tapctl:index:ConnectorImage target-lake",
    ]);
    const [runner, tapOne, targetOne, tapTwo, targetTwo] = references.map((reference) =>
      reference.replace(/-?[0-9a-f]{12}@/, "@"),
    );
    assert.deepEqual(
      [runner, tapOne, targetOne],
      [
        `localhost:5000/singer-runner:@${digest("0")}`,
        `localhost:5000/tap-shop:1.2.3@${digest("0")}`,
        `localhost:5000/target-lake:0.1.0@${digest("0")}`,
      ],
    );
    assert.deepEqual([tapTwo, targetTwo], [tapOne, targetOne]);
  });

  test("stack images: two versions of a connector are both built, in any order of the array", async () => {
    const one = await imagesOf(arrayOf(shop({}), newer({})));
    const other = await imagesOf(arrayOf(newer({}), shop({})));
    assert.deepEqual(one.urns.slice(1, 3), [
      "tapctl:index:ConnectorImage tap-shop-1.2.3",
      "tapctl:index:ConnectorImage tap-shop-2.0.0",
    ]);
    assert.deepEqual(other.urns, one.urns);
    assert.match(one.references[1] ?? "", /tap-shop:1\.2\.3-/);
    assert.match(other.references[1] ?? "", /tap-shop:2\.0\.0-/);
  });

  test("stack images: ready ones of the array or the stack are not built", async () => {
    const { urns, references } = await imagesOf(arrayOf(erp({}), shop({})), {
      ready: { "tap-shop": `acme/tap-shop@${digest("3")}`, "singer-runner": "acme/runner:1" },
    });
    assert.deepEqual(urns, ["tapctl:index:ConnectorImage target-lake"]);
    assert.deepEqual(
      [references[0], references[1], references[3]],
      [
        `acme/runner:1@${digest("2")}`,
        `ghcr.io/acme/tap-erp:7@${digest("2")}`,
        `acme/tap-shop@${digest("3")}`,
      ],
    );
  });

  test("stack images: if all are ready by digest, neither Docker nor a registry is needed", async () => {
    const ready = {
      "tap-shop": `acme/a@${digest("3")}`,
      "target-lake": `acme/b@${digest("4")}`,
      "singer-runner": `acme/c@${digest("5")}`,
    };
    assert.deepEqual((await imagesOf(arrayOf(shop({})), { ready })).urns, []);
  });

  test("stack images: only entries of the array have one", async () => {
    const { stack } = await imagesOf(arrayOf(shop({})));
    const [other] = arrayOf(newer({})).filter(isReplication);
    assert.throws(() => other && stack?.of(other), /no entry of the array/);
  });
});

describe("repositories of a stack", () => {
  const repositories = (taps: readonly PipelineEntry[], values: object = {}) => {
    const { settings } = checkValues({ ...values });
    assert.ok(settings);
    return imageRepositories(taps, context, settings);
  };

  test("stack repositories: one for each built image, whatever its versions", () => {
    assert.deepEqual(repositories(arrayOf(shop({}), newer({}), erp({}))), [
      "singer-runner",
      "tap-shop",
      "target-lake",
    ]);
  });

  test("stack repositories: none for ready images", () => {
    const ready = { "singer-runner": "acme/runner:1", "tap-shop": "acme/tap-shop:1" };
    assert.deepEqual(repositories(arrayOf(shop({})), { images: { ready } }), ["target-lake"]);
  });

  test("stack repositories: one for the console, unless its image is ready", () => {
    assert.deepEqual(repositories([], { ui: { enabled: true } }), [
      "singer-runner",
      "tapctl-console",
    ]);
    assert.deepEqual(repositories([], { ui: { enabled: true, image: "acme/console:1" } }), [
      "singer-runner",
    ]);
  });
});

describe("names of builds", () => {
  const build = (...args: Parameters<typeof connectorImage>): ImageBuild => {
    const origin = connectorImage(...args);
    assert.ok("build" in origin);
    return origin.build;
  };
  const plain = build(shop({}).connector, context);
  const extended = build({ ...shop({}).connector, settings: { host: "string" } }, context);

  test("build names: they contain the tag only if nothing else distinguishes two", () => {
    const names = nameBuilds([extended, plain, plain, build(lake({}).connector, context)]).map(
      ([name]) => name,
    );
    assert.deepEqual(
      names,
      [`tap-shop-${plain.tag}`, `tap-shop-${extended.tag}`, "target-lake"].sort(),
    );
  });

  test("build names: they do not change with a version", () => {
    assert.deepEqual(
      nameBuilds([build(newer({}).connector, context)]).map(([name]) => name),
      nameBuilds([plain]).map(([name]) => name),
    );
  });

  test("build names: a connector named like the runner does not replace it", () => {
    const runner = runnerImage(context);
    assert.ok("build" in runner);
    const names = nameBuilds([
      runner.build,
      build({ ...shop({}).connector, name: "singer-runner" }, context),
    ]).map(([name]) => name);
    assert.deepEqual(names, [`singer-runner-${runner.build.tag}`, "singer-runner-1.2.3"].sort());
  });
});
