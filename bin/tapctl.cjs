#!/usr/bin/env node
require("../load-typescript.cjs");
require("../cli/tapctl.ts");
