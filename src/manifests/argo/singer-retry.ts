import { parameter } from "./parameters";
import type { NamedTemplate, Parameter, RetryStrategy, Template } from "./types";

/**
 * Retries a step according to the pipeline's settings. A pod that was deleted, lost or could not
 * start counts as failed.
 */
const retried: RetryStrategy = {
  limit: parameter("retries"),
  retryPolicy: "Always",
  backoff: { duration: parameter("retryDelay"), factor: "2", cap: parameter("retryMaxDelay") },
};

/** Input of a pod with the number of the attempt, from 0. */
export const ATTEMPT = "{{inputs.parameters.attempt}}";

/**
 * Retries a pod according to the pipeline's settings. The pod is a step of a template that is
 * retried instead of being retried itself, because Argo ignores the `pendingTimeout` of a retried
 * pod: a missing image or node would block the run until its deadline.
 * Source: argo-workflows v4.1.2, workflow/controller/operator.go, 2295, which checks the node above
 * the attempts.
 *
 * @param pod template of one attempt; it gets `attempt` and `pendingTimeout` in addition to its own
 *   fields.
 * @param handedOn names of the artifacts that other steps read.
 * @param own inputs of the pod with their values, which may contain `{{retries}}`, the number of
 *   the attempt.
 */
export function withRetries(
  pod: NamedTemplate,
  handedOn: readonly string[] = [],
  own: readonly Parameter[] = [],
): readonly [Template, Template] {
  const { inputs, outputs } = pod;
  const fromSteps = (inputs?.artifacts ?? []).filter(({ s3 }) => s3 === undefined);
  const given = inputs?.parameters ?? [];
  const ofAttempt = [{ name: "attempt", value: "{{retries}}" }, ...own];
  const inner = {
    ...pod,
    name: `${pod.name}-pod`,
    inputs: { ...inputs, parameters: [...given, ...ofAttempt.map(({ name }) => ({ name }))] },
    pendingTimeout: `${parameter("pendingSeconds")}s`,
  };
  const wrapper: Template = {
    name: pod.name,
    inputs: {
      parameters: given,
      ...(fromSteps.length > 0 && {
        artifacts: fromSteps.map(({ name, optional }) => ({ name, ...(optional && { optional }) })),
      }),
    },
    retryStrategy: retried,
    steps: [
      [
        {
          name: pod.name,
          template: inner.name,
          arguments: {
            parameters: [
              ...given.map(({ name }) => ({ name, value: `{{inputs.parameters.${name}}}` })),
              ...ofAttempt,
            ],
            artifacts: fromSteps.map(({ name, optional }) => ({
              name,
              from: `{{inputs.artifacts.${name}}}`,
              ...(optional && { optional }),
            })),
          },
        },
      ],
    ],
    outputs: {
      parameters: (outputs?.parameters ?? []).map(({ name }) => ({
        name,
        valueFrom: { parameter: `{{steps.${pod.name}.outputs.parameters.${name}}}` },
      })),
      artifacts: (outputs?.artifacts ?? [])
        .filter(({ name }) => handedOn.includes(name))
        .map(({ name, optional }) => ({
          name,
          from: `{{steps.${pod.name}.outputs.artifacts.${name}}}`,
          ...(optional && { optional }),
        })),
    },
  };
  return [wrapper, inner];
}
