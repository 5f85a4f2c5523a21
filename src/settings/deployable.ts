import { plural } from "../common/plural";
import { UserError } from "../common/errors";
import type { PipelineEntry } from "../model/define";
import { formatProblem, InvalidPipelines } from "../model/validation/problem";
import { secretsOf, stackSecrets, validatePipelines } from "../model/validation/validate";
import { setSecrets } from "./secrets";

/**
 * Refuses an array that cannot be deployed because it has problems or because secrets are not set.
 *
 * @param secrets names of the secrets that are set.
 * @throws UserError with all problems.
 */
export function assertDeployable(
  entries: readonly PipelineEntry[],
  secrets: readonly string[],
): void {
  const { problems } = validatePipelines(entries);
  if (problems.length > 0) throw new InvalidPipelines(problems);
  const given = new Set(secrets);
  const missing = entries.flatMap((entry, index) => {
    const names = [...new Set(stackSecrets(secretsOf(entry)).map(({ name }) => name))].filter(
      (name) => !given.has(name),
    );
    return names.map((name) => ({ name, where: `pipelines[${index}] "${entry.name}"` }));
  });
  if (missing.length > 0)
    throw new UserError(
      [
        `${plural(missing.length, "secret is", "secrets are")} missing:`,
        ...missing.map(({ name, where }) =>
          formatProblem({ where, text: `secret "${name}" is not set` }),
        ),
      ].join("\n"),
      { fix: setSecrets(missing.map(({ name }) => name)) },
    );
}
