import * as pulumi from "@pulumi/pulumi";
import { printCommandsFor } from "./src/common/command-text";
import { readBuildContext } from "./src/manifests/images/build-context";
import { namesRecovery } from "./components/interrupted-update";
import { readyDigests } from "./components/images/ready-image";
import { UserError } from "./src/common/errors";
import { pipelines } from "./pipelines";
import { loadSettings } from "./src/settings/load-settings";
import { check, deploy } from "./components/stack";

module.exports = async () => {
  try {
    printCommandsFor({ stack: pulumi.getStack });
    const settings = loadSettings();
    await check(settings, pipelines);
    const digests = await readyDigests(settings, pipelines, readBuildContext(settings.images.baseImage));
    return deploy(settings, pipelines, { digests, transformations: [namesRecovery()] });
  } catch (error) {
    // Printed without a stack trace.
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
  }
};
