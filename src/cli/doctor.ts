import pc from "picocolors";
import type { Command } from "commander";
import type { FindingText } from "../cluster/doctor/finding";
import { contextOf } from "./context";
import { print, printJson } from "../common/print";

/** `tapctl doctor`: problems of a cluster and how to fix them. */
export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("diagnose problems of the cluster")
    .description(
      "diagnose the cluster: permissions, Argo, the object store, and the pipelines' Secrets, schedules, locks and state. Changes nothing; exits with 1 if a check fails",
    )
    .option("--json", "print as JSON: a list of {check, level, found, todo}")
    .addHelpText("after", "\nExample:\n  $ npx tapctl doctor --on cluster")
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { readFacts } = await import("../cluster/doctor/read-facts.js");
      const { CHECKS } = await import("../cluster/doctor/checks.js");
      const { findingText } = await import("../cluster/doctor/finding.js");
      const facts = await readFacts(await context.connect(), context.project.entries);
      const findings = CHECKS.flatMap((check) => check(facts)).map((finding) =>
        findingText(finding, context.commands),
      );
      if (findings.some(({ level }) => level === "fail")) process.exitCode = 1;
      if (flags.json) return printJson(findings);
      for (const finding of findings) print(line(finding));
    });
}

const COLORS = { ok: pc.green, warn: pc.yellow, fail: pc.red } as const;

function line({ check, level, found, todo }: FindingText): string {
  const indent = " ".repeat(20);
  const text = `${COLORS[level](level.padEnd(4))}  ${check.padEnd(12)}  ${found.replaceAll("\n", `\n${indent}`)}`;
  return todo === "" ? text : `${text}\n${indent}${pc.dim(`-> ${todo}`)}`;
}
