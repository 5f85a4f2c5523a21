// Registers the project's stack with Pulumi's mocks in the engine's place: `node test/bench/register.cjs minio|aws`. As with
// the engine, Pulumi's own package is loaded before the program.
const pulumi = require("@pulumi/pulumi");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const ROOT = join(__dirname, "..", "..");
const { deploy } = require("../../dist/components/stack");
const { withoutSourceMaps } = require("../../dist/src/common/source-maps");
const { loadTypeScript } = require("../../dist/src/common/typescript");
const { secretsOf } = require("../../dist/src/model/validation/validate");
const { loadSettings } = require("../../dist/src/settings/load-settings");

/** Pulumi's engine reads a stack's file itself, so the package that reads it here is loaded only if it is needed. */
function settingsOf(store) {
  if (store !== "aws") return {};
  return require("yaml").parse(readFileSync(join(ROOT, "Pulumi.prod.yaml"), "utf8")).config;
}

async function register(store) {
  const { pipelines } = loadTypeScript(join(ROOT, "pipelines", "index.ts"));
  const secrets = Object.fromEntries(
    pipelines.flatMap((entry) => secretsOf(entry).map(({ name }) => [name, "secret"])),
  );
  const config = { ...settingsOf(store), "tapctl:secrets": secrets };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const mocks = {
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => ({ ...inputs, proxyEndpoint: "https://registry.example.com" }),
  };
  await pulumi.runtime.setMocks(mocks, "tapctl", "bench", true);
  withoutSourceMaps(() => deploy(loadSettings(), pipelines));
  await pulumi.runtime.disconnect();
}

void register(process.argv[2]);
