import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { policy, type Statement } from "../../../components/aws/policy-document";
import { decide, type AwsRequest, type Decision } from "./evaluate";

const read: Statement = {
  Sid: "Read",
  Effect: "Allow",
  Action: "s3:Get*",
  Resource: ["arn:aws:s3:::a/x/*", "arn:aws:s3:::a/y?"],
};
const noWrites: Statement = {
  Sid: "NoWrites",
  Effect: "Deny",
  Action: ["s3:PutObject", "s3:GetObjectAcl"],
  Resource: "*",
};
const when = (operator: string, key: string, wanted: string | readonly string[]): Statement => ({
  ...read,
  Resource: "*",
  Condition: { [operator]: { [key]: wanted } },
});

const get = (resource: string, context?: AwsRequest["context"]): AwsRequest => ({
  action: "s3:GetObject",
  resource,
  ...(context && { context }),
});

describe("policy evaluator", () => {
  const cases: readonly (readonly [string, readonly Statement[], AwsRequest, Decision])[] = [
    ["what a statement allows is allowed", [read], get("arn:aws:s3:::a/x/1/2"), "allowed"],
    ["? matches one character", [read], get("arn:aws:s3:::a/y1"), "allowed"],
    ["? matches no more than one character", [read], get("arn:aws:s3:::a/y12"), "denied"],
    ["a pattern matches the whole text", [read], get("arn:aws:s3:::aa/x/1"), "denied"],
    [
      "a dot matches only a dot",
      [{ ...read, Resource: "arn:aws:s3:::a.b/*" }],
      get("arn:aws:s3:::acb/1"),
      "denied",
    ],
    [
      "the case of actions does not matter",
      [read],
      { action: "S3:getobject", resource: "arn:aws:s3:::a/x/1" },
      "allowed",
    ],
    [
      "what no statement allows is denied",
      [read],
      { action: "s3:PutObject", resource: "arn:aws:s3:::a/x/1" },
      "denied",
    ],
    ["without statements, everything is denied", [], get("arn:aws:s3:::a/x/1"), "denied"],
    [
      "a Deny takes precedence in any order",
      [noWrites, read],
      { action: "s3:GetObjectAcl", resource: "arn:aws:s3:::a/x/1" },
      "refused",
    ],
    [
      "a statement with a resource needs a request with one",
      [read],
      { action: "s3:GetObject" },
      "denied",
    ],
    [
      "one matching value meets a condition",
      [when("StringEquals", "k", ["a", "b"])],
      get("r", { k: "b" }),
      "allowed",
    ],
    [
      "part of a value does not meet a condition",
      [when("StringEquals", "k", "a")],
      get("r", { k: "ab" }),
      "denied",
    ],
    [
      "a missing key does not meet a condition",
      [when("StringEquals", "k", "a")],
      get("r"),
      "denied",
    ],
    ["StringLike is supported", [when("StringLike", "k", "a*")], get("r", { k: "ab" }), "allowed"],
    ["Bool is supported", [when("Bool", "k", "false")], get("r", { k: "False" }), "allowed"],
    [
      "NumericLessThan is supported",
      [when("NumericLessThan", "k", "1.2")],
      get("r", { k: "1.1" }),
      "allowed",
    ],
    [
      "NumericLessThan excludes equality",
      [when("NumericLessThan", "k", "1.2")],
      get("r", { k: "1.2" }),
      "denied",
    ],
    [
      "all conditions must be met",
      [{ ...read, Resource: "*", Condition: { StringEquals: { k: "a", l: "b" } } }],
      get("r", { k: "a" }),
      "denied",
    ],
    [
      "a matching principal is allowed",
      [{ ...read, Resource: "*", Principal: { Service: "x" } }],
      { ...get("r"), principal: { Service: "x" } },
      "allowed",
    ],
    [
      "another principal is denied",
      [{ ...read, Resource: "*", Principal: { Service: "x" } }],
      { ...get("r"), principal: { AWS: "x" } },
      "denied",
    ],
    [
      "* matches every principal",
      [{ ...read, Resource: "*", Principal: "*" }],
      get("r"),
      "allowed",
    ],
  ];
  for (const [name, statements, request, decision] of cases) {
    test(`policy evaluator: ${name}`, () =>
      assert.equal(decide(policy(...statements), request), decision));
  }

  test("policy evaluator: unknown elements throw", () => {
    assert.throws(
      () => decide(policy(when("IpAddress", "k", "a")), get("r", { k: "a" })),
      /operator IpAddress is not known here/,
    );
    assert.throws(
      () => decide(policy({ ...read, Resource: "arn:aws:s3:::a/${aws:username}/*" }), get("r")),
      /variables are not known here/,
    );
  });
});
