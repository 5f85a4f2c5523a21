import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import { tapExchangeRatesApi, tapPostgres, tapPostgresSdk, tapRestApi } from "../../connectors";
import type { Tap } from "../../src/model/connector";
import { JsonText } from "../../src/common/json-text";
import type { Postgres } from "../../src/run/postgres/postgres";
import type { RunnerResult } from "../../src/run/runner";
import { extract } from "./run-connector";
import {
  jsonCases,
  rateCases,
  sqlCases,
  type JsonCase,
  type SqlCase,
  type TapCase,
} from "./tap-cases";
import type { StoredTable } from "./target-adapters";

/** The records of a tap, by their name in the source. */
export interface Sent {
  readonly result: RunnerResult;
  readonly tables: readonly StoredTable[];
  /** The messages themselves. */
  readonly lines: readonly string[];
}

/** How a tap is certified. */
export interface TapAdapter {
  readonly name: string;
  readonly cases: readonly TapCase[];
  /** Whether several cases can be read in one run. */
  readonly together: boolean;
  /** Puts cases into a source of their own and reads them. */
  readonly run: (cases: readonly TapCase[], folder: string) => Promise<Sent>;
}

/** The taps of the package. */
export function tapAdapters(postgres: Postgres): readonly TapAdapter[] {
  return [
    postgresAdapter(postgres, tapPostgres),
    postgresAdapter(postgres, tapPostgresSdk),
    restApi,
    exchangeRates,
  ];
}

function postgresAdapter(
  { host, port, user, password, database }: Postgres,
  use: typeof tapPostgres | typeof tapPostgresSdk,
): TapAdapter {
  return {
    ...{ name: use({}).connector.name, cases: sqlCases, together: true },
    async run(cases, folder) {
      const chosen = cases as readonly SqlCase[];
      const client = new Client({ host, port, user, password, database });
      await client.connect();
      try {
        await client.query("drop schema if exists certify cascade; create schema certify");
        for (const statement of chosen.flatMap(({ sql }) => sql)) await client.query(statement);
      } finally {
        await client.end();
      }
      const tap = use({
        host,
        port,
        user,
        password,
        database,
        filter_schemas: ["certify"],
      });
      const select = chosen.flatMap(({ tables, incremental }) =>
        tables.map(({ name }) => ({
          stream: `certify-${name}`,
          ...(incremental === undefined
            ? { replicationMethod: "FULL_TABLE" }
            : { replicationMethod: "INCREMENTAL", replicationKey: incremental }),
        })),
      );
      const first = await extract(tap, folder, { select });
      const again = chosen
        .filter(({ incremental }) => incremental !== undefined)
        .flatMap(({ tables }) => tables.map(({ name }) => `certify-${name}`));
      if (again.length === 0 || first.result.code !== 0)
        return sent(first, (stream) => stream.slice("certify-".length));
      const state = first.lines
        .map((line) => JsonText.parse(line))
        .filter((message) => message.member("type")?.string === "STATE")
        .at(-1)
        ?.member("value");
      const second = await extract(tap, join(folder, "again"), {
        select: select.filter(({ stream }) => again.includes(stream)),
        ...(state && { state: state.text }),
      });
      const kept = first.lines.filter(
        (line) => !again.includes(JsonText.parse(line).member("stream")?.string ?? ""),
      );
      return sent({ result: second.result, lines: [...kept, ...second.lines] }, (stream) =>
        stream.slice("certify-".length),
      );
    },
  };
}

const restApi: TapAdapter = {
  ...{ name: "tap-rest-api-msdk", cases: jsonCases, together: true },
  run: (cases, folder) =>
    serving(cases as readonly JsonCase[], async (url) => {
      const streams = cases.map(({ id }) => ({
        name: id,
        path: `/${id}`,
        primary_keys: ["id"],
        records_path: "$[*]",
      }));
      return sent(await extract(tapRestApi({ api_url: url, streams }), folder), (stream) => stream);
    }),
};

const exchangeRates: TapAdapter = {
  ...{ name: "tap-exchangeratesapi", cases: rateCases, together: false },
  run: (cases, folder) =>
    serving(cases as readonly JsonCase[], async (url) => {
      const days = (cases as readonly JsonCase[])
        .flatMap(({ answers }) => Object.keys(answers).map((path) => path.slice(1)))
        .sort();
      const tap: Tap = tapExchangeRatesApi({
        base_url: url,
        start_date: days[0] as string,
        end_date: days.at(-1) as string,
      });
      return sent(await extract(tap, folder), (stream) => stream);
    }),
};

/** Serves the cases' responses on a separate port while `work` runs. */
async function serving<T>(
  cases: readonly JsonCase[],
  work: (url: string) => Promise<T>,
): Promise<T> {
  const answers = new Map(cases.flatMap((one) => Object.entries(one.answers)));
  const server = createServer((request, response) => {
    const text = answers.get(new URL(request.url ?? "/", "http://localhost").pathname);
    response
      .writeHead(text === undefined ? 404 : 200, { "content-type": "application/json" })
      .end(text ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The records that a tap sent, as tables. */
function sent(
  { result, lines }: { readonly result: RunnerResult; readonly lines: readonly string[] },
  nameOf: (stream: string) => string,
): Sent {
  const messages = lines.map((line) => JsonText.parse(line));
  const streams = [
    ...new Set(messages.flatMap((message) => message.member("stream")?.string ?? [])),
  ];
  const tables = streams.map((stream) => {
    const own = messages.filter((message) => message.member("stream")?.string === stream);
    const properties = own
      .filter((message) => message.member("type")?.string === "SCHEMA")
      .flatMap((message) => [
        ...(message.member("schema")?.member("properties")?.members.keys() ?? []),
      ]);
    const records = own.flatMap((message) =>
      message.member("type")?.string === "RECORD" ? (message.member("record")?.members ?? []) : [],
    );
    const columns = [
      ...new Set([...properties, ...records.flatMap((record) => [...record.keys()])]),
    ];
    const text = (value: JsonText | undefined) =>
      value === undefined || value.kind === "null" ? null : (value.string ?? value.text);
    return {
      name: nameOf(stream),
      columns,
      rows: records.map((record) => columns.map((column) => text(record.get(column)))),
    };
  });
  return { result, tables, lines };
}
