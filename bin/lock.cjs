#!/usr/bin/env node
require("../load-typescript.cjs");
void require("../local/lock-connectors.ts").main();
