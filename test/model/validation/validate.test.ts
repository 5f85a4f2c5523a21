import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { secret } from "../../../src/model/connector-settings";
import { tapPostgres } from "../../../connectors";
import { tap } from "../../../src/model/define-connector";
import { job, replication, tapAny, tapShop, targetAny, targetFiles, textsOf } from "../support";

const LABEL = `must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit`;
const NAME = `must be lowercase letters, digits and "-", starting and ending with a letter or digit`;
const DURATION = `must be a positive number with a unit of s, m, h or d, such as "90m" or "1.5h"`;
const TEMPLATE = `"{{" is template syntax of Argo and not allowed`;
const OVERWRITE = `mode "stream": load_method "overwrite" empties a table before a FULL_TABLE extract is known to be complete\nGive every stream replicationMethod "INCREMENTAL" or "LOG_BASED", or use mode "artifact".`;
const batchConfig = (storage?: { readonly root: string }) =>
  tapAny({ batch_config: { encoding: { format: "jsonl" }, ...(storage && { storage }) } });
const batchProblem = (which: string) =>
  `tap setting "batch_config" ${which}: on the cluster the target cannot read files on the tap's disk\nUse an object store as root, such as "s3://bucket/batches", or mode "stream" and "file:///singer/work/batches", or remove batch_config.`;
const BATCHES = [
  [
    { tap: batchConfig({ root: "file:///tmp/b" }) },
    [batchProblem('with the storage root "file:///tmp/b"')],
  ],
  [{ tap: batchConfig({ root: "/tmp/b" }) }, [batchProblem('with the storage root "/tmp/b"')]],
  [{ tap: batchConfig() }, [batchProblem("without a storage root")]],
  [
    { tap: batchConfig({ root: "file:///singer/work/b" }) },
    [batchProblem('with the storage root "file:///singer/work/b"')],
  ],
  [
    { tap: batchConfig({ root: "file:///tmp/b" }), mode: "stream" },
    [batchProblem('with the storage root "file:///tmp/b"')],
  ],
  [{ tap: batchConfig({ root: "file:///singer/work/b" }), mode: "stream" }, []],
  [{ tap: batchConfig({ root: "s3://bucket/b" }) }, []],
] as const;
const FOLDER = `\"../\" is not allowed, because it leads out of a folder`;

const followUp = { name: "dbt", image: "acme/dbt:1", command: ["dbt"] };
const circle: Record<string, unknown> = {};
circle["self"] = circle;

