// What Pulumi starts: TypeScript is loaded without a type check, which `npm run check` makes.
require("../src/bin/load-typescript.cjs");
require("./pack.ts");
