require("../../../load-program.cjs");
module.exports = require("./index.ts");
