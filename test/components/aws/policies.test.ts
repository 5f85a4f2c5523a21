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
  subject: string,
  document: PolicyDocument,
  cases: readonly (readonly [string, AwsRequest, Decision])[],
): void {
  for (const [name, request, decision] of cases)
    test(`${subject}: ${name}`, () => assert.equal(decide(document, request), decision));
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
  ["objects cannot be deleted", on("s3:DeleteObject", object(stateKey("orders"))), "denied"],
  [
    "older versions of objects cannot be deleted",
    on("s3:DeleteObjectVersion", object(stateKey("orders"))),
    "denied",
  ],
  ["the bucket cannot be deleted", on("s3:DeleteBucket", "arn:aws:s3:::etl"), "denied"],
  ["the bucket's policy cannot be changed", on("s3:PutBucketPolicy", "arn:aws:s3:::etl"), "denied"],
  [
    "the bucket's lifecycle rules cannot be changed",
    on("s3:PutLifecycleConfiguration", "arn:aws:s3:::etl"),
    "denied",
  ],
  [
    "ACLs of objects cannot be changed",
    on("s3:PutObjectAcl", object(stateKey("orders"))),
    "denied",
  ],
  ["configs cannot be written", write(configKey("orders", "tap-config.json")), "denied"],
  ["the cluster's marker cannot be written", write(clusterMarkerKey), "denied"],
  ["leases cannot be written", write(leaseKey("orders", 1)), "denied"],
  [
    "another bucket cannot be read",
    on("s3:GetObject", object(stateKey("orders"), "etl-2")),
    "denied",
  ],
  ["another bucket cannot be listed", on("s3:ListBucket", "arn:aws:s3:::other"), "denied"],
  [
    "no other role can be assumed",
    on("sts:AssumeRole", "arn:aws:iam::123456789012:role/admin"),
    "denied",
  ],
];

