import { z } from "zod";
import { durationSeconds, type Bytes, type Cpu, type Duration } from "../model/units";
import { milliCores } from "../model/validation/quantities";

/** Name of a Kubernetes object or namespace: a DNS label. */
export const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    `only lower-case letters, digits and "-" are allowed, at most 63, beginning and ending with a letter or digit`,
  );

/** Text that is not empty. */
export const text = z.string().min(1, "must not be empty");

/** Name of a secret under `secrets`. */
export const secretName = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]*$/,
    `the name of a secret: lower-case letters, digits, "-", "_" and ".", beginning with a letter`,
  );

/** An address with its protocol. */
export const webAddress = z
  .string()
  .regex(
    /^https?:\/\/[^\s/]+/,
    `must begin with http:// or https://, such as "https://pypi.example.com/simple"`,
  );

/** A length of time. */
export const duration = z.custom<Duration>(
  (value) => typeof value === "string" && durationSeconds(value) !== undefined,
  `must be a number above 0 and a unit of s, m, h or d, such as "90m"`,
);

/** Memory or disk. */
export const bytes = z.custom<Bytes>(
  (value) => typeof value === "string" && /^\d+(\.\d+)?(Ki|Mi|Gi|Ti)$/.test(value),
  `must be a number and a unit of Ki, Mi, Gi or Ti, such as "512Mi"`,
);

/** Processor time. */
export const cpu = z.custom<Cpu>(
  (value) => (milliCores(value) ?? 0) >= 1,
  `must be a number of cores or thousandths of one, such as 0.5 or "250m"`,
);

/** Any JSON object, such as values of a Helm chart. */
export const anyObject = z.record(z.string(), z.json());

/** What one container may use. */
export const containerResources = z
  .strictObject({
    /** Cores that are reserved. */
    cpu: cpu.exactOptional(),
    /** Memory that is reserved and never exceeded. */
    memory: bytes.exactOptional(),
  })
  .readonly();
