import assert from "node:assert/strict";
import { test } from "node:test";
import { inWorkspace, TEN, type Step } from "./support";

const says = (...lines: readonly string[]): readonly Step[] => [
  ...lines.map((line): Step => ["say", line]),
  ["exit", 1],
];

const SDK = (level: string, logger: string, text: string) =>
  `2026-11-23 08:15:02,123 | ${level.padEnd(8)} | ${logger.padEnd(30)} | ${text}`;
const METRIC = (status: string) =>
  SDK(
    "INFO",
    "singer_sdk.metrics",
    `METRIC: {"type":"timer","metric":"batch_processing_time","value":0.3,"tags":{"stream":"orders","pid":7,"status":"${status}"}}`,
  );
const UNFIT = [
  "Traceback (most recent call last):",
  '  File "x"',
  "jsonschema.exceptions.ValidationError: 'abc' is not of type 'number'",
  "",
  "Failed validating 'type' in schema['properties']['amount']:",
  "    {'type': 'number'}",
  "",
  "On instance['lines'][0]['amount']:",
  "    'abc'",
  "",
  "The above exception was the direct cause of the following exception:",
  "",
  "Traceback (most recent call last):",
  '  File "x"',
];

for (const [what, lines, expected] of [
  [
    "the exception of a traceback",
    ["Traceback (most recent call last):", '  File "x"', "KeyError: 'id'", "bye"],
    "KeyError: 'id'",
  ],
  [
    "an exception without its traceback",
    [
      "db.ProgrammingError: no such table",
      "CONTEXT: line 1",
      "[SQL: INSERT]",
      "(Background on this error at: https://sqlalche.me/e/21/f405)",
    ],
    "db.ProgrammingError: no such table; hint: check that the table exists, and that the user can access it",
  ],
  [
    "an exception above a long statement",
    ["db.ProgrammingError: no such table", ...Array.from({ length: 300 }, (_, row) => `(${row}),`)],
    "db.ProgrammingError: no such table; hint: check that the table exists, and that the user can access it",
  ],
  [
    "the last line if there is no exception",
    ["connecting", "the password is wrong", ""],
    "the password is wrong",
  ],
  [
    "the last error in the log, above a line that only mentions an error",
    [
      SDK("ERROR", "tap-x", "'x' is not of type 'integer', 'null' in config['port']"),
      SDK("ERROR", "tap-x", "Config validation failed"),
    ],
    "'x' is not of type 'integer', 'null' in config['port']; hint: correct the setting in the pipeline",
  ],
  [
    "the missing setting",
    [SDK("ERROR", "tap-x", "Config validation error: 'api_url' is a required property")],
    "Config validation error: 'api_url' is a required property; hint: add the setting to the pipeline",
  ],
  [
    "the last error in a log of pipelinewise",
    ["time=2026-11-23 08:15:02 name=tap_x level=CRITICAL message=it broke", "bye"],
    "it broke",
  ],
  [
    "the setting that a traceback reads",
    ["Traceback (most recent call last):", '    host=config["host"],', "KeyError: 'host'"],
    `KeyError: 'host' (setting "host"); hint: add the setting to the pipeline`,
  ],
  [
    "the stream of the metric that failed",
    [METRIC("failed"), "Traceback (most recent call last):", "ValueError: bad"],
    'ValueError: bad (stream "orders")',
  ],
  [
    "no stream of a metric that succeeded",
    [METRIC("succeeded"), "Traceback (most recent call last):", "ValueError: bad"],
    "ValueError: bad",
  ],
  [
    "the stream of the logger",
    [
      SDK("ERROR", "target-x.orders", "failed"),
      "Traceback (most recent call last):",
      "ValueError: bad",
    ],
    'ValueError: bad (stream "orders")',
  ],
  [
    "the stream in words",
    [
      "INFO Beginning sync",
      "An unhandled error occurred while syncing 'public-orders'",
      "ValueError: bad",
    ],
    'ValueError: bad (stream "public-orders")',
  ],
  [
    "the column of an invalid record",
    [...UNFIT, "x.InvalidRecord: 'abc' is not of type 'number'"],
    `x.InvalidRecord: 'abc' is not of type 'number' (column "lines.0.amount")`,
  ],
  [
    "the column of a COPY",
    [
      "Traceback (most recent call last):",
      "db.DataError: bad",
      'CONTEXT:  COPY orders, line 3, column amount: "abc"',
    ],
    'db.DataError: bad (column "amount")',
  ],
  [
    "the column once",
    ["Traceback (most recent call last):", `ValueError: no value for field 'd'`],
    "ValueError: no value for field 'd'",
  ],
] as const) {
  test(`failure: the error comes from ${what}`, () =>
    inWorkspace(async (space) => {
      await space.extract(says(...lines));
      assert.equal(
        (space.json("result.json") as { readonly error: string }).error,
        `tap-fake exited with 1: ${expected}`,
      );
    }));
}

