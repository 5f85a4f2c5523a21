#!/usr/bin/env node
require("./load-typescript.cjs");
require("../cli/closed-output.ts").endWithReader();
void require("../cli/tapctl.ts").main(process.argv.slice(2));
