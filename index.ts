import * as pulumi from "@pulumi/pulumi";
import { declaredOf } from "./deploy/part";
import { UserError } from "./errors";
import { pipelines } from "./pipelines";
import { loadSettings } from "./settings";
import { check, deploy } from "./stack";

module.exports = async () => {
  try {
    const settings = loadSettings();
    await check(settings, pipelines);
    return deploy(settings, pipelines, declaredOf(pipelines));
  } catch (error) {
    // Printed without a stack trace.
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
  }
};