/** Fields that replace those of a valid replication, and the problems. */
const replications: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
  [{}, []],
  [{ name: undefined }, ["name is missing"]],
  [{ name: 7 }, ["name must be text, not a number"]],
  [{ name: "" }, [`name "": it is empty`]],
  [{ name: "Orders_EU" }, [`name "Orders_EU": ${NAME}, such as "orders-eu"`]],
  [{ name: "-" }, [`name "-": ${NAME}`]],
  [{ name: "{{x}}" }, [`name "{{x}}": ${NAME}, such as "x"`]],
  [{ name: "../x" }, [`name "../x": ${NAME}, such as "x"`]],
  [{ name: "a".repeat(52) }, []],
  [
    { name: "a".repeat(53) },
    [`name "${"a".repeat(53)}": it has 53 characters, at most 52 are allowed`],
  ],
  [{ formerName: "Old" }, [`formerName "Old": ${NAME}, such as "old"`]],
  [{ formerName: "orders" }, [`formerName "orders": is the current name`]],
  [{ description: "" }, [`description "": it is empty`]],
  [{ description: "one\ntwo" }, [`description "one\\ntwo": must be a single line`]],
  [{ description: "{{x" }, [`description "{{x": ${TEMPLATE}`]],
  [{ description: "see ../README.md" }, []],
  [{ description: { text: "x" } }, ["description must be text, not an object"]],
  [{ schedule: undefined }, ["schedule is missing"]],
  [{ schedule: 6 }, ["schedule must be text, not a number"]],
  [{ schedule: [] }, ["schedule: the list is empty"]],
  [{ schedule: ["0 6 * * *", 7] }, ["schedule must be text, not a number"]],
  [{ schedule: "0 25 * * *" }, [`schedule "0 25 * * *": hour 25 is outside 0-23`]],
  [
    { schedule: ["0 25 * * *", "61 * * * *"] },
    [
      `schedule "0 25 * * *": hour 25 is outside 0-23`,
      `schedule "61 * * * *": minute 61 is outside 0-59`,
    ],
  ],
  [
    { schedule: "0 0 30 2 *" },
    [`schedule "0 0 30 2 *": it never fires: none of its months has such a day`],
  ],
  [{ schedule: ["0 6 * * *", "0 6 * * *"] }, [`schedule "0 6 * * *": is listed more than once`]],
  [{ schedule: ["0 0 * * *", "@daily"] }, [`schedule "@daily": means the same as "0 0 * * *"`]],
  [{ schedule: ["0 6 * * MON-FRI", "0 9 * * SAT,SUN"] }, []],
  [
    { timezone: "Europe/Berln" },
    [
      `timezone "Europe/Berln": is not a time zone of the IANA database; did you mean "Europe/Berlin"?`,
    ],
  ],
  [{ timezone: 2 }, ["timezone must be text, not a number"]],
  [{ suspend: "yes" }, ["suspend must be true or false, not text"]],
  [{ suspend: null }, ["suspend must be true or false, not null"]],
  [{ deadline: "6 hours" }, [`deadline "6 hours": ${DURATION}`]],
  [{ deadline: "0h" }, [`deadline "0h": ${DURATION}`]],
  [{ idleTimeout: "soon" }, [`idleTimeout "soon": ${DURATION}; or "never"`]],
  [{ idleTimeout: 30 }, ['idleTimeout must be text, not a number; or "never"']],
  [{ deadline: "-1h" }, [`deadline "-1h": ${DURATION}`]],
  [{ deadline: "0.5s" }, [`deadline "0.5s": must be 1 second or more`]],
  [{ deadline: "3651d" }, [`deadline "3651d": must be ten years (3650d) or less`]],
  [{ deadline: 90 }, ["deadline must be text, not a number"]],
  [{ retries: 3 }, ["retries must be an object, not a number"]],
  [{ retries: { limit: 11 } }, ["retries.limit 11: must be a whole number from 0 to 10"]],
  [{ retries: { limit: 1.5 } }, ["retries.limit 1.5: must be a whole number from 0 to 10"]],
  [{ retries: { limit: "2" } }, ["retries.limit must be a whole number from 0 to 10, not text"]],
  [{ retries: { limt: 2 } }, [`retries.limt is not a known field; did you mean "limit"?`]],
  [{ retries: { delay: "1x" } }, [`retries.delay "1x": ${DURATION}`]],
  [
    { retries: { delay: "1h", maxDelay: "30m" } },
    [`retries.delay "1h": is longer than maxDelay "30m"`],
  ],
  [
    { retries: { delay: "20m" } },
    [`retries.delay "20m": is longer than maxDelay "15m" (the default)`],
  ],
  [{ retries: { limit: 0, delay: "90s", maxDelay: "1.5m" } }, []],
  [
    { notifications: { on: ["faild"] } },
    [
      `notifications.on[0] "faild": must be "started" or "succeeded" or "failed" or "recovered"; did you mean "failed"?`,
    ],
  ],
  [{ notifications: { on: "failed" } }, ["notifications.on must be a list, not text"]],
  [{ notifications: { on: [], webhook: secret("channel") } }, []],
  [
    { notifications: { webhook: "https://hook.example/T0KEN" } },
    [`notifications.webhook must be a secret, such as secret("orders-channel"), not text`],
  ],
  [
    {
      notifications: {
        channels: [
          { kind: "slack", webhook: secret("slack") },
          { kind: "teams", webhook: secret("teams") },
          { kind: "pagerduty", routingKey: secret("key"), severity: "critical", scope: undefined },
          { kind: "opsgenie", apiKey: secret("key"), url: "https://api.eu.opsgenie.com" },
          { kind: "email", host: "smtp", from: "Data <d@example.com>", to: ["o@example.com"] },
          {
            kind: "webhook",
            url: secret("hook"),
            headers: { Authorization: secret("token"), "X-Team": "data" },
            body: { content: "{{text}}", n: ["{{ records }}"] },
          },
        ],
      },
    },
    [],
  ],
  [{ notifications: { channels: [] } }, ["notifications.channels: the list is empty"]],
  [
    { notifications: { channels: { kind: "slack" } } },
    ["notifications.channels must be a list, not an object"],
  ],
  [
    { notifications: { channels: [{ kind: "slak", webhook: secret("slack") }, "slack", {}] } },
    [
      'notifications.channels[0].kind "slak": must be "slack" or "teams" or "pagerduty" or "opsgenie" or "email" or "webhook"; did you mean "slack"?',
      "notifications.channels[1] must be an object, not text",
      "notifications.channels[2].kind is missing",
    ],
  ],
  [
    { notifications: { channels: [{ kind: "slack", webhok: "https://hook.example/T0KEN" }] } },
    [
      "notifications.channels[0].webhook is missing",
      'notifications.channels[0].webhok is not a known field; did you mean "webhook"?',
    ],
  ],
  [
    { notifications: { channels: [{ kind: "pagerduty", routingKey: "R0", severity: "high" }] } },
    [
      `notifications.channels[0].routingKey must be a secret, such as secret("orders-channel"), not text`,
      'notifications.channels[0].severity "high": must be "critical" or "error" or "warning" or "info"',
    ],
  ],
  [
    {
      notifications: { channels: [{ kind: "email", host: "smtp:25", from: "me", to: ["a@b\n"] }] },
    },
    [
      'notifications.channels[0].host "smtp:25": must be a host without a port, such as "smtp.example.com"',
      'notifications.channels[0].from "me": must be an e-mail address, such as "data@example.com" or "Data <data@example.com>"',
      'notifications.channels[0].to[0] "a@b\\n": must be an e-mail address, such as "data@example.com" or "Data <data@example.com>"',
    ],
  ],
  [
    {
      notifications: {
        channels: [
          { kind: "email", host: "smtp", from: "a@b.c", to: ["a@b.c"], user: "etl" },
          {
            kind: "email",
            host: "smtp",
            from: "a@b.c",
            to: ["a@b.c"],
            user: "etl",
            password: secret("smtp"),
            security: "none",
          },
        ],
      },
    },
    [
      "notifications.channels[0]: user and password must be set together",
      'notifications.channels[1]: security "none" would send the password unencrypted\nUse "starttls" or "tls", or remove user and password.',
    ],
  ],
  [
    {
      notifications: {
        channels: [
          { kind: "webhook", url: secret("u"), headers: { "A b": "x", C: 1 }, body: "{{pipelin}}" },
        ],
      },
    },
    [
      `notifications.channels[0].headers "A b": must be the name of a header, such as "Authorization"`,
      "notifications.channels[0].headers.C must be a secret or text without control characters",
      'notifications.channels[0].body: {{pipelin}} is not a placeholder; did you mean "pipeline"?',
    ],
  ],
  [{ owner: "a\nb" }, [`owner "a\\nb": must be a single line`]],
  [{ owner: " " }, [`owner " ": it is empty`]],
  [{ owner: "}}" }, [`owner "}}": "}}" is template syntax of Argo and not allowed`]],
  [{ owner: "../x" }, [`owner "../x": ${FOLDER}`]],
  [{ labels: ["x"] }, ["labels must be an object with text values, not a list"]],
  [{ labels: { domain: 5 } }, ["labels.domain must be text, not a number"]],
  [{ labels: { domain: "sales team" } }, [`labels.domain "sales team": ${LABEL}`]],
  [{ labels: { domain: "{{x}}" } }, [`labels.domain "{{x}}": ${TEMPLATE}`]],
  [
    { labels: { domain: "x".repeat(64) } },
    [`labels.domain "${"x".repeat(64)}": it has 64 characters, at most 63 are allowed`],
  ],
  [{ labels: { domain: "", "example.com/team": "A.b_c-1" } }, []],
  [{ labels: { "my label": "x" } }, [`labels: key "my label": ${LABEL}`]],
  [
    { labels: { ["k".repeat(64)]: "x" } },
    [`labels: key "${"k".repeat(64)}": it has 64 characters, at most 63 are allowed`],
  ],
  [
    { labels: { "Example.com/team": "x" } },
    [
      `labels: key "Example.com/team": must have a DNS name before the "/", such as "example.com/team"`,
    ],
  ],
  [{ labels: { "../x": "x" } }, [`labels: key "../x": ${FOLDER}`]],
  [
    { labels: { "app.kubernetes.io/name": "x" } },
    [`labels: key "app.kubernetes.io/name": the prefix "app.kubernetes.io/" is reserved`],
  ],
  [
    { labels: { "workflows.argoproj.io/x": "x" } },
    [`labels: key "workflows.argoproj.io/x": the prefix "workflows.argoproj.io/" is reserved`],
  ],
  [{ onRemove: "keep" }, [`onRemove "keep": must be "delete" or "orphan"`]],
  [{ role: "admin" }, [`role "admin": must be "shared" or "own"`]],
  [{ kind: "jobb" }, [`kind "jobb": must be "replication" or "job"; did you mean "job"?`]],
  [{ kind: 1 }, [`kind must be "replication" or "job", not a number`]],
  [{ kind: "replication" }, []],
  [{ shedule: "0 6 * * *" }, [`shedule is not a known field; did you mean "schedule"?`]],
  [{ frequency: "daily" }, ["frequency is not a known field"]],
  [{ toString: "x" }, ["toString is not a known field"]],
  [{ frequency: undefined }, []],
  [{ mode: "steam" }, [`mode "steam": must be "artifact" or "stream"; did you mean "stream"?`]],
  [{ mode: "stream" }, []],
  [
    { mode: "stream", configFrom: "store" },
    [
      `mode "stream": with configFrom "store" the tap would see the target's settings, because both run in one pod\nUse mode "artifact".`,
    ],
  ],
  [
    {
      mode: "stream",
      target: targetAny({ load_method: "overwrite" }),
      streams: ["a", { stream: "b", replicationMethod: "INCREMENTAL" }],
    },
    [OVERWRITE],
  ],
  [{ mode: "stream", target: targetAny({ load_method: "overwrite" }) }, [OVERWRITE]],
  [
    {
      mode: "stream",
      target: targetAny({ load_method: "overwrite" }),
      streams: [{ stream: "b", replicationMethod: "INCREMENTAL" }],
    },
    [],
  ],
  [{ mode: "artifact", target: targetAny({ load_method: "overwrite" }) }, []],
  ...BATCHES,
  [
    {
      tap: tapPostgres({
        host: "h",
        database: "d",
        default_replication_method: "LOG_BASED",
      }),
    },
    ['tap: LOG_BASED streams of tap-postgres require setting "replication_slot_name"'],
  ],
  [
    {
      tap: tapPostgres({ host: "h", database: "d", replication_slot_name: "orders" }),
      streams: ["public-a", { stream: "public-b", replicationMethod: "LOG_BASED" }],
    },
    [],
  ],
  [
    { mode: "stream", target: targetFiles({}) },
    [
      `mode "stream": target-folder writes files, which are not saved in stream mode on the cluster\nUse mode "artifact".`,
    ],
  ],
  [
    { initialState: { at: 1 }, configFrom: "store" },
    [
      `initialState: with configFrom "store" the initial state is in the store\nStore it with \`tapctl config put orders --state FILE\`.`,
    ],
  ],
  [{ configFrom: "file" }, [`configFrom "file": must be "array" or "store"`]],
  [{ initialState: {} }, ["initialState: it is empty\nRemove it to start without a state."]],
  [{ initialState: [] }, ["initialState must be an object or the JSON text of one, not a list"]],
  [{ initialState: { bookmarks: {} } }, []],
  [
    { initialState: { at: new Date(0) } },
    ["initialState.at is not a plain object, which JSON cannot hold\nWrite it as text."],
  ],
  [
    { expectations: { minRecords: -1 } },
    ["expectations.minRecords -1: must be a whole number from 0"],
  ],
  [
    { expectations: { minRecords: "1" } },
    ["expectations.minRecords must be a whole number from 0, not text"],
  ],
  [
    { expectations: { maxStaleness: "2 days" } },
    [`expectations.maxStaleness "2 days": ${DURATION}`],
  ],
  [
    { expectations: { minRecord: 1 } },
    [`expectations.minRecord is not a known field; did you mean "minRecords"?`],
  ],
  [{ resources: { cpu: 1 } }, ["resources.cpu is not a known field"]],
  [
    { resources: { tap: { cpu: "1 core" } } },
    [
      `resources.tap.cpu "1 core": must be a number of cores or millicores, such as 0.5, "2" or "250m"`,
    ],
  ],
  [{ resources: { tap: { cpu: 0 } } }, ["resources.tap.cpu 0: must be 0.001 cores (1m) or more"]],
  [
    { resources: { tap: { cpu: NaN } } },
    [`resources.tap.cpu NaN: must be a number of cores or millicores, such as 0.5, "2" or "250m"`],
  ],
  [
    { resources: { tap: { cpu: "0.5m" } } },
    [`resources.tap.cpu "0.5m": must be 0.001 cores (1m) or more`],
  ],
  [
    { resources: { tap: { cpu: "1.5m" } } },
    [`resources.tap.cpu "1.5m": must be whole millicores, the smallest unit of Kubernetes`],
  ],
  [
    { resources: { tap: { cpu: 500 } } },
    [`resources.tap.cpu 500: must be 256 cores or less; did you mean "500m"?`],
  ],
  [{ resources: { tap: { cpu: "257" } } }, [`resources.tap.cpu "257": must be 256 cores or less`]],
  [
    { resources: { tap: { cpu: true } } },
    [`resources.tap.cpu must be a number of cores, such as 0.5 or "250m", not a boolean`],
  ],
  [
    { resources: { tap: { cpu: 2, cpuLimit: "1500m" } } },
    [`resources.tap.cpu 2: is more than cpuLimit "1500m"`],
  ],
  [
    { resources: { target: { cpuLimit: "50m" } } },
    [`resources.target.cpu 0.1 (the default): is more than cpuLimit "50m"`],
  ],
  [{ resources: { target: { cpu: "250m", cpuLimit: 0.25, memory: "1.5Gi" } } }, []],
  [
    { resources: { target: { memory: "512MB" } } },
    [
      `resources.target.memory "512MB": must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"; did you mean "512Mi"?`,
    ],
  ],
  [
    { resources: { target: { memory: "lots" } } },
    [
      `resources.target.memory "lots": must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"`,
    ],
  ],
  [
    { resources: { target: { memory: "5Mi" } } },
    [`resources.target.memory "5Mi": must be 6Mi or more, or no container can start`],
  ],
  [
    { resources: { target: { memory: "33Ti" } } },
    [`resources.target.memory "33Ti": must be 32Ti or less`],
  ],
  [{ streams: [] }, ["streams: the list is empty"]],
  [{ streams: "orders" }, ["streams must be an object or a list, not text"]],
  [{ streams: [""] }, [`streams[0] "": it is empty`]],
  [{ streams: [5] }, ["streams[0] must be text or an object, not a number"]],
  [{ streams: [{}] }, ["streams[0].stream is missing"]],
  [{ streams: ["a", { stream: "a" }] }, [`streams: stream "a" is listed more than once`]],
  [
    { streams: [{ stream: "a", replicationMethod: "incremental" }] },
    [
      `streams[0].replicationMethod "incremental": must be "FULL_TABLE" or "INCREMENTAL" or "LOG_BASED"; did you mean "INCREMENTAL"?`,
    ],
  ],
  [
    { streams: [{ stream: "a", replicationKey: "id", replicationMethod: "FULL_TABLE" }] },
    [`streams[0].replicationKey "id": needs replicationMethod "INCREMENTAL", not "FULL_TABLE"`],
  ],
  [
    { streams: [{ stream: "a", replicationKey: "id" }] },
    [`streams[0].replicationKey "id": needs replicationMethod "INCREMENTAL", which is missing`],
  ],
  [
    { streams: [{ stream: "a", replicationKey: "", replicationMethod: "INCREMENTAL" }] },
    [`streams[0].replicationKey "": it is empty`],
  ],
  [{ streams: [{ stream: "a", include: [] }] }, ["streams[0].include: the list is empty"]],
  [
    { streams: [{ stream: "a", exclude: [1] }] },
    ["streams[0].exclude[0] must be text, not a number"],
  ],
  [
    {
      streams: [
        "a",
        {
          stream: "b-*",
          replicationMethod: "INCREMENTAL",
          replicationKey: "id",
          include: ["*"],
          exclude: ["ssn"],
        },
      ],
    },
    [],
  ],
  [{ followUps: [] }, []],
  [{ followUps: followUp }, ["followUps must be a list, not an object"]],
  [{ followUps: ["dbt"] }, ["followUps[0] must be an object, not text"]],
  [
    { followUps: [{}] },
    [
      "followUps[0].name is missing",
      "followUps[0].image is missing",
      "followUps[0].command is missing",
    ],
  ],
  [
    { followUps: [{ ...followUp, name: "Dbt" }] },
    [`followUps[0].name "Dbt": ${NAME}, such as "dbt"`],
  ],
  [
    { followUps: [{ ...followUp, name: "d".repeat(64) }] },
    [`followUps[0].name "${"d".repeat(64)}": it has 64 characters, at most 63 are allowed`],
  ],
  [{ followUps: [followUp, followUp] }, [`followUps: name "dbt" is used more than once`]],
  [{ followUps: [followUp, { ...followUp, name: "tests", deadline: "10m" }] }, []],
  [{ followUps: [{ ...followUp, deadline: "x" }] }, [`followUps[0].deadline "x": ${DURATION}`]],
  [{ followUps: [{ ...followUp, image: "" }] }, [`followUps[0].image "": it is empty`]],
  [
    { followUps: [{ ...followUp, image: "acme/d bt:1" }] },
    [`followUps[0].image "acme/d bt:1": must not contain spaces`],
  ],
  [
    { followUps: [{ ...followUp, image: "acme/{{x}}:1" }] },
    [`followUps[0].image "acme/{{x}}:1": ${TEMPLATE}`],
  ],
  [
    { followUps: [{ ...followUp, image: "localhost:5000/dbt" }] },
    [
      `followUps[0].image "localhost:5000/dbt": must end with a tag or a digest, such as ":1.9.0" or "@sha256:…"`,
    ],
  ],
  [{ followUps: [{ ...followUp, image: `localhost:5000/dbt@sha256:${"a".repeat(64)}` }] }, []],
  [
    { followUps: [{ ...followUp, command: "dbt build" }] },
    ["followUps[0].command must be a list, not text"],
  ],
  [{ followUps: [{ ...followUp, command: [] }] }, ["followUps[0].command: the list is empty"]],
  [
    { followUps: [{ ...followUp, command: [""] }] },
    ["followUps[0].command[0]: the program's name is empty"],
  ],
  [{ followUps: [{ ...followUp, command: ["dbt", ""] }] }, []],
  [{ followUps: [{ ...followUp, runAsUser: 1000 }] }, []],
  [
    { followUps: [{ ...followUp, runAsUser: 0 }] },
    ["followUps[0].runAsUser 0: must be a whole number from 1 to 2147483647"],
  ],
  [{ followUps: [{ ...followUp, command: ["../dbt", "{{ run }}", "$(A)"] }] }, []],
  [
    { followUps: [{ ...followUp, command: ["dbt", "\0"] }] },
    [`followUps[0].command[1] "\\u0000": must not contain a NUL character`],
  ],
  [{ owner: "a\tb" }, [`owner "a\\tb": must not contain control characters`]],
  [
    { followUps: [{ ...followUp, env: ["A=1"] }] },
    ["followUps[0].env must be an object, not a list"],
  ],
  [
    { followUps: [{ ...followUp, env: { "my-var": "x" } }] },
    [`followUps[0].env: name "my-var": must be letters, digits and "_", not starting with a digit`],
  ],
  [
    { followUps: [{ ...followUp, env: { A: 1 } }] },
    [`followUps[0].env.A must be text or secret("name"), not a number`],
  ],
  [
    { followUps: [{ ...followUp, env: { A: "hush {{x}} $$", B: "hush \0" } }] },
    [`followUps[0].env.B: must not contain a NUL character`],
  ],
  [{ followUps: [{ ...followUp, env: { A: "../", B: secret("b-token"), C: undefined } }] }, []],
  [
    { followUps: [{ ...followUp, resources: { memory: "1G" } }] },
    [
      `followUps[0].resources.memory "1G": must be a number with a unit of Ki, Mi, Gi or Ti, such as "512Mi"; did you mean "1Gi"?`,
    ],
  ],
  [{ tap: undefined }, ["tap is missing"]],
  [
    { tap: "tap-shop" },
    ["tap must be a connector with its settings, such as tapPostgres({ … }), not text"],
  ],
  [
    { target: {} },
    ["target must be a connector with its settings, such as targetJsonl({}), not an object"],
  ],
  [
    { tap: tapShop },
    ["tap is a function\nCall it with its settings, such as tap: connector({ … })"],
  ],
  [
    { tap: targetAny({}), target: tapAny({}) },
    ["tap: target-any is a target, not a tap", "target: tap-any is a tap, not a target"],
  ],
  [{ tap: { ...tapAny({}), kind: 5 } }, ["tap: tap-any is something else, not a tap"]],
  [
    { tap: { kind: "target", connector: {}, settings: {} } },
    ["tap: the connector is a target, not a tap"],
  ],
  [
    { tap: { ...tapAny({}), settings: "x" } },
    ["tap: settings of tap-any must be an object, not text"],
  ],
  [
    { tap: { ...tapAny({}), settings: undefined } },
    ["tap: settings of tap-any must be an object, not undefined"],
  ],
  [
    { tap: { kind: "tap", connector: {}, settings: {} } },
    [
      "tap connector name must be text, not undefined",
      "tap connector needs a package and a version, or an image",
    ],
  ],
  [
    { tap: tap({ name: "tap x", package: "tap-x", version: "1" })({}) },
    [`tap connector name "tap x": only letters, digits, "-", "_" and "." are allowed`],
  ],
  [
    { tap: tap({ name: "tap-x", package: "tap-x==1", version: "1" })({}) },
    [
      `tap connector package "tap-x==1": must be the name of a package without a version, or the address of one, such as git+https://github.com/acme/tap-erp@v1.9.0`,
    ],
  ],
  [
    { tap: tap({ name: "tap-x", package: "git+https://github.com/acme/tap-x" })({}) },
    [
      `tap connector package "git+https://github.com/acme/tap-x": names no tag, branch or commit: add it at the end, such as git+https://github.com/acme/tap-x@v1.0.0`,
    ],
  ],
  [
    { tap: tap({ name: "tap-x", package: "tap-x[s3]", version: ">=1" })({}) },
    [`tap connector version ">=1": must be one exact version, such as "1.4.2"`],
  ],
  [
    { tap: tap({ name: "tap-x", package: "tap-x", version: "1.*" })({}) },
    [`tap connector version "1.*": must be one exact version, such as "1.4.2"`],
  ],
  [
    { tap: tap({ name: "tap-x", image: "acme/tap-x" })({}) },
    [
      `tap connector image "acme/tap-x": must end with a tag or a digest, such as ":1.9.0" or "@sha256:…"`,
    ],
  ],
  [{ tap: tap({ name: "tap-x", image: "acme/tap-x:1" })({}) }, []],
  [
    { tap: { ...tapShop({ host: "db", password: "x" }), settings: {} } },
    [
      `tap: setting "host" of tap-shop is missing`,
      `tap: setting "password" of tap-shop is missing`,
    ],
  ],
  [{ tap: { ...tapShop({ host: "db", password: "x" }), settings: {} }, configFrom: "store" }, []],
  [
    {
      tap: tap<{ host: string }>({
        name: "tap-x",
        package: "tap-x",
        version: "1",
        settings: { host: "string" },
        required: ["host"],
        defaults: { host: "db" },
      })({} as { host: string }),
    },
    [],
  ],
  [
    { tap: shop({ hots: "db" }) },
    [`tap setting "hots" is not a setting of tap-shop; did you mean "host"?`],
  ],
  [{ tap: shop({ colour: "red" }) }, [`tap setting "colour" is not a setting of tap-shop`]],
  [{ tap: shop({ constructor: "x" }) }, [`tap setting "constructor" is not a setting of tap-shop`]],
  [{ tap: shop({ host: 5 }) }, [`tap setting "host" must be text, not a number`]],
  [{ tap: shop({ host: null }) }, [`tap setting "host" must be text, not null`]],
  [{ tap: shop({ port: "5432" }) }, [`tap setting "port" must be a number, not text`]],
  [{ tap: shop({ port: NaN }) }, [`tap setting "port" is NaN, which JSON cannot hold`]],
  [{ tap: shop({ tls: "true" }) }, [`tap setting "tls" must be true or false, not text`]],
  [
    {
      tap: shop({
        port: secret("port-secret"),
        tls: secret("tls-secret"),
        options: secret("options-secret"),
      }),
    },
    [],
  ],
  [
    { tap: shop({ options: { a: [1, () => 1] } }) },
    [`tap setting "options".a[1] is a function, which JSON cannot hold`],
  ],
  [{ tap: shop({ options: null }) }, []],
  [
    { tap: shop({ options: circle }) },
    [`tap setting "options".self contains itself, which JSON cannot hold`],
  ],
  [
    { tap: shop({ password: { $secret: 5 } }) },
    [`tap setting "password" must be text, not an object`],
  ],
  [
    { tap: tapOf({ password: { $secret: 5 } }) },
    [`tap setting "password" is a secret that was not created with secret("name")`],
  ],
  [
    { tap: tapOf({ password: { $secret: "x", more: 1 } }) },
    [`tap setting "password" is a secret that was not created with secret("name")`],
  ],
  [
    { tap: tapOf({ since: new Date(0) }) },
    [`tap setting "since" is not a plain object, which JSON cannot hold\nWrite it as text.`],
  ],
  [{ tap: tapOf({ id: 1234567890123456789n, port: 1n, small: -9007199254740991 }) }, []],
  [
    { tap: tapOf({ id: 1234567890123456789 }) },
    [
      `tap setting "id" is an integer beyond 2^53, which JavaScript rounds\nWrite it as a bigint, such as 1234567890123456789n.`,
    ],
  ],
  [{ initialState: '{"id": 1.10}' }, []],
  [{ initialState: "{'id': 1}" }, ["initialState: the text is not JSON"]],
  [{ initialState: '{"id": NaN}' }, ["initialState: the text is not JSON (it holds NaN)"]],
  [{ initialState: "[]" }, ["initialState: the text must be a JSON object"]],
  [{ initialState: " {} " }, ["initialState: it is empty\nRemove it to start without a state."]],
  [{ tap: tapOf({ text: "{{ anything }} ../", left: undefined }) }, []],
  [
    { tap: tapOf({ token: secret("Shop_Token") }) },
    [
      `tap setting "token": secret "Shop_Token": must be lowercase letters, digits, "-", "_" and ".", starting with a letter`,
    ],
  ],
  [
    { tap: tapOf({ token: secret("s".repeat(254)) }) },
    [
      `tap setting "token": secret "${"s".repeat(79)}…": it has 254 characters, at most 253 are allowed`,
    ],
  ],
  [
    { tap: tapOf({ users: [{ token: secret("user") }] }) },
    [
      `tap setting "users[0].token": secret "user": its environment variable USER is set by shells\nChoose another name.`,
    ],
  ],
  [
    { tap: tapOf({ text: "x".repeat(450_000) }), target: targetAny({ text: "x".repeat(449_970) }) },
    [],
  ],
  [
    { tap: tapOf({ text: "x".repeat(500_000) }), target: targetAny({ text: "ü".repeat(250_000) }) },
    [
      `settings: tap, target, streams and initialState are 1001 kB of JSON, more than the 900 kB that fit in a Kubernetes Secret\nStore them with configFrom: "store".`,
    ],
  ],
  [
    { initialState: { bookmarks: { a: "x".repeat(950_000) } } },
    [
      `settings: tap, target, streams and initialState are 951 kB of JSON, more than the 900 kB that fit in a Kubernetes Secret\nStore them with configFrom: "store".`,
    ],
  ],
  [
    {
      configFrom: "store",
      streams: Array.from({ length: 1000 }, (_, index) => ({
        stream: `public-${"x".repeat(1000)}-${index}`,
      })),
    },
    [
      `streams: the rules are 1025 kB of JSON, more than the 900 kB that fit in a Kubernetes Secret\nUse fewer rules with patterns, such as "public-*".`,
    ],
  ],
  [{ tap: tapOf({ text: "x".repeat(1_000_000) }), configFrom: "store" }, []],
];

