// As Pulumi itself starts a program.
require("source-map-support/register");
require("tsx/cjs");
void require("./register.ts").main(process.argv[2]);