for (const [connector, error, hint] of [
  [
    "tap-postgres",
    "ValueError: year -4713 is out of range",
    "Python has no dates before year 1 or after 9999: set dates_as_string to true",
  ],
  [
    "tap-mysql",
    "ValueError: year 0 is out of range",
    "Python has no dates before year 1 or after 9999: exclude the column, or read it as text",
  ],
  [
    "target-snowflake",
    "singer_sdk.exceptions.InvalidJSONSchema: Schema Validation Error: True is not of type 'number'",
    "the tap describes number limits as JSON Schema draft 4 does, like pipelinewise taps, and this target does not support that: set validate_records to false",
  ],
  [
    "target-postgres",
    "psycopg.DataError: PostgreSQL text fields cannot contain NUL (0x00) bytes",
    "PostgreSQL cannot store the character U+0000 in text: set sanitize_null_text_characters to true",
  ],
  [
    "tap-x",
    'connection to server at "db" failed: FATAL:  password authentication failed for user "etl"',
    "check the user and the password or key in its settings",
  ],
  [
    "tap-x",
    "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.example.com/x",
    "the server refuses the credentials: check them in its settings",
  ],
  [
    "tap-x",
    'connection to server at "127.0.0.1", port 1 failed: Connection refused',
    "nothing listens there; on a cluster, localhost is the pod itself: use the server's host name",
  ],
  [
    "tap-x",
    'connection to server at "db", port 1 failed: Connection refused',
    "check the host and port, and that the server is running and reachable from here",
  ],
  [
    "tap-x",
    'could not translate host name "db.invalid" to address: Name or service not known',
    "check the host name, and that it resolves where the pipeline runs",
  ],
  [
    "target-x",
    'psycopg.errors.UndefinedTable: relation "raw.orders" does not exist',
    "check that the table exists, and that the user can access it",
  ],
] as const) {
  test(`failure: the known error has a hint: ${connector}: ${error}`, () =>
    inWorkspace(async (space) => {
      const kind = connector.startsWith("tap") ? "tap" : "target";
      if (kind === "tap")
        await space.run("extract", ...space.tap(says(error), {}, { name: connector }));
      else {
        await space.extract(TEN);
        await space.run(
          "load",
          ...space.target({ say: error, stopAfter: 0, how: 1 }, { name: connector }),
        );
      }
      assert.equal(space.result().error, `${connector} exited with 1: ${error}; hint: ${hint}`);
    }));
}

for (const told of [
  'target-postgres: error: stream "public-p3", table b.p3: permission denied for table p3. Grant the privilege to the user, then run again',
  'tap-postgres: error: stream "public-p3": permission denied for table p3. Grant it: GRANT USAGE ON SCHEMA and GRANT SELECT ON TABLE',
  'target-postgres: error: password authentication failed for user "etl". Check the settings "user" and "password"',
])
  test(`failure: an error that names its fix has no hint: ${told}`, () =>
    inWorkspace(async (space) => {
      await space.extract(TEN);
      await space.run(
        "load",
        ...space.target({ say: told, stopAfter: 0, how: 1 }, { name: "target-postgres" }),
      );
      assert.equal(space.result().error, `target-postgres exited with 1: ${told}`);
    }));

test("failure: the hint is for the exception behind the error, not for one that was recovered from", () =>
  inWorkspace(async (space) => {
    const cause = [
      "requests.exceptions.ConnectionError: Connection refused",
      "",
      "The above exception was the direct cause of the following exception:",
      "",
    ];
    await space.extract(
      says(
        "Traceback (most recent call last):",
        ...cause,
        "Traceback (most recent call last):",
        "x.LoadFailed: no rows",
      ),
    );
    assert.match(
      space.result().error ?? "",
      /x\.LoadFailed: no rows; hint: check the host and port/,
    );
    await space.extract(
      says(
        "Traceback (most recent call last):",
        ...cause,
        "INFO trying again",
        "Traceback (most recent call last):",
        "x.LoadFailed: no rows",
      ),
    );
    assert.equal(space.result().error, "tap-fake exited with 1: x.LoadFailed: no rows");
  }));
