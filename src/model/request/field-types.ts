import { z } from "zod";

/** A file or folder by its path. */
export const path = z.string();
export const seconds = z.number().min(0);
export const count = z.int().min(0);
