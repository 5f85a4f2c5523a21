import { plural } from "../../../src/common/plural";
import { UserError } from "../../../src/common/errors";
import type { CloudArgs } from "../../cloud";
import { checkAccount } from "./account";
import { bucketProblems } from "./bucket";
import { clusterProblems } from "./cluster";
import { keyProblems } from "./key";
import { repositoryProblems } from "./repositories";

/**
 * Checks with read-only requests whether the stack can be created on AWS: the credentials, and the
 * bucket, key, cluster and repositories in the settings.
 *
 * @throws UserError with all problems, or with that of the account.
 */
export async function checkAws({
  settings: { aws, objectStore: store },
  repositories,
}: CloudArgs): Promise<void> {
  if (aws === undefined) return;
  await checkAccount(aws);
  const found = await Promise.all([
    store.kind === "aws" ? bucketProblems(store, aws) : [],
    store.kind === "aws" && store.kmsKey !== undefined ? keyProblems(store.kmsKey, aws) : [],
    store.kind === "aws" && store.identity.kind === "pod-identity"
      ? clusterProblems(store.identity.cluster, aws)
      : [],
    aws.ecr ? repositoryProblems(repositories, aws.ecr, aws) : [],
  ]);
  const problems = found.flat();
  if (problems.length === 0) return;
  throw new UserError(
    [
      `${plural(problems.length, "problem")} on AWS, nothing was changed:`,
      ...problems.map((problem) => `tapctl:${problem}`),
    ].join("\n"),
  );
}
