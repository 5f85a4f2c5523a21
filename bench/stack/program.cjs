require("../../load-typescript.cjs");
module.exports = require("./index.ts");
