import type { Problem } from "../../src/model/validation/problem";
import { secret } from "../../src/model/connector-settings";
import { tap, target } from "../../src/model/define-connector";
import { validatePipelines } from "../../src/model/validation/validate";

/** Settings of {@link tapShop}. */
interface ShopSettings {
  readonly host: string;
  readonly port?: number;
  readonly tls?: boolean;
  readonly password: string;
  readonly options?: { readonly tables: readonly string[] };
}

/** A tap with typed settings. */
export const tapShop = tap<ShopSettings>({
  name: "tap-shop",
  package: "tap-shop",
  version: "1.2.3",
  settings: { host: "string", port: "number", tls: "boolean", password: "string", options: "json" },
  required: ["host", "password"],
});

/** A tap that accepts any JSON. */
export const tapAny = tap({ name: "tap-any", package: "tap-any", version: "0.1.0" });

/** A target that accepts any JSON and writes no files. */
export const targetAny = target({ name: "target-any", package: "target-any", version: "0.1.0" });

/** A target that writes files. */
export const targetFiles = target({
  name: "target-folder",
  package: "target-folder",
  version: "0.1.0",
  outputSetting: "output_path",
});

/** A valid replication. */
export const replication = {
  name: "orders",
  schedule: "0 6 * * *",
  tap: tapShop({ host: "db", password: secret("shop-password") }),
  target: targetAny({}),
};

/** A valid job. */
export const job = {
  kind: "job",
  name: "dbt",
  schedule: "@daily",
  image: "ghcr.io/acme/dbt:1.9.0",
  command: ["dbt", "build"],
};

/** Texts of the problems of an array with this one entry; a fix is on a second line. */
export function textsOf(entry: unknown): readonly string[] {
  return validatePipelines([entry]).problems.map(withFix);
}

/** The text of a problem or note, with its fix on a second line. */
export function withFix({ text, fix }: Problem): string {
  return fix === undefined ? text : `${text}\n${fix}`;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
