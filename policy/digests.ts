import type { Json } from "../src/model/connector-settings";
import { containerText, podsOf } from "./pods";
import { objectOf, textOf, UNKNOWN, type Resource, type ResourcePolicy } from "./policy";
import { isDeferred, jsonOf, resolved, workflowOf } from "./workflow";

/** Settings of {@link digests}. */
export interface DigestSettings {
  /** Images that may be referenced by tag; names without tag or digest. */
  readonly allowed: readonly string[];
}

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** Rejects images referenced by tag: a tag can be moved, a digest always names the same image. */
export const digests: ResourcePolicy<DigestSettings> = {
  name: "images-by-digest",
  description: "Images of pods and Workflows are referenced by digest, not by tag.",
  level: "mandatory",
  scope: "resource",
  settings: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Images that may be referenced by tag, named without it, such as ghcr.io/acme/dbt.",
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
            `${where}image "${image}" has no digest, and a tag can be moved; write ${nameOf(image)}@sha256:…, or add the image to "allowed" of this policy`,
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
      // The value of an argument is checked where the argument is set.
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

/** The reference without tag and digest; a colon before a slash belongs to a port. */
function nameOf(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}
