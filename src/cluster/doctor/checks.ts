import { bucketCheck } from "./bucket";
import type { Check } from "./check";
import { clockCheck, clusterCheck, definitionsCheck, rightsCheck, templatesCheck } from "./cluster";
import { configsCheck } from "./configs";
import { controllerCheck } from "./controller";
import { deployedCheck } from "./deployed";
import { imagesCheck } from "./images";
import { locksCheck } from "./locks";
import { nodesCheck } from "./nodes";
import { schedulesCheck } from "./schedules";
import { externalSecretsCheck, secretsCheck } from "./secrets";
import { slotsCheck } from "./slots";
import { statesCheck } from "./states";

/** All checks, in the order in which problems should be fixed. */
export const CHECKS: readonly Check[] = [
  clusterCheck,
  clockCheck,
  definitionsCheck,
  controllerCheck,
  rightsCheck,
  templatesCheck,
  bucketCheck,
  imagesCheck,
  nodesCheck,
  secretsCheck,
  externalSecretsCheck,
  schedulesCheck,
  locksCheck,
  configsCheck,
  statesCheck,
  slotsCheck,
  deployedCheck,
];
