import type { AwsSettings } from "../../../src/settings/aws";

/** Where a client asks, and as whom. */
export interface ClientConfig {
  readonly region: string;
  readonly profile?: string;
  readonly maxAttempts: number;
}

/** How often a question is asked where no answer comes. */
const ATTEMPTS = 3;

/** What every client of the SDK is made with: credentials come from the chain that Pulumi's provider uses too. */
export function clientConfig({ region, profile }: AwsSettings): ClientConfig {
  // The pinned SDK runs on Node 20; its note about versions to come is not for those who deploy.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  return { region, maxAttempts: ATTEMPTS, ...(profile !== undefined && { profile }) };
}
