// What every command starts with: TypeScript is loaded without a type check, which `npm run check` makes.
const { _extensions } = require("node:module");
const { sep } = require("node:path");
const { ".js": plain } = _extensions;
require("tsx/cjs");

// tsx would read every file of every package to see whether it is to be translated: packages come as Node takes them,
// and reading them twice is a good part of the time that a command takes to start.
const { ".js": translate } = _extensions;
_extensions[".js"] = (module, file) => (file.includes(`${sep}node_modules${sep}`) ? plain : translate)(module, file);
