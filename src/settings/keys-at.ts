import type { z } from "zod";

/** The parts of a Zod schema that lead to object keys. */
interface Definition {
  readonly shape?: { readonly [key: string]: z.core.$ZodType };
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
}

/** Keys that a schema allows in the object at a path; for a union, those of all branches. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const {
    shape,
    innerType,
    in: input,
    out,
    element,
    valueType,
    options,
  } = schema._zod.def as Definition;
  const same = [innerType, input, out, ...(options ?? [])].filter((one) => one !== undefined);
  if (same.length > 0) return same.flatMap((one) => keysAt(one, path));
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(shape ?? {});
  const next = shape?.[String(first)] ?? element ?? valueType;
  return next ? keysAt(next, rest) : [];
}
