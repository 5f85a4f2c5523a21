// Entry point of the policy pack, started by Pulumi.
require("../dist/policy/pack");
