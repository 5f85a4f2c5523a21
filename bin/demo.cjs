#!/usr/bin/env node
require("tsx/cjs");
require("../demo/demo.ts");
