import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { dockerContext, imageBuilder } from "../../../src/manifests/images/image-builder";

const unset = { exec: false };

test("image builder: images for a registry on this machine are built by the engine, which a builder in a container cannot reach", () => {
  for (const address of ["localhost:5000", "localhost:5000/etl", "127.0.0.1:5000", "[::1]:5000"]) {
    assert.deepEqual(
      imageBuilder(unset, address, () => "desktop-linux"),
      { exec: true, name: "desktop-linux", keepsLayers: false },
      address,
    );
  }
});

test("image builder: other images, and images with a named builder, are built according to the settings", () => {
  for (const address of ["registry.example.com/etl", "localhost.example.com", undefined])
    assert.deepEqual(imageBuilder(unset, address), { exec: false, keepsLayers: true });
  assert.deepEqual(imageBuilder({ exec: false, builder: "mine" }, "localhost:5000"), {
    exec: false,
    name: "mine",
    keepsLayers: true,
  });
});

test("image builder: the engine's context is that of Docker's commands", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tapctl-docker-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const env = { DOCKER_CONFIG: folder };
  assert.equal(dockerContext(env), "default");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: {} }));
  assert.equal(dockerContext(env), "default");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ currentContext: "desktop-linux" }));
  assert.equal(dockerContext(env), "desktop-linux");
  assert.equal(dockerContext({ ...env, DOCKER_CONTEXT: "colima" }), "colima");
  assert.equal(
    dockerContext({ ...env, DOCKER_CONTEXT: "colima", DOCKER_HOST: "tcp://engine:2376" }),
    "default",
  );
});
