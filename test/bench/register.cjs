// Registers the project's stack against a stand-in for Pulumi's engine: `node test/bench/register.cjs minio|aws`. As with the
// engine, Pulumi's own package is there before the program and what loads TypeScript are.
require("../../src/bin/before-pulumi.cjs");
require("@pulumi/pulumi");
require("../../src/bin/load-program.cjs");
void require("./register.ts").register(process.argv[2]);
