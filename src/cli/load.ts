/** Loads a module that most commands do not need; its type is the caller's to say. */
export function load(module: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- TypeScript is loaded by hooks of require
  return require(module);
}
