import type { Json, JsonObject } from "../model/connector-settings";

export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function strings(value: Json | undefined): readonly string[] {
  return list(value).filter((item) => typeof item === "string");
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== ""
    ? value
    : typeof value === "number"
      ? String(value)
      : undefined;
}

export function texts(value: Json | undefined): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(objectOf(value)).flatMap(([name, item]) =>
      typeof item === "object" ? [] : [[name, String(item)]],
    ),
  );
}
