import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SKIPPED_CONTAINERS } from "../../../src/manifests/aws/pod-accounts";
import { podIdentity as declareIdentity } from "../../../components/aws/pod-identity";
import { cronWorkflow } from "../../../src/manifests/argo/cron-workflow";
import { deployed } from "../../../src/manifests/argo/run-parameters";
import { singerTemplates } from "../../../src/manifests/argo/singer-template";
import { smokeTestTemplate } from "../../../src/manifests/argo/smoke-test";
import type { WorkflowTemplate } from "../../../src/manifests/argo/types";
import type { PodIdentity } from "../../../components/cloud";
import { definePipelines } from "../../../src/model/define";
import { only } from "../../support/record";
import {
  images,
  pipelines as fixtures,
  settings as clusterSettings,
} from "../../manifests/fixtures";
import { shop, lake, valueOf } from "../images/support";
import { ACCOUNT, irsa, KEY, OIDC, podIdentity, recordAws, REGION, settingsOf } from "./support";

const ROLE = "aws:iam/role:Role";
const RIGHTS = "aws:iam/rolePolicy:RolePolicy";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const SHARED = "all_pipelines";

const pipelines = definePipelines([
  { name: "orders", schedule: "@daily", tap: shop({}), target: lake({}) },
  {
    name: "payroll",
    schedule: "@daily",
    role: "own",
    formerName: "wages",
    tap: shop({}),
    target: lake({}),
  },
]);

async function identityOf(store: object = {}) {
  let identity: PodIdentity | undefined;
  let annotations: Promise<readonly (readonly [string, string])[]> = Promise.resolve([]);
  const recorded = await recordAws(() => {
    const { objectStore } = settingsOf({ store });
    assert.ok(objectStore.kind === "aws");
    identity = declareIdentity(
      { store: objectStore, region: REGION, namespace: "pipelines", pipelines },
      {},
    );
    const arns = Object.entries(identity.accountAnnotations).flatMap(([account, of]) =>
      Object.values(of).map((arn) => [account, arn] as const),
    );
    annotations = Promise.all(
      arns.map(
        async ([account, arn]) =>
          [account, await valueOf(arn as Parameters<typeof valueOf<string>>[0])] as const,
      ),
    );
  });
  assert.ok(identity);
  return { ...recorded, identity, arns: Object.fromEntries(await annotations) };
}

const json = (value: unknown) =>
  JSON.parse(String(value)) as {
    readonly Statement: readonly { readonly [field: string]: unknown }[];
  };

describe("roles of pods", () => {
  test('pod roles: one for all pipelines, and one for each pipeline with role "own"', async () => {
    const { registrations, identity } = await identityOf();
    assert.deepEqual(
      registrations.filter(({ type }) => type === ROLE).map(({ name }) => name),
      [SHARED, "payroll"],
    );
    assert.deepEqual(identity.serviceAccounts, { payroll: "pipeline-payroll" });
    assert.deepEqual(Object.keys(identity.accountAnnotations), ["singer", "pipeline-payroll"]);
  });

  test("pod roles: they grant access to their own objects", async () => {
    const { registrations } = await identityOf();
    const resources = (name: string) =>
      JSON.stringify(
        json(only(registrations, RIGHTS, name).inputs["policy"]).Statement.map(
          ({ Resource }) => Resource,
        ),
      );
    assert.match(resources(SHARED), /etl\/state\/\*/);
    assert.doesNotMatch(resources("payroll"), /state\/\*/);
    assert.match(resources("payroll"), /etl\/state\/payroll\/\*/);
    assert.match(resources("payroll"), /etl\/state\/wages\/state\.json/);
  });

  test("pod roles: they grant use of the bucket's key if it has one", async () => {
    const { registrations } = await identityOf({ kmsKey: KEY });
    for (const name of [SHARED, "payroll"])
      assert.equal(
        json(only(registrations, RIGHTS, name).inputs["policy"]).Statement.at(-1)?.["Resource"],
        KEY,
      );
  });

  test("pod roles: they have a path of their own, so that deployers need permissions for no others", async () => {
    const { registrations } = await identityOf();
    for (const name of [SHARED, "payroll"])
      assert.equal(only(registrations, ROLE, name).inputs["path"], "/tapctl/");
  });

  test("pod roles: they have the permissions boundary of the settings", async () => {
    const boundary = `arn:aws:iam::${ACCOUNT}:policy/boundary`;
    const { registrations } = await identityOf({
      identity: { ...podIdentity, permissionsBoundary: boundary },
    });
    assert.equal(only(registrations, ROLE, SHARED).inputs["permissionsBoundary"], boundary);
    assert.equal(
      "permissionsBoundary" in only((await identityOf()).registrations, ROLE, SHARED).inputs,
      false,
    );
  });
});

