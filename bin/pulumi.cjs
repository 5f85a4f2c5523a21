#!/usr/bin/env node
require("tsx/cjs");
void require("../deploy/engine-command.ts").main();
