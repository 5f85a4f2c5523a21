import { targetDuckdb, targetPostgres } from "../../connectors";
import { pipelines as shipped } from "../../pipelines";
import { secret } from "../../src/model/connector-settings";
import type { PipelineEntry } from "../../src/model/define";
import type { ContainerArgs } from "../../src/model/entry";
import type { Replication } from "../../src/model/replication";
import { standInSettings } from "../../src/run/offline/offline";
import type { Postgres } from "../../src/run/postgres/postgres";
import type { Scene } from "./scene";

/** Addresses and images of the pipelines. */
interface Places {
  /** Of the stand-in source. */
  readonly url: string;
  /** Of the databases. */
  readonly host: string;
  /** With a shell. */
  readonly image: string;
}

/** The pipelines of the stack. */
export function entriesOf(
  { url, host, image }: Places,
  { user, database }: Postgres,
  roads: Scene["roads"],
): readonly PipelineEntry[] {
  const find = (name: string) => shipped.find((entry) => entry.name === name) as Replication;
  const password = secret("shop-password");
  const shop = find("shop-orders");
  const orders: Replication = {
    ...shop,
    tap: {
      ...shop.tap,
      settings: {
        ...shop.tap.settings,
        host,
        port: roads.shop.port,
        user,
        database,
        password: { ...password },
      },
    },
  };
  const copies = { host, port: roads.copies.port, user, database, password };
  const rates = withStandIn(find("exchange-rates"), url);
  return [
    { ...rates, schedule: "*/2 * * * *", expectations: { minRecords: 1 } },
    { ...withStandIn(find("exchange-rates-classic"), url), suspend: true },
    {
      ...orders,
      followUps: [
        {
          name: "count",
          ...shell(
            image,
            'cat /singer/output/* | grep -c customer; test -n "$PASSWORD"; grep bookmarks /singer/state.json',
            { PASSWORD: password },
          ),
        },
        { name: "after", ...odd(image) },
      ],
    },
    {
      name: "tidy",
      kind: "job",
      schedule: "0 3 * * *",
      suspend: true,
      ...shell(image, 'echo "tidied with ${#PASSWORD} letters"', { PASSWORD: password }),
    },
    { name: "odd-values", kind: "job", schedule: "0 4 * * *", suspend: true, ...odd(image) },
    {
      ...orders,
      name: "shop-copy",
      target: targetPostgres({ ...copies, default_target_schema: "copy" }),
    },
    {
      ...orders,
      name: "shop-stream",
      mode: "stream",
      target: targetPostgres({ ...copies, default_target_schema: "streamed" }),
    },
    ...(["artifact", "stream"] as const).map((mode) => ({
      ...orders,
      name: `shop-log-${mode}`,
      mode,
      tap: {
        ...orders.tap,
        settings: { ...orders.tap.settings, replication_slot_name: `log_${mode}` },
      },
      target: targetPostgres({
        ...copies,
        default_target_schema: `log_${mode}`,
        hard_delete: true,
      }),
      streams: { "public-stock": { replication: "log-based" } } as const,
    })),
    {
      name: "kept-rates",
      schedule: rates.schedule,
      suspend: true,
      configFrom: "store",
      tap: { ...rates.tap, settings: {} },
      target: { ...rates.target, settings: {} },
    },
    {
      ...withStandIn(find("exchange-rates-classic"), url),
      name: "rates-warehouse",
      suspend: true,
      target: targetDuckdb({ path: "/tmp/rates.duckdb", primary_key_required: false }),
    },
  ];
}

/** A container that runs a line of shell. */
function shell(
  image: string,
  line: string,
  env: NonNullable<ContainerArgs["env"]> = {},
): ContainerArgs {
  const resources = { cpu: 0.02, memory: "64Mi" } as const;
  return { image, command: ["sh", "-ec", line], env, resources, runAsUser: 1000 };
}

/** A container that fails if a text did not arrive byte for byte as an argument or variable. */
function odd(image: string): ContainerArgs {
  const texts = [
    "$$",
    "$(HOME)",
    "$$(PATH)",
    "$",
    "{{workflow.name}}",
    "{{=1 + 1}}",
    "}}",
    "a\\b",
    '"',
    "'",
    "é \u{1f600}",
    "\u007f",
    "two\nlines",
    "",
  ];
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const same = (given: string, expected: string) =>
    `test "$(printf %s "${given}" | base64 | tr -d '\\n')" = "${expected}" || { echo "not ${expected}"; exit 1; }`;
  const variables = texts.map((text, index) => same(`$V${index}`, base64(text)));
  const command = [
    "sh",
    "-ec",
    [`while test $# -gt 0; do ${same("$1", "$2")}; shift 2; done`, ...variables].join("\n"),
    "odd",
    ...texts.flatMap((text) => [text, base64(text)]),
  ];
  return {
    ...shell(image, ""),
    command,
    env: Object.fromEntries(texts.map((text, index) => [`V${index}`, text])),
  };
}

/** An example pipeline that reads from the stand-in. */
export function withStandIn(entry: Replication, url: string): Replication {
  return {
    ...entry,
    tap: { ...entry.tap, settings: { ...entry.tap.settings, ...standInSettings(entry, url) } },
  };
}
