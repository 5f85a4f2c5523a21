import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { ALPINE, sbomOf } from "./sbom-support";
import { inWorkspace, PYTHON } from "./support";

const VERSION = "11.12.0";

const CHECK = `
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
for text in sys.stdin:
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert problem is None, problem
    components = json.loads(text)["components"]
    for component in components:
        if "purl" in component:
            PackageURL.from_string(component["purl"])
    names = [component["bom-ref"] for component in components]
    assert len(names) == len(set(names)), names
    print(len(components))
`;

test("SBOM: cyclonedx-python-lib accepts it", () =>
  inWorkspace((space) => {
    const venv = space.path("venv");
    execFileSync(PYTHON, ["-m", "venv", venv]);
    const python = join(venv, "bin", "python");
    const library = `cyclonedx-python-lib[json-validation]==${VERSION}`;
    execFileSync(python, ["-m", "pip", "install", "-q", library]);
    const documents = [
      sbomOf(space.path("debian")),
      sbomOf(space.path("alpine"), { root: ALPINE }),
      sbomOf(space.path("runner"), { connector: [] }),
    ];
    const { status, stdout, stderr } = spawnSync(python, ["-c", CHECK], {
      input: documents.map((one) => `${JSON.stringify(one)}\n`).join(""),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim().split("\n").length, documents.length);
  }));
