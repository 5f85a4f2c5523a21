require("../../../src/bin/load-program.cjs");
module.exports = require("./index.ts");
