/** Conditions of a statement: by operator, then by key of the request. */
export type Conditions = {
  readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
};

/** A statement of a policy. */
export interface Statement {
  /** What it is for. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Whom it is about; absent in the policy of a role. */
  readonly Principal?: "*" | { readonly [kind: string]: string };
  readonly Action: string | readonly string[];
  /** What it is about; absent in a policy of trust, which is about its role. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

/** A policy as IAM, S3 and others take it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A policy of these statements. */
export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
