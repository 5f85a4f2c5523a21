import type { TextWithCommands } from "../../common/commands";
import type { Check } from "./check";
import { fail, ok, warn } from "./finding";

/** Helm recreates the bucket only if something in the chart has changed. */
const recreateBucket: TextWithCommands = ({ onStack }) =>
  `recreate it: change objectStore.expireRunsDays by one, then run ${onStack("up")}; then ${RESTORE}`;
const RESTORE =
  'restore its content from a backup if there is one (see "A bucket is missing" in the runbook)';

/** Does the bucket exist, and is it versioned? */
export const bucketCheck: Check = ({ bucket }) => {
  if (!bucket.ok)
    return fail(
      "bucket",
      bucket.why,
      "runs need it to start and to end: check the object store's pods, its Secret object-store and the ConfigMap artifact-repositories",
    );
  const { name } = bucket.value;
  if (bucket.value.is === "missing")
    return fail(
      "bucket",
      `bucket ${name} does not exist, and its state, settings and extracts are gone`,
      bucket.value.inCluster ? recreateBucket : `create it with versioning; then ${RESTORE}`,
    );
  return bucket.value.versioned
    ? ok("bucket", `${name} is reachable and versioned`)
    : warn(
        "bucket",
        `${name} is not versioned`,
        "enable versioning, so that an overwritten state can be restored",
      );
};
