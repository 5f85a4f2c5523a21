// As Pulumi itself starts a program.
require("source-map-support/register");
require("../../load-program.cjs");
void require("./register.ts").main(process.argv[2]);