/** Fields that replace those of a valid job, and the problems. */
const jobs: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
  [{}, []],
  [{ resources: { cpu: "1", memory: "1Gi" }, env: { TOKEN: secret("dbt-token") } }, []],
  [{ tap: tapAny({}) }, [`tap is not a known field`]],
  [{ image: undefined, command: undefined }, ["image is missing", "command is missing"]],
  [{ image: 5 }, ["image must be text, not a number"]],
  [{ kind: undefined }, [`kind is missing: an entry with an image is a job, kind: "job"`]],
  [{ kind: "jbo" }, [`kind "jbo": must be "replication" or "job"; did you mean "job"?`]],
  [
    { env: { TOKEN: secret("Dbt") } },
    [
      `env "TOKEN": secret "Dbt": must be lowercase letters, digits, "-", "_" and ".", starting with a letter`,
    ],
  ],
];

for (const [base, cases] of [
  [replication, replications],
  [job, jobs],
] as const) {
  for (const [fields, expected] of cases) {
    const shown =
      fields === undefined
        ? ""
        : String(Object.entries(fields).map(([name, value]) => `${name} = ${shorten(value)}`));
    test(`validation: ${base.name} with ${shown || "nothing else"}: ${expected.length === 0 ? "valid" : shorten(expected[0])}`, () => {
      assert.deepEqual(textsOf({ ...base, ...fields }), expected);
    });
  }
}

