// What a Pulumi program starts with.
require("./load-typescript.cjs");

// Pulumi gives each of its promises the stack trace of an error without a message, which it shows where somebody looks
// for a leaked one (source: @pulumi/pulumi 3.248.0, runtime/debuggable.ts). Finding the TypeScript lines of all these was
// most of a program's time; every other trace has them.
const { prepareStackTrace } = Error;
if (prepareStackTrace) Error.prepareStackTrace = (error, frames) => (error.message === "" && error.constructor === Error ? "" : prepareStackTrace(error, frames));
