import type { Request, RequestFor } from "../../model/request/schema";
import { parameter, type ParameterName } from "./parameters";

/** JSON that Argo inserts into a request when it starts a pod. */
export interface Json {
  readonly json: string;
}

/**
 * A request that Argo completes: strings may contain placeholders, and any other value may be one.
 */
type Template<Of> = {
  readonly [Field in keyof Of]: Of[Field] extends string | undefined
    ? string | Json
    : Of[Field] | Json;
};

/** A request with placeholders. */
export type RequestTemplate = {
  [Command in Request["command"]]: Template<RequestFor<Command>> & { readonly command: Command };
}[Request["command"]];

/** A request as the argument of a container, with one field per line. */
export function requestArgument(request: RequestTemplate): string {
  const fields = Object.entries(request).map(
    ([name, value]) =>
      `  ${JSON.stringify(name)}: ${isJson(value) ? value.json : JSON.stringify(value)}`,
  );
  return `{\n${fields.join(",\n")}\n}`;
}

/** A parameter whose value is JSON: a number, a boolean or an object. */
export function json(name: ParameterName): Json {
  return { json: parameter(name) };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && "json" in value;
}
