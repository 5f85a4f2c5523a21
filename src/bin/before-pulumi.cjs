// What Node reads before Pulumi's own package, which is the larger part of what a preview loads.
const Module = require("node:module");
const { sep } = require("node:path");

// From Node 22.1 on what was compiled is kept for the next time (https://nodejs.org/api/module.html#module-compile-cache).
Module.enableCompileCache?.();

// Pulumi's package loads npm's own resolver and the TypeScript compiler to write functions down, as dynamic providers do:
// a third of its time, for what few programs ask for. So these come when something of them is asked for
// (source: @pulumi/pulumi 3.248.0, runtime/closure/codePaths.ts and parseFunction.ts).
const WHEN_ASKED = new Set(["@npmcli/arborist", "typescript"]);
const PULUMI = `${sep}node_modules${sep}@pulumi${sep}pulumi${sep}`;
const { _load: load } = Module;
Module._load = function (request, parent, isMain) {
  if (!WHEN_ASKED.has(request) || !parent?.filename?.includes(PULUMI)) return load.call(this, request, parent, isMain);
  // One that is not there is told of at once: Pulumi's package then takes its own copy of TypeScript.
  Module._resolveFilename(request, parent, isMain);
  return new Proxy({ __esModule: true }, { get: (stand, name) => (name in stand ? stand[name] : load.call(this, request, parent, isMain)[name]) });
};
