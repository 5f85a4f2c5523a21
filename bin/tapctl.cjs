#!/usr/bin/env node
require("../load-typescript.cjs");
void require("../cli/tapctl.ts").main(process.argv.slice(2));
