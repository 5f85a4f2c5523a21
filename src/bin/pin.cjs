#!/usr/bin/env node
require("./load-typescript.cjs");
void require("../deploy/pin.ts").main();
