/** An image's reference, taken apart as Docker does. */
export interface ImageReference {
  /** Registry's host, with a port where it has one: `docker.io` where the text names none. */
  readonly host: string;
  /** Repository below the host, such as `library/python`. */
  readonly repository: string;
  /** Tag. Default: none. */
  readonly tag?: string;
  /** Digest, such as `sha256:…`. Default: none. */
  readonly digest?: string;
}

/** Takes an image's reference apart, such as `quay.io/minio/minio:RELEASE.2025` or `python:3.12-slim`. */
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

/** Host of a registry by its address, with a path or without. */
export function hostOf(address: string): string {
  return parseImageReference(`${address}/image`).host;
}

/** Address of a registry's API. Like Docker, only a registry on this machine is spoken to without TLS. */
export function registryAddress(host: string): string {
  return isLocalRegistry(host) ? `http://${host}` : `https://${host}`;
}

/** Whether a registry's host is this machine. */
export function isLocalRegistry(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}

const DOCKER_HUB = "docker.io";
