import type { Commands } from "../../common/commands";
import type { ParameterName } from "../../manifests/argo/parameters";
import { isLocalRegistry, parseImageReference } from "../../common/registry/image-reference";
import { isThere } from "../../common/registry/image-digest";
import { registryUrl } from "../../common/registry/registry-request";
import { answers } from "../../manifests/images/registry";
import { mapConcurrent } from "../../common/map-concurrent";
import type { CronWorkflowObject, PodObject, WorkflowSpec } from "../objects";
import { containersOf } from "../containers";
import { IMAGE_REASONS } from "../stuck";
import { ifKnown, type Check } from "./check";
import type { ImageFact } from "./facts";
import { fail, ok, warn, type Finding } from "./finding";

const AT_ONCE = 8;
const ANSWER_MS = 5_000;
const IMAGES: readonly string[] = [
  "tapImage",
  "targetImage",
  "jobImage",
] satisfies readonly ParameterName[];
const FOLLOW_UPS: string = "followUps" satisfies ParameterName;

const imageTodo = ({ onStack }: Commands): string =>
  `fix a wrong image name or registry password in the array, then run ${onStack("up")}, which rebuilds and pushes missing images. Cancel runs that are already waiting: they keep the old image`;

/**
 * Images that runs use, without duplicates, from their parameters and those of the shared
 * templates.
 */
export function imagesOf(specs: readonly (WorkflowSpec | undefined)[]): readonly string[] {
  const parameters = specs.flatMap((spec) => spec?.arguments?.parameters ?? []);
  const named = parameters.flatMap(({ name, value = "" }) => {
    if (name === FOLLOW_UPS) return followUpImages(value);
    return IMAGES.includes(name) ? [value] : [];
  });
  return [...new Set(named)].filter((image) => image !== "").sort();
}

function followUpImages(text: string): readonly string[] {
  try {
    return (JSON.parse(text) as readonly { readonly image: string }[]).map(({ image }) => image);
  } catch {
    // Written by hand; not part of this check.
    return [];
  }
}

/**
 * Checks anonymously, without the nodes' credentials, whether the registries have the images.
 *
 * @param server address of the API: a registry at `localhost` belongs to the nodes, and is only
 *   this machine's if the cluster runs here.
 */
export async function askRegistries(
  images: readonly string[],
  server: string,
): Promise<readonly ImageFact[]> {
  const hosts = [...new Set(images.map((image) => parseImageReference(image).host))];
  const facts = await mapConcurrent(AT_ONCE, hosts, (host) =>
    askRegistry(
      host,
      images.filter((image) => parseImageReference(image).host === host),
      server,
    ),
  );
  return facts.flat();
}

async function askRegistry(
  host: string,
  images: readonly string[],
  server: string,
): Promise<readonly ImageFact[]> {
  const url = registryUrl(host);
  const isHere = (address: string): boolean => isLocalRegistry(new URL(address).host);
  const isAway =
    !URL.canParse(url) ||
    (isHere(url) && !isHere(server)) ||
    !(await answers(`${url}/v2/`, ANSWER_MS));
  if (isAway)
    return images.map((image) => ({
      image,
      there: undefined,
      why: `${host} is not reachable from here`,
    }));
  return mapConcurrent(AT_ONCE, images, async (image) => ({
    image,
    there: await isThere(image, ANSWER_MS),
    why: `${host} requires a login`,
  }));
}

/** Can pods pull their images: is one waiting, and do the registries have those of future runs? */
export const imagesCheck: Check = ({ pods, images, crons }) =>
  ifKnown("images", pods, (found) =>
    ifKnown("images", images, (asked) => {
      const waiting = found.flatMap(waitingFor);
      const known = new Set(waiting.map(({ image }) => image));
      const missing = asked.filter(({ there, image }) => there === false && !known.has(image));
      const seen = waiting.length === 0 ? `; none of ${found.length} pods is waiting for one` : "";
      const problems = [
        ...waiting.flatMap(({ pod, name, image, why }) =>
          fail(
            "images",
            `container ${name} of pod ${pod} cannot pull image ${image}: ${why.split("\n")[0]}`,
            imageTodo,
          ),
        ),
        ...missing.flatMap(({ image }) =>
          fail(
            "images",
            `image ${image} is missing from its registry and needed by future ${usersOf(image, crons.ok ? crons.value : [])}`,
            (commands) =>
              `${imageTodo(commands)}. Until then, it runs only on nodes that have already pulled it`,
          ),
        ),
        ...unasked(asked, seen),
      ];
      return problems.length > 0
        ? problems
        : ok("images", `all ${asked.length} are in their registries${seen}`);
    }),
  );

function usersOf(image: string, crons: readonly CronWorkflowObject[]): string {
  const users = crons.filter(({ spec }) => imagesOf([spec.workflowSpec]).includes(image));
  return users.length === 0
    ? "runs"
    : `runs of ${users.map(({ metadata }) => metadata.name).join(", ")}`;
}

function waitingFor(pod: PodObject) {
  return containersOf(pod).flatMap(({ name, state, image = "" }) =>
    IMAGE_REASONS.includes(state?.waiting?.reason ?? "")
      ? [
          {
            pod: pod.metadata.name,
            name,
            image,
            why: state?.waiting?.message ?? state?.waiting?.reason ?? "",
          },
        ]
      : [],
  );
}

function unasked(asked: readonly ImageFact[], seen: string): readonly Finding[] {
  const silent = asked.filter(({ there }) => there === undefined);
  return [...new Set(silent.map(({ why }) => why))].flatMap((why) => {
    const names = silent.filter((one) => one.why === why).map(({ image }) => image);
    return warn(
      "images",
      `not checked: ${why} (${names.join(", ")})${seen}`,
      "a missing image is reported here once a pod waits for it",
    );
  });
}
