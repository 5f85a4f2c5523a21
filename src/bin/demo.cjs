#!/usr/bin/env node
require("./load-typescript.cjs");
require("../demo/demo.ts");
