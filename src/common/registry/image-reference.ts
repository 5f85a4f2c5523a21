/** An image reference, parsed as Docker does. */
export interface ImageReference {
  /** Host of the registry, with its port; `docker.io` if the text has none. */
  readonly host: string;
  /** Repository on the host, such as `library/python`. */
  readonly repository: string;
  /** Tag. Default: none. */
  readonly tag?: string;
  /** Digest, such as `sha256:…`. Default: none. */
  readonly digest?: string;
}

/** Parses an image reference, such as `quay.io/minio/minio:RELEASE.2025` or `python:3.12-slim`. */
export function parseImageReference(text: string): ImageReference {
  const [rest = "", digest] = text.split("@");
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const name = tagged ? rest.slice(0, colon) : rest;
  const [first = "", ...others] = name.split("/");
  const host = others.length > 0 && /[.:]|^localhost$/.test(first) ? first : undefined;
  const path = host === undefined ? name : others.join("/");
  return {
    host: host ?? DOCKER_HUB,
    repository:
      (host ?? DOCKER_HUB) === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path,
    ...(tagged && { tag: rest.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  };
}

/** Host of a registry address, which may have a path. */
export function hostOf(address: string): string {
  return parseImageReference(`${address}/image`).host;
}

/** URL of a registry's API. Like Docker, uses plain HTTP only for a registry on this machine. */
export function registryAddress(host: string): string {
  return isLocalRegistry(host) ? `http://${host}` : `https://${host}`;
}

/** Whether a registry's host is this machine. */
export function isLocalRegistry(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}

const DOCKER_HUB = "docker.io";
