import assert from "node:assert/strict";
import { test } from "node:test";
import { inWorkspace } from "./support";
import { ALPINE, sbomOf, SHA256, type Sbom } from "./sbom-support";

const component = (sbom: Sbom, name: string) =>
  sbom.components.find((one) => one.name === name) ?? assert.fail(`no component ${name}`);

test("SBOM: it lists the connector's packages with the hash of the installed file and their licenses", () =>
  inWorkspace((space) => {
    const sbom = sbomOf(space.dir);
    assert.deepEqual(component(sbom, "some-lib"), {
      type: "library",
      "bom-ref": "pkg:pypi/some-lib",
      name: "some-lib",
      version: "2.0+local",
      purl: "pkg:pypi/some-lib@2.0%2Blocal",
      hashes: [{ alg: "SHA-256", content: SHA256 }],
    });
    assert.deepEqual(component(sbom, "tap-x").licenses, [{ expression: "Apache-2.0" }]);
  }));

test("SBOM: a package depends on the installed packages that it requires, without those of extras", () =>
  inWorkspace((space) => {
    const { dependencies } = sbomOf(space.dir);
    assert.deepEqual(
      dependencies.find(({ ref }) => ref === "pkg:pypi/tap-x"),
      { ref: "pkg:pypi/tap-x", dependsOn: ["pkg:pypi/some-lib"] },
    );
  }));

test("SBOM: it lists the interpreter, the runner and the packages of Debian that are installed", () =>
  inWorkspace((space) => {
    const sbom = sbomOf(space.dir);
    assert.match(component(sbom, "python").version, /^3\.\d+\.\d+/);
    assert.match(component(sbom, "singer-runner").version, /^\d+\.\d+\.\d+$/);
    assert.equal(component(sbom, "debian").type, "operating-system");
    assert.equal(
      component(sbom, "libc6").purl,
      "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=arm64&distro=debian-12&upstream=glibc",
    );
    assert.deepEqual(
      sbom.components.flatMap(({ purl }) => (purl?.startsWith("pkg:deb/") ? [purl] : [])).length,
      2,
    );
  }));

test("SBOM: it lists the packages of Alpine", () =>
  inWorkspace((space) => {
    const sbom = sbomOf(space.dir, { root: ALPINE });
    assert.equal(
      component(sbom, "libcrypto3").purl,
      "pkg:apk/alpine/libcrypto3@3.3.2-r1?arch=x86_64&distro=alpine-3.20.3&upstream=openssl",
    );
    assert.equal(component(sbom, "musl").version, "1.2.5-r0");
  }));

test("SBOM: the subject is the connector's image, or the runner's", () =>
  inWorkspace((space) => {
    const { metadata } = sbomOf(space.dir);
    assert.deepEqual(metadata.component, {
      type: "container",
      "bom-ref": "image",
      name: "tap-x",
      version: "1.0",
    });
    const runner = sbomOf(space.path("runner-only"), { connector: [] });
    assert.equal(runner.metadata.component.name, "singer-runner");
    assert.ok(!runner.components.some(({ name }) => name === "singer-runner" || name === "tap-x"));
  }));

test("SBOM: the same image gives the same document", () =>
  inWorkspace((space) => {
    assert.deepEqual(sbomOf(space.dir), sbomOf(space.dir));
  }));
