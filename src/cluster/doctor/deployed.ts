import { type Check, ifKnown } from "./check";
import { ok, warn } from "./finding";

/** Do the array and the cluster contain the same pipelines? */
export const deployedCheck: Check = ({ crons, entries }) =>
  ifKnown("pipelines", crons, (found) => {
    const there = new Set(found.map(({ metadata }) => metadata.name));
    const names = entries.map(({ name }) => name);
    const missing = names.filter((name) => !there.has(name));
    const others = [...there].filter((name) => !names.includes(name));
    const problems = [
      ...(missing.length > 0
        ? warn(
            "pipelines",
            `in the array but not deployed: ${missing.join(", ")}`,
            ({ onStack }) => `deploy them: ${onStack("up")}`,
          )
        : []),
      ...(others.length > 0
        ? warn(
            "pipelines",
            `deployed but not in the array: ${others.join(", ")}`,
            ({ onStack }) =>
              `the next ${onStack("up")} deletes them; if that is not intended, check the checkout, cluster and namespace`,
          )
        : []),
    ];
    return problems.length > 0 ? problems : ok("pipelines", `${entries.length}, all deployed`);
  });
