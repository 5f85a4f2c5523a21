#!/usr/bin/env node
require("tsx/cjs");
void require("../deploy/pin.ts").main();
