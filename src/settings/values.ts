import { z } from "zod";
import { durationSeconds, type Bytes, type Cpu, type Duration } from "../model/units";
import { milliCores } from "../model/validation/quantities";

/** Name of a Kubernetes object or namespace: a DNS label. */
export const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    `must be at most 63 lowercase letters, digits and "-", starting and ending with a letter or digit`,
  );

/** Text that is not empty. */
export const text = z.string().min(1, "must not be empty");

/** Name of a secret under `secrets`. */
export const secretName = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]*$/,
    `must be the name of a secret: lowercase letters, digits, "-", "_" and ".", starting with a letter`,
  );

/** A URL with its protocol. */
export const webAddress = z
  .string()
  .regex(
    /^https?:\/\/[^\s/]+/,
    `must start with http:// or https://, such as "https://pypi.example.com/simple"`,
  );

/** A duration. */
export const duration = z.custom<Duration>(
  (value) => typeof value === "string" && durationSeconds(value) !== undefined,
  `must be a positive number with a unit of s, m, h or d, such as "90m"`,
);

/** A size in binary units. */
export const bytes = z.custom<Bytes>(
  (value) => typeof value === "string" && /^\d+(\.\d+)?(Ki|Mi|Gi|Ti)$/.test(value),
  `must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"`,
);

/** CPU. */
export const cpu = z.custom<Cpu>(
  (value) => (milliCores(value) ?? 0) >= 1,
  `must be a number of cores or millicores, such as 0.5 or "250m"`,
);

/** Any JSON object, such as chart values. */
export const anyObject = z.record(z.string(), z.json());

/** Resources of a container. */
export const containerResources = z
  .strictObject({
    /** Requested CPU. */
    cpu: cpu.exactOptional(),
    /** Requested memory and memory limit. */
    memory: bytes.exactOptional(),
  })
  .readonly();
