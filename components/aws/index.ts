import { Provider } from "@pulumi/aws/provider";
import type { AwsSettings } from "../../src/settings/aws";
import type { Cloud, CloudArgs, CloudParts } from "../cloud";
import { checkAws } from "./check";
import { EcrImages } from "./ecr-images";
import { podIdentity } from "./pod-identity";
import { S3Store } from "./s3-store";
import { stackTags } from "./tags";

/** The parts of a stack on AWS. */
export const aws: Cloud = { check: checkAws, declare };

function declare({ settings, pipelines, repositories }: CloudArgs): CloudParts {
  const { aws: place, objectStore: store, namespace } = settings;
  if (place === undefined) throw new Error("the settings use nothing on AWS");
  const opts = { providers: [provider(place)] };
  const parts =
    store.kind === "aws"
      ? {
          buckets: new S3Store("s3", { settings: store, region: place.region }, opts).buckets,
          identity: podIdentity({ store, region: place.region, namespace, pipelines }, opts),
        }
      : {};
  return {
    ...parts,
    ...(place.ecr && {
      registry: new EcrImages("ecr", { settings: place.ecr, images: repositories }, opts).registry,
    }),
  };
}

function provider({ region, account, profile, tags }: AwsSettings): Provider {
  return new Provider("aws", {
    region,
    ...(account !== undefined && { allowedAccountIds: [account] }),
    ...(profile !== undefined && { profile }),
    defaultTags: { tags: { ...tags, ...stackTags() } },
  });
}