for (const [entry, expected] of [
  [null, ["must be an object, not null"]],
  [undefined, ["must be an object, not undefined"]],
  ["orders", ["must be an object, not text"]],
  [[], ["must be an object, not a list"]],
  [
    Promise.resolve(),
    ["name is missing", "schedule is missing", "tap is missing", "target is missing"],
  ],
  [{}, ["name is missing", "schedule is missing", "tap is missing", "target is missing"]],
  [
    { kind: "job" },
    ["name is missing", "schedule is missing", "image is missing", "command is missing"],
  ],
] as const) {
  test(`validation: an entry that is ${shorten(entry)} is rejected`, () =>
    assert.deepEqual(textsOf(entry), expected));
}

test("validation: a wrong value in any field is a problem, never an exception", () => {
  const rubbish: readonly unknown[] = [
    null,
    0,
    -1,
    NaN,
    1.5,
    "",
    " ",
    "x y",
    "{{",
    true,
    [],
    [null],
    [[]],
    [{}],
    {},
    { a: null },
    () => 1,
    Symbol("x"),
    10n,
    new Date(0),
    Promise.resolve(),
    circle,
    Object.create(null),
  ];
  const names = [
    "kind",
    "name",
    "formerName",
    "description",
    "schedule",
    "timezone",
    "suspend",
    "deadline",
    "retries",
    "notifications",
    "owner",
    "labels",
    "onRemove",
    "role",
    "tap",
    "target",
    "streams",
    "onSchemaChange",
    "catalog",
    "maskSalt",
    "mode",
    "initialState",
    "resources",
    "expectations",
    "followUps",
    "configFrom",
    "image",
    "command",
    "env",
    "unheard",
  ];
  for (const base of [replication, job]) {
    for (const name of names) {
      for (const value of rubbish)
        for (const text of textsOf({ ...base, [name]: value }))
          assert.match(text, /^[^\n]+(\n[^\n]+)?$/);
    }
  }
  for (const name of ["connector", "settings", "kind"])
    for (const value of rubbish)
      textsOf({ ...replication, tap: { ...replication.tap, [name]: value } });
  for (const name of [
    "name",
    "source",
    "settings",
    "required",
    "defaults",
    "outputSetting",
    "destination",
  ]) {
    for (const value of rubbish)
      textsOf({
        ...replication,
        mode: "stream",
        tap: { ...replication.tap, connector: { ...replication.tap.connector, [name]: value } },
      });
  }
});

function shop(settings: Readonly<Record<string, unknown>>) {
  return { ...replication.tap, settings: { host: "db", password: "x", ...settings } };
}

function tapOf(settings: Readonly<Record<string, unknown>>) {
  return { ...tapAny({}), settings };
}

function shorten(value: unknown): string {
  const text =
    typeof value === "string"
      ? value
      : typeof value === "object"
        ? Object.keys(value ?? { null: 0 }).join()
        : inspect(value);
  return text.length > 90 ? `${text.slice(0, 90)}…` : text.replaceAll("\n", "\\n");
}
