import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { CreateKeyCommand, KMSClient, type KeySpec } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import * as pulumi from "@pulumi/pulumi";
import { checkAws } from "../../../components/aws/check";
import { UserError } from "../../../src/common/errors";
import { startS3Server, type S3Server } from "../../support/s3-server";
import { ACCOUNT, KEY, podIdentity, REGION, settingsOf } from "./support";

const OURS = "tapctl/prod";
const place = { region: REGION };

/** Problems that the check reports. */
async function problems(
  settings: Parameters<typeof settingsOf>[0] = {},
  repositories: readonly string[] = [],
): Promise<readonly string[]> {
  try {
    await checkAws({ settings: settingsOf(settings), pipelines: [], repositories });
    return [];
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n\s+at /);
    const [first = "", ...rest] = error.message.split("\n");
    return first.endsWith("on AWS, nothing was changed:") ? rest : [error.message];
  }
}

const environment = { ...process.env };
const set = (variables: { readonly [name: string]: string | undefined }) => {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

before(() =>
  pulumi.runtime.setMocks(
    {
      newResource: ({ inputs }) => ({ id: "id", state: inputs as object }),
      call: ({ inputs }) => inputs as object,
    },
    "tapctl",
    "prod",
  ),
);
after(() =>
  set({
    ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
    ...environment,
  }),
);

describe("AWS checks with a server", () => {
  let server: S3Server;
  before(async () => {
    server = await startS3Server();
    set({ AWS_ENDPOINT_URL: server.endpoint });
    await new EKSClient(place).send(
      new CreateClusterCommand({
        name: "etl",
        roleArn: `arn:aws:iam::${ACCOUNT}:role/etl`,
        resourcesVpcConfig: {},
      }),
    );
  });
  after(() => server.stop());

  const makeBucket = (name: string, region = REGION) =>
    new S3Client({ region }).send(
      new CreateBucketCommand({
        Bucket: name,
        CreateBucketConfiguration: { LocationConstraint: region as "eu-central-1" },
      }),
    );
  const tagBucket = (name: string, stack: string) =>
    new S3Client(place).send(
      new PutBucketTaggingCommand({
        Bucket: name,
        Tagging: { TagSet: [{ Key: "tapctl:stack", Value: stack }] },
      }),
    );
  const makeRepository = (repositoryName: string, stack?: string) =>
    new ECRClient(place).send(
      new CreateRepositoryCommand({
        repositoryName,
        ...(stack !== undefined && { tags: [{ Key: "tapctl:stack", Value: stack }] }),
      }),
    );

  test("AWS check: a valid stack has no problems", async () => {
    assert.deepEqual(await problems({ place: { account: ACCOUNT, ecr: {} } }, ["tap-shop"]), []);
  });

  test("AWS check: another account is a problem", async () => {
    assert.deepEqual(
      await problems({
        place: { account: "210987654321" },
        store: { bucket: "also-wrong", existing: true },
      }),
      [
        `tapctl:aws.account: the credentials belong to account ${ACCOUNT} (arn:aws:sts::${ACCOUNT}:user/moto), but the setting is 210987654321. Nothing was changed.\nUse credentials of that account, or correct the setting.`,
      ],
    );
  });

  test("AWS check: an existing bucket is used only with the setting for it", async () => {
    await makeBucket("other-stacks");
    assert.deepEqual(await problems({ store: { bucket: "other-stacks" } }), [
      `tapctl:objectStore.bucket: "other-stacks" exists and was not created by this stack; set objectStore.existing to true to use it, or choose another name`,
    ]);
    assert.deepEqual(await problems({ store: { bucket: "other-stacks", existing: true } }), []);
  });

  test("AWS check: the stack's own bucket is accepted, another stack's is not", async () => {
    await makeBucket("ours");
    await tagBucket("ours", OURS);
    assert.deepEqual(await problems({ store: { bucket: "ours" } }), []);
    await tagBucket("ours", "tapctl/dev");
    assert.match(
      (await problems({ store: { bucket: "ours" } }))[0] ?? "",
      /was not created by this stack/,
    );
  });

  test("AWS check: a missing bucket is a problem if the settings say that it exists", async () => {
    assert.deepEqual(await problems({ store: { bucket: "not-there", existing: true } }), [
      `tapctl:objectStore.bucket: bucket "not-there" does not exist; set objectStore.existing to false to create it`,
    ]);
  });

  test("AWS check: a bucket in another region is a problem", async () => {
    await makeBucket("far-away", "us-west-2");
    assert.deepEqual(await problems({ store: { bucket: "far-away", existing: true } }), [
      `tapctl:objectStore.bucket: "far-away" is in region us-west-2, but aws.region is eu-central-1`,
    ]);
  });

  test("AWS check: a missing cluster is a problem", async () => {
    assert.deepEqual(
      await problems({ store: { identity: { ...podIdentity, cluster: "elsewhere" } } }),
      [
        `tapctl:objectStore.identity.cluster: EKS cluster "elsewhere" does not exist in region eu-central-1 of this account`,
      ],
    );
  });

  const makeKey = async (spec: KeySpec = "SYMMETRIC_DEFAULT") => {
    const { KeyMetadata } = await new KMSClient(place).send(
      new CreateKeyCommand({
        KeySpec: spec,
        KeyUsage: spec === "SYMMETRIC_DEFAULT" ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY",
      }),
    );
    return KeyMetadata?.Arn ?? "";
  };

  test("AWS check: the key must exist and be usable by S3", async () => {
    assert.deepEqual(await problems({ store: { kmsKey: await makeKey() } }), []);
    assert.deepEqual(await problems({ store: { kmsKey: await makeKey("RSA_2048") } }), [
      "tapctl:objectStore.kmsKey: S3 needs a symmetric key, but this one is RSA_2048",
    ]);
    assert.deepEqual(await problems({ store: { kmsKey: KEY } }), [
      "tapctl:objectStore.kmsKey: the key does not exist in region eu-central-1",
    ]);
  });

  test("AWS check: an existing repository is used only with the setting for it", async () => {
    await makeRepository("tapctl/tap-shop");
    assert.deepEqual(await problems({ place: { ecr: {} } }, ["tap-shop"]), [
      `tapctl:aws.ecr: repository "tapctl/tap-shop" exists and was not created by this stack; use it with aws.ecr.existing["tap-shop"], or set another aws.ecr.prefix`,
    ]);
    assert.deepEqual(
      await problems({ place: { ecr: { existing: { "tap-shop": "tapctl/tap-shop" } } } }, [
        "tap-shop",
      ]),
      [],
    );
  });

  test("AWS check: the stack's own repository is accepted", async () => {
    await makeRepository("tapctl/target-lake", OURS);
    assert.deepEqual(await problems({ place: { ecr: {} } }, ["target-lake"]), []);
  });

  test("AWS check: a missing repository, or one without an image, is a problem", async () => {
    assert.deepEqual(
      await problems({ place: { ecr: { existing: { "tap-x": "no/such", "tap-y": "a/b" } } } }, [
        "tap-x",
      ]),
      [
        `tapctl:aws.ecr.existing["tap-y"]: is not an image of the stack; its images are tap-x`,
        `tapctl:aws.ecr.existing["tap-x"]: repository "no/such" does not exist in region eu-central-1; remove the setting to create one`,
      ],
    );
  });

  test("AWS check: all problems are reported at once", async () => {
    const found = await problems(
      {
        store: {
          bucket: "not-there",
          existing: true,
          kmsKey: KEY,
          identity: { ...podIdentity, cluster: "elsewhere" },
        },
        place: { ecr: { existing: { x: "no/such" } } },
      },
      ["x"],
    );
    assert.deepEqual(
      found.map((line) => line.split(":")[1]),
      [
        "objectStore.bucket",
        "objectStore.kmsKey",
        "objectStore.identity.cluster",
        'aws.ecr.existing["x"]',
      ],
    );
  });
});

describe("AWS checks with recorded answers", () => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-aws-"));
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() =>
    set({
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      HOME: folder,
    }),
  );
  afterEach(() => set({ AWS_ENDPOINT_URL: undefined, AWS_ENDPOINT_URL_STS: undefined }));

  /** The check's result if a service gives this answer; the others know no objects. */
  async function refused(
    listener: RequestListener,
    settings: Parameters<typeof settingsOf>[0] = {},
    repositories: readonly string[] = [],
  ): Promise<readonly string[]> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    set({ AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    try {
      return await problems(settings, repositories);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/x</Arn><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  /** Services by the form of their requests; others answer that no object exists. */
  const answering =
    (answers: {
      readonly bucket?: number;
      readonly keyState?: string;
      readonly kms?: readonly [string, number];
      readonly eks?: number;
      readonly ecr?: string;
    }): RequestListener =>
    ({ method, url, headers }, response) => {
      const target = String(headers["x-amz-target"] ?? "");
      const json = (status: number, body: object) =>
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
          .end(JSON.stringify(body));
      if (method === "HEAD") response.writeHead(answers.bucket ?? 404).end();
      else if (target === "TrentService.DescribeKey")
        json(200, {
          KeyMetadata: {
            KeyId: "x",
            KeyState: answers.keyState ?? "Enabled",
            KeySpec: "SYMMETRIC_DEFAULT",
          },
        });
      else if (target.startsWith("TrentService."))
        json(answers.kms?.[1] ?? 200, { __type: answers.kms?.[0] ?? "", message: "no" });
      else if (target.includes("Registry"))
        json(400, { __type: answers.ecr ?? "RepositoryNotFoundException", message: "no" });
      else if (url?.startsWith("/clusters/"))
        response
          .writeHead(answers.eks ?? 403, { "x-amzn-errortype": "AccessDeniedException" })
          .end("{}");
      else response.writeHead(200, { "content-type": "text/xml" }).end(identity);
    };

  test("AWS answer: a bucket of another account is a problem", async () => {
    assert.deepEqual(await refused(answering({ bucket: 403 })), [
      `tapctl:objectStore.bucket: "etl" belongs to another account, or the credentials have no access; choose another name`,
    ]);
    assert.deepEqual(await refused(answering({ bucket: 403 }), { store: { existing: true } }), [
      `tapctl:objectStore.bucket: "etl" belongs to another account, or the credentials have no access; they need s3:ListBucket`,
    ]);
  });

  test("AWS answer: a bucket in another region that S3 does not name is a problem", async () => {
    assert.deepEqual(await refused(answering({ bucket: 301 })), [
      `tapctl:objectStore.bucket: "etl" is in another region than eu-central-1; choose another name`,
    ]);
  });

  test("AWS answer: a disabled key is a problem", async () => {
    assert.deepEqual(
      await refused(answering({ keyState: "Disabled" }), { store: { kmsKey: KEY } }),
      ["tapctl:objectStore.kmsKey: the key is Disabled and must be Enabled"],
    );
  });

  test("AWS answer: a key without permissions is a problem", async () => {
    assert.deepEqual(
      await refused(answering({ kms: ["AccessDeniedException", 400] }), { store: { kmsKey: KEY } }),
      [
        "tapctl:objectStore.kmsKey: the credentials may not use the key; its policy or theirs must allow kms:GenerateDataKey and kms:Decrypt",
      ],
    );
  });

  test("AWS answer: a dry run that would succeed is not a problem", async () => {
    assert.deepEqual(
      await refused(answering({ kms: ["DryRunOperationException", 412] }), {
        store: { kmsKey: KEY },
      }),
      [],
    );
  });

  test("AWS answer: a missing permission to describe clusters is not a problem", async () => {
    assert.deepEqual(await refused(answering({ eks: 403 })), []);
  });

  test("AWS answer: a missing permission to describe repositories is a problem", async () => {
    assert.deepEqual(
      await refused(answering({ ecr: "AccessDeniedException" }), { place: { ecr: {} } }, [
        "tap-shop",
      ]),
      [
        `tapctl:aws.ecr: ECR cannot tell whether repository "tapctl/tap-shop" exists (AccessDeniedException: no)`,
      ],
    );
  });

  test("AWS answer: expired credentials are a problem", async () => {
    const expired: RequestListener = (_, response) =>
      response
        .writeHead(403, { "content-type": "text/xml" })
        .end(
          `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>`,
        );
    assert.deepEqual(await refused(expired), [
      'tapctl:aws: the credentials are not valid in region "eu-central-1" (ExpiredToken: The security token included in the request is expired).\nSign in again.',
    ]);
  });

  test("AWS answer: missing credentials are a problem", async () => {
    set({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    assert.deepEqual(await problems(), [
      "tapctl:aws: credentials are not set.\nSet AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws.profile.",
    ]);
  });

  test("AWS answer: an unknown profile is a problem", async () => {
    set({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
    assert.match(
      (await problems({ place: { profile: "unknown" } }))[0] ?? "",
      /^tapctl:aws: profile "unknown" has no valid credentials \(.*\)\.\nSign in with: aws sso login --profile unknown\. Or use another profile\.$/,
    );
  });

  test("AWS answer: an unknown region is a problem", async () => {
    set({ AWS_ENDPOINT_URL_STS: "http://sts.eu-cental-1.invalid" });
    assert.match(
      (await problems({ place: { region: "eu-cental-1" } }))[0] ?? "",
      /^tapctl:aws: STS of region "eu-cental-1" cannot be reached \((ENOTFOUND|EAI_AGAIN)\)\.\nCheck aws\.region and the network\.$/,
    );
  });
});