describe("role of all pipelines", () => {
  const role = storePolicy({ bucket: "etl", region: "eu-central-1" });
  check("role of all pipelines", role, [
    ...[
      ...objectsOf("orders"),
      "smoke-test/smoke-test-x.txt",
      "artifacts/2026/11/23/hello/pod",
    ].flatMap((key) => [
      [`${key} can be read`, read(key), "allowed"] as const,
      [`${key} can be written`, write(key), "allowed"] as const,
    ]),
    ["configs can be read", read(configKey("orders", "tap-config.json")), "allowed"],
    ["given states of runs can be read", read(requestKey("orders", RUN)), "allowed"],
    ["given states of runs cannot be written", write(requestKey("orders", RUN)), "denied"],
    [
      'the key "none", which a run without a given state requests, can be read',
      read("none"),
      "allowed",
    ],
    ['the key "none" cannot be written', write("none"), "denied"],
    ["missing objects are reported as missing", on("s3:ListBucket", "arn:aws:s3:::etl"), "allowed"],
    [
      "uploads can be aborted",
      on("s3:AbortMultipartUpload", object(runFileKey("orders", RUN, "extract.jsonl"))),
      "allowed",
    ],
    ["KMS keys cannot be used", useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"), "denied"],
    ...never,
  ]);
});

describe("role of one pipeline", () => {
  const role = storePolicy({
    bucket: "etl",
    region: "eu-central-1",
    pipeline: { name: "orders", formerName: "sales" },
  });
  check("role of one pipeline", role, [
    ...objectsOf("orders").flatMap((key) => [
      [`${key} can be read`, read(key), "allowed"] as const,
      [`${key} can be written`, write(key), "allowed"] as const,
    ]),
    ...objectsOf("orders-2").flatMap((key) => [
      [`${key} cannot be read`, read(key), "denied"] as const,
      [`${key} cannot be written`, write(key), "denied"] as const,
    ]),
    ["its config can be read", read(configKey("orders", "tap-config.json")), "allowed"],
    [
      "another pipeline's config cannot be read",
      read(configKey("orders-2", "tap-config.json")),
      "denied",
    ],
    ["given states of its runs can be read", read(requestKey("orders", RUN)), "allowed"],
    ["given states of runs cannot be written", write(requestKey("orders", RUN)), "denied"],
    [
      "given states of another pipeline cannot be read",
      read(requestKey("orders-2", RUN)),
      "denied",
    ],
    [
      'the key "none", which a run without a given state requests, can be read',
      read("none"),
      "allowed",
    ],
    ['the key "none" cannot be written', write("none"), "denied"],
    ["the state of its former name can be read", read(stateKey("sales")), "allowed"],
    ["tokens of its former name cannot be read", read(overlayKey("sales")), "denied"],
    ["the state of its former name cannot be written", write(stateKey("sales")), "denied"],
    [
      'the state of "none", which a pipeline without a former name requests, can be read',
      read(stateKey("none")),
      "allowed",
    ],
    ["missing objects are reported as missing", on("s3:ListBucket", "arn:aws:s3:::etl"), "allowed"],
    ["files of the smoke test cannot be written", write("smoke-test/x.txt"), "denied"],
    ["artifacts of other Workflows cannot be read", read("artifacts/x"), "denied"],
    ...never,
  ]);
});

describe("key policy", () => {
  check(
    "role with a KMS key",
    storePolicy({ bucket: "etl", region: "eu-central-1", kmsKey: KEY }),
    [
      [
        "S3 can decrypt with the key",
        useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"),
        "allowed",
      ],
      [
        "S3 can encrypt with the key",
        useKey("kms:GenerateDataKey", "s3.eu-central-1.amazonaws.com"),
        "allowed",
      ],
      ["the key cannot be used directly", on("kms:Decrypt", KEY), "denied"],
      [
        "the key cannot be used through another service",
        useKey("kms:Decrypt", "secretsmanager.eu-central-1.amazonaws.com"),
        "denied",
      ],
      [
        "the key cannot be deleted",
        useKey("kms:ScheduleKeyDeletion", "s3.eu-central-1.amazonaws.com"),
        "denied",
      ],
      [
        "another key cannot be used",
        { ...useKey("kms:Decrypt", "s3.eu-central-1.amazonaws.com"), resource: `${KEY}5` },
        "denied",
      ],
    ],
  );
});

describe("bucket policy", () => {
  const all = (context: AwsRequest["context"]): AwsRequest => ({
    ...on("s3:GetObject", object("state/x"), context),
    principal: { AWS: "arn:aws:iam::123456789012:root" },
  });
  check("bucket policy", bucketPolicy("etl", "eu-central-1"), [
    ["connections without TLS are refused", all({ "aws:SecureTransport": "false" }), "refused"],
    [
      "old versions of TLS are refused",
      all({ "aws:SecureTransport": "true", "s3:TlsVersion": "1.1" }),
      "refused",
    ],
    [
      "other requests are left to the roles",
      all({ "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" }),
      "denied",
    ],
    [
      "listing without TLS is refused",
      { ...on("s3:ListBucket", "arn:aws:s3:::etl", { "aws:SecureTransport": "false" }) },
      "refused",
    ],
  ]);
  test("bucket policy: ARNs have the partition of the region", () => {
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

describe("trust policy for Pod Identity", () => {
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
    "trust policy for Pod Identity",
    podIdentityTrust(
      { namespace: "pipelines", name: "singer" },
      { account: "123456789012", region: "eu-central-1", cluster: "etl" },
    ),
    [
      ["pods of its ServiceAccount can assume the role", take(), "allowed"],
      [
        "pods of its ServiceAccount can tag the session",
        { ...take(), action: "sts:TagSession" },
        "allowed",
      ],
      [
        "another ServiceAccount cannot assume the role",
        take({ "aws:RequestTag/kubernetes-service-account": "singer-2" }),
        "denied",
      ],
      [
        "another namespace cannot assume the role",
        take({ "aws:RequestTag/kubernetes-namespace": "default" }),
        "denied",
      ],
      [
        "another cluster cannot assume the role",
        take({
          "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-central-1:123456789012:cluster/etl-2",
        }),
        "denied",
      ],
      [
        "another service cannot assume the role",
        take({}, { Service: "ec2.amazonaws.com" }),
        "denied",
      ],
      [
        "an account cannot assume the role",
        take({}, { AWS: "arn:aws:iam::123456789012:root" }),
        "denied",
      ],
    ],
  );
});

describe("trust policy for IRSA", () => {
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
  check("trust policy for IRSA", irsaTrust({ namespace: "pipelines", name: "singer" }, OIDC), [
    ["its ServiceAccount can assume the role", take(), "allowed"],
    [
      "another ServiceAccount cannot assume the role",
      take({ [`${ISSUER}:sub`]: "system:serviceaccount:pipelines:default" }),
      "denied",
    ],
    [
      "another namespace cannot assume the role",
      take({ [`${ISSUER}:sub`]: "system:serviceaccount:default:singer" }),
      "denied",
    ],
    [
      "a token for another audience is rejected",
      take({ [`${ISSUER}:aud`]: "kubernetes" }),
      "denied",
    ],
    ["a token of another issuer is rejected", take({}, { Federated: `${OIDC}5` }), "denied"],
    ["a request without a token is rejected", { ...take(), action: "sts:AssumeRole" }, "denied"],
  ]);
});
