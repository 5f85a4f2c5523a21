import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bucketPolicy } from "../../../components/aws/bucket-policy";
import type { PolicyDocument } from "../../../components/aws/policy-document";
import { storePolicy } from "../../../components/aws/store-policy";
import { irsaTrust, podIdentityTrust } from "../../../components/aws/trust-policy";
import {
  clusterMarkerKey,
  configKey,
  failingKey,
  historyKey,
  leaseKey,
  outputPrefix,
  overlayKey,
  requestKey,
  runFileKey,
  stateKey,
} from "../../../src/store/keys";
import { decide, type AwsRequest, type Decision } from "./evaluate";

const RUN = "20261123T081502Z-4f2a9c";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd";
const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/0123ABCD";
const OIDC = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`;

const object = (key: string, bucket = "etl") => `arn:aws:s3:::${bucket}/${key}`;
const on = (action: string, resource: string, context?: AwsRequest["context"]): AwsRequest => ({
  action,
  resource,
  ...(context && { context }),
});

function check(
  document: PolicyDocument,
  cases: readonly (readonly [string, AwsRequest, Decision])[],
): void {
  for (const [name, request, decision] of cases)
    test(name, () => assert.equal(decide(document, request), decision));
}

const read = (key: string) => on("s3:GetObject", object(key));
const write = (key: string) => on("s3:PutObject", object(key));
const useKey = (action: string, service: string) => on(action, KEY, { "kms:ViaService": service });

/** Every object of a pipeline that its pods read or write. */
const objectsOf = (pipeline: string) => [
  stateKey(pipeline),
  historyKey(pipeline, RUN),
  overlayKey(pipeline),
  failingKey(pipeline),
  runFileKey(pipeline, RUN, "extract-0.jsonl"),
  runFileKey(pipeline, RUN, "tap.log"),
  `${outputPrefix(pipeline, RUN)}a.csv`,
];

const never: readonly (readonly [string, AwsRequest, Decision])[] = [
  ["objects are deleted by nobody", on("s3:DeleteObject", object(stateKey("orders"))), "denied"],
  [
    "nor are their older versions",
    on("s3:DeleteObjectVersion", object(stateKey("orders"))),
    "denied",
  ],
  ["the bucket is deleted by nobody", on("s3:DeleteBucket", "arn:aws:s3:::etl"), "denied"],
  ["its policy is changed by nobody", on("s3:PutBucketPolicy", "arn:aws:s3:::etl"), "denied"],
  [
    "its rules are changed by nobody",
    on("s3:PutLifecycleConfiguration", "arn:aws:s3:::etl"),
    "denied",
  ],
  ["objects are shown to nobody else", on("s3:PutObjectAcl", object(stateKey("orders"))), "denied"],
  ["configs are written by people alone", write(configKey("orders", "tap-config.json")), "denied"],
  ["the mark of the cluster is written by nobody", write(clusterMarkerKey), "denied"],
  ["leases are the business of local runs", write(leaseKey("orders", 1)), "denied"],
  ["another bucket is not read", on("s3:GetObject", object(stateKey("orders"), "etl-2")), "denied"],
  ["another bucket is not listed", on("s3:ListBucket", "arn:aws:s3:::other"), "denied"],
  ["roles are not taken", on("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin"), "denied"],
];

describe("the role of all pipelines", () => {
  const role = storePolicy({ bucket: "etl", region: "eu-central-1" });
  check(role, [
    ...[
      ...objectsOf("orders"),
      "smoke-test/smoke-test-x.txt",
      "artifacts/2026/11/23/hello/pod",
    ].flatMap((key) => [
      [`reads ${key}`, read(key), "allowed"] as const,
      [`writes ${key}`, write(key), "allowed"] as const,
    ]),
    ["reads configs", read(configKey("orders", "tap-config.json")), "allowed"],
    [
      "reads the states that runs are told to go on from",
      read(requestKey("orders", RUN)),
      "allowed",
    ],
    ["writes none of them", write(requestKey("orders", RUN)), "denied"],
    [
      "may ask for no object, which is how a run without a given state asks",
      read("none"),
      "allowed",
    ],
    ["writes no such object", write("none"), "denied"],
    ["finds out that an object is not there", on("s3:ListBucket", "arn:aws:s3:::etl"), "allowed"],
    [
      "gives up an upload",
      on("s3:AbortMultipartUpload", object(runFileKey("orders", RUN, "extract.jsonl"))),
      "allowed",
    ],
    ["uses no key of KMS", useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"), "denied"],
    ...never,
  ]);
});

describe("the role of one pipeline", () => {
  const role = storePolicy({
    bucket: "etl",
    region: "eu-central-1",
    pipeline: { name: "orders", formerName: "sales" },
  });
  check(role, [
    ...objectsOf("orders").flatMap((key) => [
      [`reads ${key}`, read(key), "allowed"] as const,
      [`writes ${key}`, write(key), "allowed"] as const,
    ]),
    ...objectsOf("orders-2").flatMap((key) => [
      [`does not read ${key}`, read(key), "denied"] as const,
      [`does not write ${key}`, write(key), "denied"] as const,
    ]),
    ["reads its config", read(configKey("orders", "tap-config.json")), "allowed"],
    ["reads no config of another", read(configKey("orders-2", "tap-config.json")), "denied"],
    [
      "reads the states that its runs are told to go on from",
      read(requestKey("orders", RUN)),
      "allowed",
    ],
    ["writes none of them", write(requestKey("orders", RUN)), "denied"],
    ["reads none of another", read(requestKey("orders-2", RUN)), "denied"],
    [
      "may ask for no object, which is how a run without a given state asks",
      read("none"),
      "allowed",
    ],
    ["writes no such object", write("none"), "denied"],
    ["reads the state of its former name", read(stateKey("sales")), "allowed"],
    ["reads no tokens of its former name", read(overlayKey("sales")), "denied"],
    ["writes no state of its former name", write(stateKey("sales")), "denied"],
    [
      "may ask for the state of no pipeline, which is how a pipeline without former name asks",
      read(stateKey("none")),
      "allowed",
    ],
    ["finds out that an object is not there", on("s3:ListBucket", "arn:aws:s3:::etl"), "allowed"],
    ["does not touch the smoke test", write("smoke-test/x.txt"), "denied"],
    ["does not touch other Workflows' artifacts", read("artifacts/x"), "denied"],
    ...never,
  ]);
});

describe("the key of a bucket", () => {
  check(storePolicy({ bucket: "etl", region: "eu-central-1", kmsKey: KEY }), [
    [
      "is used through S3 to read",
      useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"),
      "allowed",
    ],
    [
      "is used through S3 to write",
      useKey("kms:GenerateDataKey", "s3.eu-central-1.amazonaws.com"),
      "allowed",
    ],
    ["is not used by itself", on("kms:Decrypt", KEY), "denied"],
    [
      "is not used through another service",
      useKey("kms:Decrypt", "secretsmanager.eu-central-1.amazonaws.com"),
      "denied",
    ],
    [
      "is not deleted",
      useKey("kms:ScheduleKeyDeletion", "s3.eu-central-1.amazonaws.com"),
      "denied",
    ],
    [
      "is the only one",
      { ...useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"), resource: `${KEY}5` },
      "denied",
    ],
  ]);
});

describe("the policy of a bucket", () => {
  const all = (context: AwsRequest["context"]): AwsRequest => ({
    ...on("s3:GetObject", object("state/x"), context),
    principal: { AWS: "arn:aws:iam::123456789012:root" },
  });
  check(bucketPolicy("etl", "eu-central-1"), [
    ["refuses connections without TLS", all({ "aws:SecureTransport": "false" }), "refused"],
    ["refuses old TLS", all({ "aws:SecureTransport": "true", "s3:TlsVersion": "1.1" }), "refused"],
    [
      "leaves others to the roles",
      all({ "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" }),
      "denied",
    ],
    [
      "refuses lists without TLS too",
      { ...on("s3:ListBucket", "arn:aws:s3:::etl", { "aws:SecureTransport": "false" }) },
      "refused",
    ],
  ]);
  test("names the bucket as its part of AWS does", () => {
    assert.deepEqual(bucketPolicy("etl", "cn-north-1").Statement[0]?.Resource, [
      "arn:aws-cn:s3:::etl",
      "arn:aws-cn:s3:::etl/*",
    ]);
    assert.deepEqual(bucketPolicy("etl", "us-gov-west-1").Statement[0]?.Resource, [
      "arn:aws-us-gov:s3:::etl",
      "arn:aws-us-gov:s3:::etl/*",
    ]);
  });
});

describe("a role by Pod Identity", () => {
  const tags = {
    "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:123456789012:cluster/etl",
    "aws:RequestTag/kubernetes-namespace": "pipelines",
    "aws:RequestTag/kubernetes-service-account": "singer",
  };
  const take = (
    over: AwsRequest["context"] = {},
    principal: AwsRequest["principal"] = { Service: "pods.eks.amazonaws.com" },
  ): AwsRequest => ({ action: "sts:AssumeRole", principal, context: { ...tags, ...over } });
  check(
    podIdentityTrust(
      { namespace: "pipelines", name: "singer" },
      { account: "123456789012", region: "eu-central-1", cluster: "etl" },
    ),
    [
      ["is taken by pods of its ServiceAccount", take(), "allowed"],
      ["with their tags", { ...take(), action: "sts:TagSession" }, "allowed"],
      [
        "not by another ServiceAccount",
        take({ "aws:RequestTag/kubernetes-service-account": "singer-2" }),
        "denied",
      ],
      [
        "not in another namespace",
        take({ "aws:RequestTag/kubernetes-namespace": "default" }),
        "denied",
      ],
      [
        "not in another cluster",
        take({
          "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:123456789012:cluster/etl-2",
        }),
        "denied",
      ],
      ["not by another service", take({}, { Service: "ec2.amazonaws.com" }), "denied"],
      ["not by an account", take({}, { AWS: "arn:aws:iam::123456789012:root" }), "denied"],
    ],
  );
});

describe("a role by a token of the cluster", () => {
  const take = (
    over: AwsRequest["context"] = {},
    principal: AwsRequest["principal"] = { Federated: OIDC },
  ): AwsRequest => ({
    action: "sts:AssumeRoleWithWebIdentity",
    principal,
    context: {
      [`${ISSUER}:aud`]: "sts.amazonaws.com",
      [`${ISSUER}:sub`]: "system:serviceaccount:pipelines:singer",
      ...over,
    },
  });
  check(irsaTrust({ namespace: "pipelines", name: "singer" }, OIDC), [
    ["is taken by its ServiceAccount", take(), "allowed"],
    [
      "not by another ServiceAccount",
      take({ [`${ISSUER}:sub`]: "system:serviceaccount:pipelines:default" }),
      "denied",
    ],
    [
      "not in another namespace",
      take({ [`${ISSUER}:sub`]: "system:serviceaccount:default:singer" }),
      "denied",
    ],
    ["not by a token for somebody else", take({ [`${ISSUER}:aud`]: "kubernetes" }), "denied"],
    ["not by another issuer", take({}, { Federated: `${OIDC}5` }), "denied"],
    ["not without a token", { ...take(), action: "sts:AssumeRole" }, "denied"],
  ]);
});
