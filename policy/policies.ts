import { guardedBuckets, privateBuckets } from "./buckets";
import { deadlines } from "./deadlines";
import { digests } from "./digests";
import { limits } from "./limits";
import type { Policy } from "./policy";
import { privileges } from "./privileges";
import { schedules } from "./schedules";
import { secrets } from "./secrets";
import { signatures } from "./signatures";

/** All policies, in the order in which they report. */
export const policies: readonly Policy[] = [
  digests,
  signatures,
  limits,
  privileges,
  secrets,
  deadlines,
  privateBuckets,
  guardedBuckets,
  schedules,
];
