import { parameter } from "./parameters";
import { ATTEMPT } from "./singer-retry";
import { RUN } from "./store-artifacts";
import { type RequestTemplate, json } from "./request-template";
import { file, STREAM, SCHEMAS } from "./pod-files";

/** Time for the runner to end after a stop, shorter than the 30 s after which the pod is killed. */
const GRACE_SECONDS = 20;

/** Request of the tap in artifact mode. */
export const extractRequest = {
  command: "extract",
  ...tap(),
  output: file("extract.jsonl"),
  result: file("result.json"),
  outcome: file("outcome"),
  leaveVerdict: true,
} satisfies RequestTemplate;

/** Request of the target in artifact mode. */
export const loadRequest = {
  command: "load",
  ...target(),
  tapOutcome: "{{inputs.parameters.tapOutcome}}",
  input: file("extract.jsonl"),
  catalog: file("catalog.json"),
  result: file("result.json"),
  outcome: file("outcome"),
  leaveVerdict: true,
} satisfies RequestTemplate;

/** Request of the tap in stream mode. */
export const streamTapRequest = {
  command: "extract",
  ...tap(),
  output: STREAM.pipe,
  result: STREAM.tapResult,
  outcome: STREAM.tapOutcome,
  awaitResult: STREAM.targetResult,
} satisfies RequestTemplate;

/** Request of the target in stream mode. */
export const streamTargetRequest = {
  command: "load",
  ...target(),
  input: STREAM.pipe,
  catalog: file("catalog.json"),
  tapOutcomeFile: STREAM.tapOutcome,
  tapActivity: file("tap.log"),
  // Result of the target in the previous attempt, to which this attempt adds its counts.
  earlier: file("earlier.json"),
  previous: file("earlier.json"),
  result: STREAM.targetResult,
  outcome: STREAM.targetOutcome,
} satisfies RequestTemplate;

function tap() {
  return {
    ...run(),
    tapConnector: "/opt/singer/connector.json",
    select: parameter("select"),
    rules: parameter("rules"),
    maskSalt: "/singer/config/mask-salt",
    storedCatalog: file("stored-catalog.json"),
    catalogMaxAge: json("catalogMaxAge"),
    discovered: file("discovered.json"),
    settings: json("tapSettings"),
    overlay: file("overlay.json"),
    previous: file("previous-tap.json"),
    tapLog: file("tap.log"),
    parallel: json("parallel"),
    lastAttempt: json("retries"),
    maxSlotBytes: json("maxSlotBytes"),
  };
}

function target() {
  return {
    ...run(),
    targetConnector: "/opt/singer/connector.json",
    outputDirectory: parameter("outputDirectory"),
    previous: file("previous-target.json"),
    targetLog: file("target.log"),
    candidate: file("candidate.json"),
    rules: parameter("rules"),
    minRecords: json("minRecords"),
    maxStalenessSeconds: json("maxStaleness"),
    schemas: file("schemas.json"),
    newSchemas: SCHEMAS,
    acceptSchema: json("acceptSchema"),
    parallel: json("parallel"),
    lastAttempt: json("retries"),
  };
}

function run() {
  return {
    directory: parameter("directory"),
    graceSeconds: GRACE_SECONDS,
    idleTimeoutSeconds: json("idleTimeout"),
    identity: "/singer/config/identity.json",
    run: RUN,
    onChange: parameter("onChange"),
    attempt: { json: ATTEMPT },
    givenState: file("given-state.json"),
    state: file("state.json"),
    formerState: file("former-state.json"),
    formerUnless: file("history"),
  };
}
