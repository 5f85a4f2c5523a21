import type { Json } from "../src/model/connector-settings";
import { containerText, podsOf } from "./pods";
import { objectOf, textOf, UNKNOWN, type Resource, type ResourcePolicy } from "./policy";
import { isDeferred, jsonOf, resolved, workflowOf } from "./workflow";

/** Settings of {@link digests}. */
export interface DigestSettings {
  /** Images that may go by tag, by their names without one. */
  readonly allowed: readonly string[];
}

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** A tag can be moved: what ran yesterday is known by a digest alone. */
export const digests: ResourcePolicy<DigestSettings> = {
  name: "images-by-digest",
  description: "Images of pods and Workflows are named by digest, not by tag.",
  level: "mandatory",
  scope: "resource",
  settings: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Images that may go by tag, by their names without one, such as ghcr.io/acme/dbt.",
    },
  },
  check: (resource, { allowed }) =>
    [...containerImages(resource), ...argumentImages(resource)].flatMap(({ where, image }) => {
      const free =
        image === "" ||
        image.includes(UNKNOWN) ||
        isDeferred(image) ||
        DIGEST.test(image) ||
        allowed.includes(nameOf(image));
      return free
        ? []
        : [
            `${where}image "${image}" has no digest: a tag can be moved. Write ${nameOf(image)}@sha256:…, or allow it in this policy's setting "allowed"`,
          ];
    }),
};

interface Use {
  readonly where: string;
  readonly image: string;
}

function containerImages(resource: Resource): readonly Use[] {
  const workflow = workflowOf(resource);
  return podsOf(resource).flatMap(({ where, containers }) =>
    containers.flatMap((container) => {
      const image = textOf(container["image"]);
      // An argument's own value is looked at where it is given.
      if (image === undefined || (workflow && resolved(image, workflow) !== image)) return [];
      return [{ where: `${where}${containerText(container)}: `, image }];
    }),
  );
}

function argumentImages(resource: Resource): readonly Use[] {
  const parameters = workflowOf(resource)?.parameters ?? new Map<string, string>();
  return [...parameters].flatMap(([name, value]) => {
    if (/image$/i.test(name)) return [{ where: `argument "${name}": `, image: value }];
    const items = jsonOf(value);
    return Array.isArray(items)
      ? (items as readonly Json[]).map(objectOf).flatMap((item) =>
          typeof item["image"] === "string"
            ? [
                {
                  where: `argument "${name}", "${textOf(item["name"]) ?? ""}": `,
                  image: item["image"],
                },
              ]
            : [],
        )
      : [];
  });
}

/** A reference without tag: a colon before a slash is that of a port. */
function nameOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}
