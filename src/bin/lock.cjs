#!/usr/bin/env node
require("./load-typescript.cjs");
void require("../run/environments/lock-connectors.ts").main();
