#!/usr/bin/env node
require("./load-typescript.cjs");
void require("../deploy/deploy.ts").main("recover");
