import { readFileSync } from "node:fs";
import Module from "node:module";
import { cached } from "./compile-cache";
import { VERSION } from "./package";

/**
 * Node's handlers for `require` by file extension. Source:
 * https://nodejs.org/api/modules.html#requireextensions
 */
type Handlers = {
  [extension: string]: (
    module: NodeModule & { _compile(code: string, file: string): void },
    file: string,
  ) => void;
};

/**
 * Loads a TypeScript file of the user, such as `pipelines/index.ts`, and its imports, without type
 * checking. From the first call on, `require` handles `.ts`.
 *
 * @returns the exports of the file.
 * @throws the error of the file, such as a syntax error.
 */
export function loadTypeScript(file: string): unknown {
  handleTypeScript();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the file is the user's, known at run time
  return require(file) as unknown;
}

/**
 * From now on `require` handles the extension `.ts`, unless something else does already.
 *
 * @param args.sourceMaps whether stack traces show the lines of the sources. Node then reads the
 *   source map of each package that is loaded after the first such file: a tenth of a command's start.
 */
export function handleTypeScript({ sourceMaps = false } = {}): void {
  const handlers = (Module as unknown as { readonly _extensions: Handlers })._extensions;
  if (handlers[".ts"] !== undefined) return;
  handlers[".ts"] = (module, file) => {
    if (sourceMaps) process.setSourceMapsEnabled(true);
    module._compile(compile(file), file);
  };
}

function compile(file: string): string {
  const source = readFileSync(file, "utf8");
  const options = {
    loader: "ts",
    format: "cjs",
    target: "node20",
    platform: "node",
    sourcefile: file,
    sourcemap: "inline",
    logLevel: "silent",
  } as const;
  return cached(file, JSON.stringify([VERSION, options, source]), () => {
    // Starting esbuild takes longer than the rest of many commands.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only if it is needed
    const { transformSync } = require("esbuild") as typeof import("esbuild");
    return transformSync(source, options).code;
  });
}
