// What Pulumi starts, together with providers, in this folder; Pulumi.yaml says why.
const { existsSync } = require("node:fs");
const { isAbsolute, join } = require("node:path");

require("./load-program.cjs");

// Providers stay in this folder, so that the way from it is kept before the program goes to the project's.
require("../../components/providers-folder.ts");
process.chdir(join(__dirname, "..", ".."));

// The variable may hold the text of a kubeconfig as well.
const { KUBECONFIG } = process.env;
if (KUBECONFIG && !isAbsolute(KUBECONFIG) && existsSync(KUBECONFIG)) process.env.KUBECONFIG = join("..", "..", KUBECONFIG);

module.exports = require("../../index.ts");
