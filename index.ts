import * as pulumi from "@pulumi/pulumi";
import { UserError } from "./errors";
import { pipelines } from "./pipelines";
import { loadSettings } from "./settings";
import { deploy } from "./stack";

try {
  module.exports = deploy(loadSettings(), pipelines);
} catch (error) {
  // Printed without a stack trace.
  throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
}
