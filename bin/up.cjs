#!/usr/bin/env node
require("tsx/cjs");
void require("../deploy/deploy.ts").main("up");
