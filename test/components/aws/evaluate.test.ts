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

describe("the evaluator of policies", () => {
  const cases: readonly (readonly [string, readonly Statement[], AwsRequest, Decision])[] = [
    ["allows what a statement allows", [read], get("arn:aws:s3:::a/x/1/2"), "allowed"],
    ["takes ? for one character", [read], get("arn:aws:s3:::a/y1"), "allowed"],
    ["takes ? for no more than one", [read], get("arn:aws:s3:::a/y12"), "denied"],
    ["takes a pattern for the whole text", [read], get("arn:aws:s3:::aa/x/1"), "denied"],
    [
      "takes a dot for a dot",
      [{ ...read, Resource: "arn:aws:s3:::a.b/*" }],
      get("arn:aws:s3:::acb/1"),
      "denied",
    ],
    [
      "does not look at the case of actions",
      [read],
      { action: "S3:getobject", resource: "arn:aws:s3:::a/x/1" },
      "allowed",
    ],
    [
      "denies what no statement allows",
      [read],
      { action: "s3:PutObject", resource: "arn:aws:s3:::a/x/1" },
      "denied",
    ],
    ["denies all without statements", [], get("arn:aws:s3:::a/x/1"), "denied"],
    [
      "lets a denial win, whatever the order",
      [noWrites, read],
      { action: "s3:GetObjectAcl", resource: "arn:aws:s3:::a/x/1" },
      "refused",
    ],
    [
      "needs a resource where the statement names one",
      [read],
      { action: "s3:GetObject" },
      "denied",
    ],
    [
      "meets a condition by one of its values",
      [when("StringEquals", "k", ["a", "b"])],
      get("r", { k: "b" }),
      "allowed",
    ],
    [
      "does not meet one by a part of a value",
      [when("StringEquals", "k", "a")],
      get("r", { k: "ab" }),
      "denied",
    ],
    [
      "does not meet one whose key is not there",
      [when("StringEquals", "k", "a")],
      get("r"),
      "denied",
    ],
    ["knows StringLike", [when("StringLike", "k", "a*")], get("r", { k: "ab" }), "allowed"],
    ["knows Bool", [when("Bool", "k", "false")], get("r", { k: "False" }), "allowed"],
    [
      "knows NumericLessThan",
      [when("NumericLessThan", "k", "1.2")],
      get("r", { k: "1.1" }),
      "allowed",
    ],
    [
      "knows that a number is not less than itself",
      [when("NumericLessThan", "k", "1.2")],
      get("r", { k: "1.2" }),
      "denied",
    ],
    [
      "wants all conditions met",
      [{ ...read, Resource: "*", Condition: { StringEquals: { k: "a", l: "b" } } }],
      get("r", { k: "a" }),
      "denied",
    ],
    [
      "knows who asks",
      [{ ...read, Resource: "*", Principal: { Service: "x" } }],
      { ...get("r"), principal: { Service: "x" } },
      "allowed",
    ],
    [
      "knows who does not",
      [{ ...read, Resource: "*", Principal: { Service: "x" } }],
      { ...get("r"), principal: { AWS: "x" } },
      "denied",
    ],
    ["takes * for everybody", [{ ...read, Resource: "*", Principal: "*" }], get("r"), "allowed"],
  ];
  for (const [name, statements, request, decision] of cases) {
    test(name, () => assert.equal(decide(policy(...statements), request), decision));
  }

  test("throws at what it does not know", () => {
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
