import { execFileSync } from "node:child_process";
import { after, before } from "node:test";
import { readBuildContext } from "../../src/manifests/images/build-context";
import { connectorImage } from "../../src/manifests/images/image";
import { tapExchangeRatesApi, targetCsv, targetDuckdb } from "../../connectors";
import type { ConnectorDefinition } from "../../src/model/connector";
import { testImages, type ImagesScene } from "./images";
import { startSource, type Source } from "./source";

/**
 * The tests of `docker run` without a cluster: a Docker engine is enough. `E2E_BASE_IMAGE` names
 * the image that the connectors are built on, `E2E_HOST` this machine's address as containers reach
 * it.
 */
const BASE_IMAGE = process.env["E2E_BASE_IMAGE"] ?? "python:3.11-slim";
const HOST = process.env["E2E_HOST"] ?? "172.17.0.1";

let scene: ImagesScene | undefined;
let source: Source | undefined;

before(async () => {
  source = await startSource();
  const [tap, target, warehouse] = [
    tapExchangeRatesApi({ base_url: "" }),
    targetCsv({}),
    targetDuckdb({ path: "" }),
  ].map(({ connector }) => build(connector));
  scene = {
    tap: tap ?? "",
    target: target ?? "",
    warehouse: warehouse ?? "",
    source: `http://${HOST}:${source.port}/v1`,
  };
});

after(() => source?.stop());

testImages(() => {
  if (scene === undefined) throw new Error("the images could not be built");
  return scene;
});

/** Builds an image as a deployment does, into the engine instead of a registry. */
function build(connector: ConnectorDefinition): string {
  const origin = connectorImage(connector, readBuildContext(BASE_IMAGE));
  if (!("build" in origin)) throw new Error(`${connector.name} is not built`);
  const { repository, tag, args } = origin.build;
  const given = {
    ...args,
    ...Object.fromEntries(
      ["PIP_INDEX_URL", "HTTPS_PROXY"].flatMap((name) =>
        process.env[name] === undefined ? [] : [[name, process.env[name]]],
      ),
    ),
  };
  const flags = Object.entries(given).flatMap(([name, value]) => [
    "--build-arg",
    `${name}=${value}`,
  ]);
  execFileSync(
    "docker",
    [
      "buildx",
      "build",
      "--builder",
      "default",
      "--load",
      "--network",
      "host",
      "--file",
      "images/singer/Dockerfile",
      "--tag",
      `${repository}:${tag}`,
      ...flags,
      ".",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  return `${repository}:${tag}`;
}
