/**
 * Loads a module that most commands do not need, where the caller cannot wait for `import()`. The
 * caller casts the result to the module's type.
 */
export function load(module: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous
  return require(module);
}
