// What Pulumi starts.
require("./load-typescript.cjs");
module.exports = require("./index.ts");
