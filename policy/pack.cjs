// What Pulumi starts.
require("../dist/policy/pack");
