import type { PolicyDocument, Statement } from "../../../components/aws/policy-document";

/** A request as IAM sees it. */
export interface AwsRequest {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** ARN of the resource. */
  readonly resource?: string;
  /** The caller, such as `{ Service: "pods.eks.amazonaws.com" }`; policies of a role name none. */
  readonly principal?: { readonly [kind: string]: string };
  /** Keys of the request for conditions. */
  readonly context?: { readonly [key: string]: string };
}

/** `refused`: a statement denies it. `denied`: no statement allows it. */
export type Decision = "allowed" | "refused" | "denied";

/**
 * Decides on a request by one policy, as IAM does: a denial wins over all, and what no statement allows is denied. It
 * supports what this project's policies use and throws on everything else, so that nothing is allowed by mistake.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(document: PolicyDocument, request: AwsRequest): Decision {
  const met = document.Statement.filter((statement) => meets(statement, request));
  if (met.some(({ Effect }) => Effect === "Deny")) return "refused";
  return met.length > 0 ? "allowed" : "denied";
}

function meets(
  statement: Statement,
  { action, resource, principal, context = {} }: AwsRequest,
): boolean {
  return (
    list(statement.Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    (statement.Resource === undefined ||
      list(statement.Resource).some(
        (pattern) => resource !== undefined && like(pattern, resource),
      )) &&
    isPrincipal(statement.Principal, principal) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, list(wanted), context[key])),
    )
  );
}

function isPrincipal(wanted: Statement["Principal"], principal: AwsRequest["principal"]): boolean {
  if (wanted === undefined || wanted === "*") return true;
  return Object.entries(wanted).some(([kind, name]) => principal?.[kind] === name);
}

/** A key that the request does not have meets no condition. */
function holds(operator: string, wanted: readonly string[], found: string | undefined): boolean {
  const test = operators[operator];
  if (!test) throw new Error(`operator ${operator} is not known here`);
  return found !== undefined && wanted.some((one) => test(one, found));
}

const operators: { readonly [operator: string]: (wanted: string, found: string) => boolean } = {
  StringEquals: (wanted, found) => wanted === found,
  StringLike: like,
  Bool: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  NumericLessThan: (wanted, found) => Number(found) < Number(wanted),
};

/** `*` stands for any text, and `?` for one character. */
function like(pattern: string, text: string): boolean {
  if (pattern.includes("${")) throw new Error(`variables are not known here: ${pattern}`);
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}
