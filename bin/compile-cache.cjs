// What Node reads before Pulumi's own package, which is the larger part of what a preview loads: from Node 22.1 on what was
// compiled is kept for the next time (https://nodejs.org/api/module.html#module-compile-cache).
require("node:module").enableCompileCache?.();
