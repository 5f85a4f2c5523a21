import { Secret } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { MinioSettings } from "../../src/settings/object-store";
import {
  minioValues,
  ROOT_SECRET,
  USER,
  USER_SECRET,
} from "../../src/manifests/charts/minio-values";
import { namespace, podsOf } from "../pipelines/namespace";
import { MANAGED } from "../../src/manifests/namespace-labels";
import type { Bucket, ObjectStoreBuckets } from "./object-store";
import { release } from "../argo/release";

/** Arguments of {@link Minio}. */
export interface MinioArgs {
  /** How it is installed. */
  readonly settings: MinioSettings;
  /** Namespaces whose pods may connect, where there is a network policy. */
  readonly clients: readonly string[];
  /** Whether others may not connect. */
  readonly networkPolicy: boolean;
  /** Whether the namespace, and with it the data, is kept from deletion. */
  readonly protect: boolean;
}

const PORT = 9000;
const PASSWORD_LENGTH = 40;

/**
 * A MinIO server with its buckets and a user for the pipelines that may use these alone.
 *
 * Both passwords are made by `@pulumi/random`: its values stay the same from one `up` to the next, are encrypted in the
 * stack's state and can be made anew by replacing the resource, which a value of the program's own could not.
 */
export class Minio extends pulumi.ComponentResource {
  /** The buckets, with the keys of the pipelines' user. */
  readonly buckets: ObjectStoreBuckets;
  /** Namespace of the server. */
  readonly namespace: string;

  constructor(
    name: string,
    { settings, clients, networkPolicy, protect }: MinioArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("tapctl:index:Minio", name, {}, opts);
    const parent = { parent: this };
    this.namespace = settings.namespace;
    const space = namespace(`${name}-namespace`, settings.namespace, { ...parent, protect });
    const root = password(`${name}-root`, parent);
    const user = password(`${name}-user`, parent);
    const within = { ...parent, deletedWith: space };
    const metadata = (secret: string) => ({
      name: secret,
      namespace: space.metadata.name,
      labels: { ...MANAGED },
    });
    const secrets = [
      new Secret(
        `${name}-root`,
        {
          metadata: metadata(ROOT_SECRET),
          stringData: { rootUser: "root", rootPassword: root.result },
        },
        within,
      ),
      new Secret(
        `${name}-user`,
        {
          metadata: metadata(USER_SECRET),
          stringData: { accessKey: USER, secretKey: user.result },
        },
        within,
      ),
    ];
    release(
      name,
      {
        releaseName: "minio",
        namespace: space.metadata.name,
        chart: settings.chart,
        values: minioValues(settings),
      },
      { ...parent, dependsOn: secrets, protect },
    );
    if (networkPolicy) {
      const ingress = [
        { from: [{ podSelector: {} }, ...podsOf(clients)], ports: [{ port: PORT }] },
      ];
      new NetworkPolicy(
        name,
        {
          metadata: metadata("minio-clients"),
          spec: { podSelector: {}, policyTypes: ["Ingress"], ingress },
        },
        within,
      );
    }
    const bucket = (bucketName: string): Bucket => ({
      name: bucketName,
      endpoint: `minio.${settings.namespace}.svc:${PORT}`,
      insecure: true,
      credentials: { accessKey: USER, secretKey: user.result },
      addressing: "path",
    });
    this.buckets = { singer: bucket(settings.bucket), artifacts: bucket(settings.artifactsBucket) };
    this.registerOutputs({ namespace: settings.namespace });
  }
}

function password(name: string, opts: pulumi.CustomResourceOptions): random.RandomPassword {
  return new random.RandomPassword(name, { length: PASSWORD_LENGTH, special: false }, opts);
}
