// What Pulumi starts for this repository: the program of index.ts. It lies in a folder without node_modules, because Pulumi
// downloads the plugin of every package that it finds in one, and those for AWS are large. A project that installs this
// package as a dependency has no need of this file.
const { existsSync } = require("node:fs");
const { isAbsolute, join } = require("node:path");

// Providers stay in this folder, which is remembered before the program goes to the project's.
require("../../dist/components/providers-folder");
const root = join(__dirname, "..", "..");
process.chdir(root);

// The variable may hold the text of a kubeconfig as well.
const { KUBECONFIG } = process.env;
if (KUBECONFIG && !isAbsolute(KUBECONFIG) && existsSync(KUBECONFIG))
  process.env.KUBECONFIG = join("..", "..", KUBECONFIG);

module.exports = require("../../dist/src/common/typescript").loadTypeScript(join(root, "index.ts"));
