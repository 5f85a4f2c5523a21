import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { namesRecovery } from "../../../components/interrupted-update";
import { UserError } from "../../../src/common/errors";
import type { PipelineEntry } from "../../../src/model/define";
import { loadSettings } from "../../../src/settings/load-settings";
import { deploy } from "../../../components/stack";

// The array is data, so that a test can change it from one `up` to the next.
const entries = JSON.parse(readFileSync(process.env["E2E_PIPELINES"] ?? "pipelines.json", "utf8")) as readonly PipelineEntry[];

try {
  module.exports = deploy(loadSettings(), entries, { transformations: [namesRecovery()] });
} catch (error) {
  throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
}
