import { spawnSync } from "node:child_process";
import type { RuleOptions } from "../../../src/manifests/monitoring/prometheus-rule";

/** Everything that rules may depend on. */
export const RULES: RuleOptions = {
  namespace: "pipelines",
  failuresInARow: 3,
  freeSpacePercent: 10,
  alertLabels: { team: "data" },
  runbook: "https://example.com/runbook",
  minio: true,
};

/** The promtool to test with: `$TAPCTL_PROMTOOL`, else that on PATH. */
export const PROMTOOL = process.env.TAPCTL_PROMTOOL ?? "promtool";

/** Why tests with promtool are skipped; false if they are not. */
export function withoutPromtool(): string | false {
  return spawnSync(PROMTOOL, ["--version"]).status === 0
    ? false
    : `${PROMTOOL} cannot be run: install Prometheus, or name its promtool in TAPCTL_PROMTOOL`;
}
