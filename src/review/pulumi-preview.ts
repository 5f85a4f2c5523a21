import { UserError } from "../common/errors";

/** Resource changes from `pulumi preview --json`, without values. */
export interface ResourcePlan {
  /** Resources that are deleted or replaced. */
  readonly losses: readonly ResourceLoss[];

  /** Number of resources per operation, without `same`, in the order of the preview. */
  readonly counts: readonly (readonly [operation: string, count: number])[];

  /** Number of errors in the preview: with errors, the plan is incomplete. */
  readonly errors: number;
}

/** A resource that is deleted or replaced. */
export interface ResourceLoss {
  readonly kind: "deleted" | "replaced";
  /** Type token, e.g. `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Its name in the program. */
  readonly name: string;
  /** Properties that require the replacement. */
  readonly reasons: readonly string[];
}

/** Supported versions; the format has not changed since 3.0. */
const VERSIONS = "Pulumi 3 (written for 3.248 and newer)";

const OPERATIONS = new Set([
  ..."same create update delete replace create-replacement delete-replaced read read-replacement refresh".split(
    " ",
  ),
  ..."discard discard-replaced remove-pending-replace import import-replacement diff extend-parameterize".split(
    " ",
  ),
]);

const REPLACING = new Set([
  "replace",
  "create-replacement",
  "delete-replaced",
  "read-replacement",
  "discard-replaced",
  "import-replacement",
]);

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly replaceReasons?: readonly string[] | undefined;
}

/**
 * Parses the JSON output of a preview.
 *
 * @param file name of the file in messages.
 * @throws UserError for other formats, e.g. the events of `PULUMI_ENABLE_STREAMING_JSON_PREVIEW`.
 */
export function readPulumiPreview(file: string, text: string): ResourcePlan {
  const digest = parse(file, text);
  const { steps = [], changeSummary = {}, diagnostics = [] } = digest;
  if (
    !Array.isArray(steps) ||
    !isRecord(changeSummary) ||
    !Array.isArray(diagnostics) ||
    !["steps", "changeSummary", "diagnostics"].some((field) => field in digest)
  )
    throw refusal(file, "it has no steps and no changeSummary");
  const read = steps.map((step: unknown, index) => stepOf(file, step, index));
  const counts = Object.entries(changeSummary).filter(
    (entry): entry is [string, number] =>
      entry[0] !== "same" && typeof entry[1] === "number" && entry[1] > 0,
  );
  const unknown = counts.find(([operation]) => !OPERATIONS.has(operation));
  if (unknown)
    throw refusal(file, `changeSummary has an unknown operation ${JSON.stringify(unknown[0])}`);
  return {
    losses: lossesOf(read),
    counts,
    errors: diagnostics.filter((one: unknown) => isRecord(one) && one["severity"] === "error")
      .length,
  };
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const digest: unknown = JSON.parse(text);
    if (isRecord(digest)) return digest;
  } catch {
    // Several JSON values, or log lines before the JSON: rejected below.
  }
  throw refusal(file, text.trim() === "" ? "it is empty" : "it is not one JSON object");
}

function stepOf(file: string, step: unknown, index: number): Step {
  if (!isRecord(step) || typeof step["op"] !== "string" || typeof step["urn"] !== "string")
    throw refusal(file, `steps[${index}] has no op and urn`);
  if (!OPERATIONS.has(step["op"]))
    throw refusal(file, `steps[${index}] has an unknown operation ${JSON.stringify(step["op"])}`);
  const reasons = step["replaceReasons"];
  return {
    op: step["op"],
    urn: step["urn"],
    replaceReasons: Array.isArray(reasons)
      ? reasons.filter((one) => typeof one === "string")
      : undefined,
  };
}

/** Combines the steps of a replacement; deletions come first, because nothing replaces them. */
function lossesOf(steps: readonly Step[]): readonly ResourceLoss[] {
  const replaced = steps.filter(({ op }) => REPLACING.has(op));
  const urns = new Set(replaced.map(({ urn }) => urn));
  const deleted = steps
    .filter(({ op, urn }) => op === "delete" && !urns.has(urn))
    .map(({ urn }) => ({ kind: "deleted" as const, ...nameOf(urn), reasons: [] }));
  const reasons = (urn: string) => [
    ...new Set(
      replaced.filter((step) => step.urn === urn).flatMap((step) => step.replaceReasons ?? []),
    ),
  ];
  return [
    ...deleted,
    ...[...urns].map((urn) => ({
      kind: "replaced" as const,
      ...nameOf(urn),
      reasons: reasons(urn),
    })),
  ];
}

/** Parses `urn:pulumi:stack::project::parent$type::name`; the name may contain `::`. */
function nameOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").pop() ?? "", name: name.join("::") };
}

function refusal(file: string, problem: string): UserError {
  return new UserError(`--preview ${file}: ${problem}.`, {
    fix: `Use the output of \`pulumi preview --json\` of ${VERSIONS}, without PULUMI_ENABLE_STREAMING_JSON_PREVIEW.`,
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
