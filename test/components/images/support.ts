import * as pulumi from "@pulumi/pulumi";
import type { ImageBuilding } from "../../../components/images/connector-image";
import type { BuildContext } from "../../../src/manifests/images/image";
import { tap, target } from "../../../src/model/define-connector";
import { definePipelines, type PipelineEntry } from "../../../src/model/define";
import { settingsSchema } from "../../../src/settings/schema";
import { record, type RecordOptions, type Registration } from "../../support/record";

export const context: BuildContext = {
  baseImage: "python:3.12-slim",
  files: { Dockerfile: "FROM x" },
  launchers: {},
  locks: {},
  bulk: {},
};

export const shop = tap({ name: "tap-shop", package: "tap-shop", version: "1.2.3" });
export const lake = target({ name: "target-lake", package: "target-lake", version: "0.1.0" });

/** Settings as a stack's configuration has them, with a password of the registry. */
export function building(
  values: { readonly registry?: object; readonly images?: object; readonly proxy?: object } = {},
  certificates?: string,
): ImageBuilding {
  return {
    settings: settingsSchema.parse(values),
    secrets: { "registry-password": pulumi.secret("value-of-the-password") },
    ...(certificates !== undefined && { certificates }),
  };
}

/** Pipelines of these taps, each into the same target. */
export function arrayOf(...taps: readonly ReturnType<typeof shop>[]): readonly PipelineEntry[] {
  return definePipelines(
    taps.map((use, index) => ({
      name: `pipeline-${index}`,
      schedule: "0 3 * * *",
      tap: use,
      target: lake({}),
    })),
  );
}

/** Records a program whose builds have a digest of zeros. */
export function recordImages(
  program: () => unknown,
  options: RecordOptions = {},
): Promise<readonly Registration[]> {
  return record(program, {
    outputs: ({ type }) => (type === "docker-build:index:Image" ? { digest: digest("0") } : {}),
    ...options,
  });
}

export const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** The value of an output, for programs that are being recorded. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
