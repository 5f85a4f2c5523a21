import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { requireCosign } from "../../../src/common/registry/cosign";
import { ensureSigned, isSigned, type Signing } from "../../../src/common/registry/sign-image";

const IMAGE = `registry.example.com/etl/tap-x@sha256:${"0".repeat(64)}`;
const SIGNING: Signing = {
  key: "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nof the stack",
  password: "value-of-the-password",
  publicKey: "-----BEGIN PUBLIC KEY-----\nof the stack",
  transparencyLog: false,
  format: "bundle",
};
const SBOM = { type: "cyclonedx", documents: () => Promise.resolve(["{}"]) } as const;

/** Stands for cosign: keeps what is signed in files, and writes its arguments and variables to a log. */
const COSIGN = `#!/bin/sh
printf '%s\\n' "$*" >> "$STATE/arguments"
printf '%s|%s|%s\\n' "$TAPCTL_SIGNING_KEY" "$COSIGN_PASSWORD" "$(cat "$DOCKER_CONFIG/config.json" 2>/dev/null)" >> "$STATE/variables"
case "$1" in
  version) echo "GitVersion:    $COSIGN_VERSION" ;;
  verify) test -e "$STATE/signed" ;;
  verify-attestation) test -e "$STATE/attested-$3" ;;
  sign) if test -n "$COSIGN_ERROR"; then echo "$COSIGN_ERROR" >&2; exit 1; fi; touch "$STATE/\${SIGNED:-signed}" ;;
  attest) while test "$1" != --type; do shift; done; touch "$STATE/attested-$2" ;;
esac
`;

describe("cosign", () => {
  const before = { ...process.env };
  let state = "";
  const log = (name: string): string =>
    existsSync(join(state, name)) ? readFileSync(join(state, name), "utf8") : "";
  const verbs = (): readonly string[] =>
    log("arguments")
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0] ?? "");

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "cosign-"));
    writeFileSync(join(state, "cosign"), COSIGN);
    chmodSync(join(state, "cosign"), 0o755);
    Object.assign(process.env, {
      STATE: state,
      PATH: `${state}:${before["PATH"]}`,
      COSIGN_VERSION: "v3.1.3",
    });
  });
  afterEach(() => {
    for (const name of ["COSIGN_ERROR", "SIGNED"]) delete process.env[name];
    process.env["PATH"] = before["PATH"];
    rmSync(state, { recursive: true });
  });

  test("cosign: an image is signed and attested once", async () => {
    assert.deepEqual(await ensureSigned(IMAGE, [SBOM], SIGNING), ["signature", "cyclonedx"]);
    assert.deepEqual(await ensureSigned(IMAGE, [SBOM], SIGNING), []);
    assert.equal(verbs().filter((verb) => verb === "sign" || verb === "attest").length, 2);
  });

  test("cosign: what an interrupted update left out is added", async () => {
    writeFileSync(join(state, "signed"), "");
    assert.deepEqual(await ensureSigned(IMAGE, [SBOM], SIGNING), ["cyclonedx"]);
  });

  test("cosign: the private key, its password and the registry's password are not in arguments", async () => {
    const login = { username: "etl", password: "value-of-the-registry" };
    await ensureSigned(IMAGE, [SBOM], { ...SIGNING, login });
    assert.doesNotMatch(log("arguments"), /PRIVATE KEY|value-of/);
    assert.match(log("arguments"), /^sign --yes .*--key env:\/\/TAPCTL_SIGNING_KEY /m);
    assert.match(log("variables"), /PRIVATE KEY[^]*\|value-of-the-password\|/);
    const auth = Buffer.from("etl:value-of-the-registry").toString("base64");
    assert.ok(log("variables").includes(`{"auths":{"registry.example.com":{"auth":"${auth}"}}}`));
  });

  test("cosign: a key of a key management service is an argument, and has no password", async () => {
    await ensureSigned(IMAGE, [], { ...SIGNING, key: "awskms:///alias/images", password: "" });
    assert.match(log("arguments"), /^sign .*--key awskms:\/\/\/alias\/images /m);
    assert.doesNotMatch(log("variables"), /PRIVATE KEY/);
  });

  test("cosign: only the registry is contacted, unless the transparency log is on", async () => {
    await ensureSigned(IMAGE, [], SIGNING);
    assert.match(log("arguments"), /^sign .*--signing-config \S+ --trusted-root \S+ /m);
    assert.match(log("arguments"), /^verify .*--insecure-ignore-tlog /m);
    rmSync(join(state, "signed"));
    rmSync(join(state, "arguments"));
    await ensureSigned(IMAGE, [], { ...SIGNING, transparencyLog: true });
    assert.doesNotMatch(log("arguments"), /signing-config|ignore-tlog/);
  });

  test("cosign: signatures in the old format are made and verified as such", async () => {
    await ensureSigned(IMAGE, [], { ...SIGNING, format: "legacy" });
    assert.match(
      log("arguments"),
      /^sign .*--new-bundle-format=false --use-signing-config=false --tlog-upload=false /m,
    );
    assert.match(log("arguments"), /^verify .*--new-bundle-format=false /m);
  });

  test("cosign: files with credentials are removed", async () => {
    await ensureSigned(IMAGE, [SBOM], SIGNING);
    const [folder] = /\S+(?=\/signing-config\.json)/.exec(log("arguments")) ?? [];
    assert.ok(folder);
    assert.equal(existsSync(folder), false);
  });

  test("cosign: a private key of another public key is an error", async () => {
    process.env["SIGNED"] = "signed-with-another-key";
    await assert.rejects(
      ensureSigned(IMAGE, [], SIGNING),
      /does not belong to the public key of images\.signing\.publicKey/,
    );
  });

  test("cosign: the error names the image and cosign's reason, and a wrong password the secrets", async () => {
    process.env["COSIGN_ERROR"] =
      "Signing artifact...\nError: signing: reading key: decrypt: encrypted: decryption failed";
    await assert.rejects(ensureSigned(IMAGE, [], SIGNING), {
      message: new RegExp(
        `the image ${IMAGE} cannot be signed: signing: reading key: decrypt: .*\\n.*secrets of images\\.signing\\.key`,
      ),
    });
  });

  test("cosign: the error explains that it is missing or too old", async () => {
    await requireCosign();
    process.env["COSIGN_VERSION"] = "v2.4.1";
    await assert.rejects(requireCosign(), /cosign 2 is too old[^]*Install cosign 3 or newer/);
    process.env["PATH"] = "/nowhere";
    await assert.rejects(
      requireCosign(),
      /cosign, which signs and verifies images, is not installed/,
    );
    await assert.rejects(isSigned(IMAGE, SIGNING), /is not installed/);
  });
});
