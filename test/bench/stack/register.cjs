// As Pulumi itself starts a program.
require("source-map-support/register");
require("../../../src/bin/load-program.cjs");
void require("./register.ts").main(process.argv[2]);