describe("EKS Pod Identity", () => {
  test("Pod Identity: a role is associated with its ServiceAccount, which needs no annotation", async () => {
    const { registrations, arns } = await identityOf();
    assert.deepEqual(only(registrations, ASSOCIATION, "payroll").inputs, {
      clusterName: "etl",
      namespace: "pipelines",
      serviceAccount: "pipeline-payroll",
      roleArn: `arn:aws:iam::${ACCOUNT}:role/payroll-1a2b3c4`,
    });
    assert.ok(only(registrations, ASSOCIATION, SHARED).options.dependsOn.includes(SHARED));
    assert.deepEqual(arns, {});
  });

  test("Pod Identity: the role trusts that ServiceAccount of that cluster in the deploying account", async () => {
    const { registrations } = await identityOf();
    assert.deepEqual(
      json(only(registrations, ROLE, SHARED).inputs["assumeRolePolicy"]).Statement[0]?.[
        "Condition"
      ],
      {
        StringEquals: {
          "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/etl`,
          "aws:RequestTag/kubernetes-namespace": "pipelines",
          "aws:RequestTag/kubernetes-service-account": "singer",
        },
      },
    );
  });
});

describe("IRSA", () => {
  test("IRSA: a ServiceAccount is annotated with its role, which trusts the cluster's issuer", async () => {
    const { registrations, arns, calls } = await identityOf({ identity: irsa });
    assert.deepEqual(arns, {
      singer: `arn:aws:iam::${ACCOUNT}:role/${SHARED}-1a2b3c4`,
      "pipeline-payroll": `arn:aws:iam::${ACCOUNT}:role/payroll-1a2b3c4`,
    });
    const [statement] = json(
      only(registrations, ROLE, "payroll").inputs["assumeRolePolicy"],
    ).Statement;
    assert.deepEqual(statement?.["Principal"], { Federated: OIDC });
    assert.deepEqual(
      registrations.filter(({ type }) => type === ASSOCIATION),
      [],
    );
    assert.deepEqual(calls, []);
  });
});

describe("connectors without a role", () => {
  interface Containers {
    readonly container?: { readonly name?: string };
    readonly containerSet?: { readonly containers: readonly { readonly name: string }[] };
    readonly initContainers?: readonly { readonly name: string }[];
    readonly sidecars?: readonly { readonly name: string }[];
  }
  const containersOf = ({ spec }: WorkflowTemplate) =>
    ((spec.templates ?? []) as readonly Containers[]).flatMap(
      ({ container, containerSet, initContainers = [], sidecars = [] }) => [
        ...(container ? [container.name ?? "main"] : []),
        ...[...(containerSet?.containers ?? []), ...initContainers, ...sidecars].map(
          ({ name }) => name,
        ),
      ],
    );

  test("connectors: every container except Argo's own is skipped", () => {
    const names = new Set(
      [...singerTemplates(clusterSettings), smokeTestTemplate(clusterSettings, false)].flatMap(
        containersOf,
      ),
    );
    assert.deepEqual([...names].sort(), [...SKIPPED_CONTAINERS].sort());
    for (const own of ["init", "wait"]) assert.equal(SKIPPED_CONTAINERS.includes(own), false);
  });

  test("connectors: every pod has the annotation that skips them", async () => {
    const { identity } = await identityOf();
    const cluster = { ...clusterSettings, podAnnotations: identity.podAnnotations };
    for (const { spec } of [...singerTemplates(cluster), smokeTestTemplate(cluster, false)]) {
      assert.equal(
        spec.podMetadata?.annotations?.["eks.amazonaws.com/skip-containers"],
        "main,tap,target,fifo",
      );
    }
  });

  test("connectors: the metadata service is blocked, the Pod Identity agent is not", async () => {
    const { blockedNetworks } = (await identityOf()).identity;
    assert.deepEqual(blockedNetworks, ["169.254.169.254/32", "fd00:ec2::254/128"]);
  });
});

test('role "own": the pipeline has its own ServiceAccount, and others do not', () => {
  const cluster = { ...clusterSettings, serviceAccounts: { orders: "pipeline-orders" } };
  const accounts = fixtures.map((entry) => [
    entry.name,
    cronWorkflow(deployed(entry, images), cluster).spec.workflowSpec.serviceAccountName,
  ]);
  assert.deepEqual(Object.fromEntries(accounts), {
    orders: "pipeline-orders",
    events: undefined,
    kept: undefined,
    "clean-up": undefined,
    tidy: undefined,
  });
});
