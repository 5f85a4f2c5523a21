// What Pulumi starts: TypeScript is loaded without a type check, which `npm run check` makes.
require("tsx/cjs");
module.exports = require("./index.ts");
