import pc from "picocolors";
import type { Command } from "commander";
import type { Finding } from "../cluster/doctor/finding";
import { contextOf } from "./context";
import { load } from "./load";
import { print, printJson } from "../common/print";

/** `tapctl doctor`: what is wrong with a cluster, and what to do. */
export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "look at the cluster, its permissions, Argo, the object store and the pipelines' Secrets, schedules, locks and states; say what is wrong and what to do. Nothing is changed; exit code 1 where something does not work",
    )
    .option("--json", "print as JSON: a list of {check, level, found, todo}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl doctor --on cluster")
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { lookAtCluster } = load(
        "../cluster/doctor/look",
      ) as typeof import("../cluster/doctor/look");
      const { CHECKS } = load(
        "../cluster/doctor/checks",
      ) as typeof import("../cluster/doctor/checks");
      const facts = await lookAtCluster(await context.connect(), context.project.entries);
      const findings = CHECKS.flatMap((check) => check(facts));
      if (findings.some(({ level }) => level === "fail")) process.exitCode = 1;
      if (flags.json) return printJson(findings);
      for (const finding of findings) print(line(finding));
    });
}

const COLOURS = { ok: pc.green, warn: pc.yellow, fail: pc.red } as const;

function line({ check, level, found, todo }: Finding): string {
  const text = `${COLOURS[level](level.padEnd(4))}  ${check.padEnd(12)}  ${found}`;
  return todo === "" ? text : `${text}\n${" ".repeat(20)}${pc.dim(`-> ${todo}`)}`;
}
