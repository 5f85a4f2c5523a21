#!/usr/bin/env node
require("./load-typescript.cjs");
void require("../deploy/engine-command.ts").main();
