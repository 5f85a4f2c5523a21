import { definePipelines, secret, tap, targetJsonl } from "tapctl";

/** Settings of the ERP system's tap. */
interface ErpSettings {
  readonly url: string;
  readonly client: number;
  readonly api_key: string;
}

const schema = {
  settings: { url: "string", client: "number", api_key: "string" },
  required: ["url", "client", "api_key"],
} as const;

/** From the package index that `tapctl:images.pythonIndex` names; lock it with `npx tapctl lock tap-erp`. */
const tapErp = tap<ErpSettings>({
  name: "tap-erp",
  package: "acme-tap-erp",
  version: "1.9.0",
  ...schema,
});

/** The same connector as an image that you build elsewhere. */
const tapErpImage = tap<ErpSettings>({
  name: "tap-erp-image",
  image: "registry.example.com/etl/tap-erp:1.9.0",
  ...schema,
});

const settings = { url: "https://erp.example.com", client: 100, api_key: secret("erp-api-key") };

export const pipelines = definePipelines([
  { name: "erp-invoices", schedule: "@daily", tap: tapErp(settings), target: targetJsonl({}) },
  { name: "erp-stock", schedule: "@hourly", tap: tapErpImage(settings), target: targetJsonl({}) },
]);
