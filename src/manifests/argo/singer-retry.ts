import { parameter } from "./parameters";
import type { NamedTemplate, Parameter, RetryStrategy, Template } from "./types";

/** Retries a step as the pipeline says. A pod that was deleted, lost or could not start counts as failed. */
const retried: RetryStrategy = {
  limit: parameter("retries"),
  retryPolicy: "Always",
  backoff: { duration: parameter("retryDelay"), factor: "2", cap: parameter("retryMaxDelay") },
};

/** Input of a pod that says which attempt it is, from 0. */
export const ATTEMPT = "{{inputs.parameters.attempt}}";

/**
 * Tries a pod again as the pipeline says. The pod is a step of a template that is tried, and not tried itself, because
 * Argo does not look at the `pendingTimeout` of one that is: an image that is not there, or a node that never comes,
 * would hold the run until its deadline.
 * Source: argo-workflows v4.1.2, workflow/controller/operator.go, 2295: the node that it compares is the one above the tries.
 *
 * @param pod template of one attempt; gets `attempt` and `pendingTimeout` beside its own fields.
 * @param handedOn names of the artifacts that other steps read.
 * @param own inputs of the pod with their values, which may name `{{retries}}`, its attempt.
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
