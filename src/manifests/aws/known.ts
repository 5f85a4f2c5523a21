import type { PipelineEntry } from "../../model/define";
import type { CheckedSettings } from "../../settings/schema";
import type { KnownParts } from "../cloud-parts";
import { ecrRepository } from "./ecr-names";
import { METADATA_SERVICE, podAccounts } from "./pod-accounts";

/** The parts of a stack on AWS that are known from its settings. */
export function knownAws(
  { aws: place, objectStore: store }: Pick<CheckedSettings, "aws" | "objectStore">,
  pipelines: readonly PipelineEntry[],
): KnownParts {
  if (place === undefined) return {};
  const { ecr } = place;
  return {
    ...(store.kind === "aws" && {
      accounts: podAccounts(pipelines),
      blockedNetworks: METADATA_SERVICE,
    }),
    ...(ecr && { pullRepository: (name) => ecrRepository(name, place, ecr) }),
  };
}
