import type { AwsSettings } from "../../../src/settings/aws";

/** Configuration of an SDK client. */
export interface ClientConfig {
  readonly region: string;
  readonly profile?: string;
  readonly maxAttempts: number;
}

/** Attempts per request. */
const ATTEMPTS = 3;

/** Client configuration. Credentials come from the same chain as for Pulumi's provider. */
export function clientConfig({ region, profile }: AwsSettings): ClientConfig {
  // The pinned SDK runs on Node 20; its notice about future versions is not relevant to people who
  // deploy.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  return { region, maxAttempts: ATTEMPTS, ...(profile !== undefined && { profile }) };
}
