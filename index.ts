import * as pulumi from "@pulumi/pulumi";
import { printCommandsFor } from "./command-text";
import { readBuildContext } from "./components/build-context";
import { namesRecovery } from "./components/interrupted-update";
import { readyDigests } from "./components/ready-image";
import { UserError } from "./errors";
import { pipelines } from "./pipelines";
import { loadSettings } from "./settings";
import { check, deploy } from "./stack";

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
