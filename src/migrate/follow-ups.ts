import { secret, type Json } from "../model/connector-settings";
import type { FollowUp } from "../model/replication";
import type { Carried, LeftOver } from "./left-over";
import type { PlannedRun, UtilityCall } from "./runs";
import { expand, secretName, type Variables } from "./variables";

/**
 * Converts utility commands after a replication to follow-ups, if the project gives an image for
 * them.
 */
export function carryFollowUps(
  { place, name, after }: PlannedRun,
  variables: Variables,
): Carried<readonly FollowUp[]> {
  const leftOver: LeftOver[] = [];
  const followUps = after.flatMap((call, index) => {
    const followUp = followUpOf(call, index, variables);
    if (!followUp) leftOver.push({ where: `${place} ${name}`, text: withoutImage(call) });
    return followUp ? [followUp] : [];
  });
  return { value: followUps, leftOver };
}

function followUpOf(
  { plugin, command }: UtilityCall,
  index: number,
  variables: Variables,
): FollowUp | undefined {
  const found = command === undefined ? undefined : plugin.commands[command];
  const container = found?.container;
  if (
    !found ||
    !container ||
    !/[^/]+(:[^/]+|@sha256:[0-9a-f]{64})$/.test(container.image) ||
    /\s/.test(container.image)
  )
    return undefined;
  const words = wordsOf(
    container.command ?? `${plugin.executable ?? plugin.name} ${found.args}`,
  ).map((word) => textOf(word, variables));
  if (words.length === 0 || words.some((word) => word === undefined)) return undefined;
  const env = Object.entries(container.env).map(([name, value]): readonly [string, Json] => [
    name,
    envValue(value, variables),
  ]);
  return {
    name: `${index + 1}-${plugin.name}-${command}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, 60)
      .replace(/-+$/, ""),
    image: container.image,
    command: words as readonly string[],
    ...(env.length > 0 && { env: Object.fromEntries(env) as FollowUp["env"] & object }),
  };
}

function withoutImage({ plugin, command }: UtilityCall): string {
  const args = command === undefined ? undefined : plugin.commands[command]?.args;
  const program = plugin.name.startsWith("dbt") ? "dbt" : (plugin.executable ?? plugin.name);
  const example = wordsOf(`${program} ${args ?? command ?? ""}`)
    .map((word) => JSON.stringify(word))
    .join(", ");
  return `${plugin.name}${command === undefined ? "" : `:${command}`} has no image: add a followUp with an image that contains its project, e.g. { name: "${program.toLowerCase().replace(/[^a-z0-9]+/g, "-")}", image: "registry/name:tag", command: [${example}] }`;
}

function envValue(value: string, variables: Variables): Json {
  const expanded = expand(value, variables);
  if (expanded.kind === "text") return expanded.text;
  return (expanded.kind === "secret"
    ? expanded.secret
    : secret(secretName(expanded.variables.join("-")))) as unknown as Json;
}

function textOf(word: string, variables: Variables): string | undefined {
  const expanded = expand(word, variables);
  return expanded.kind === "text" ? expanded.text : undefined;
}

/** Splits a command line into words, with quotes as in a shell. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(
      /"([^"]*)"|'([^']*)'/g,
      (_, double: string | undefined, single: string | undefined) => double ?? single ?? "",
    ),
  );
}
