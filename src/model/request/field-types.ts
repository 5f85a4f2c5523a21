import { z } from "zod";

/** A file or folder by its path. */
export const path = z.string();
/** A duration. */
export const seconds = z.number().min(0);
/** A number of things. */
export const count = z.int().min(0);
