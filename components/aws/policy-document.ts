/** Conditions of a statement: by operator, then by key of the request. */
export type Conditions = {
  readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
};

/** A statement of a policy. */
export interface Statement {
  /** Statement id, which names its purpose. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Principal; absent in the policy of a role. */
  readonly Principal?: "*" | { readonly [kind: string]: string };
  readonly Action: string | readonly string[];
  /** Resource; absent in a trust policy, which applies to its role. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

/** A policy document of IAM, S3 and other services. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Creates a policy document. */
export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
