import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { tap } from "../../connectors";
import { connectorVersion } from "../../src/model/connector";
import { packageName } from "../../src/model/connector-source";
import {
  addressProblem,
  parseAddress,
  type PackageAddress,
  type ParsedAddress,
} from "../../src/model/package-address";

const ADDRESSES: readonly (readonly [PackageAddress, ParsedAddress, string, string])[] = [
  [
    "git+https://github.com/acme/tap-erp@v1.9.0",
    { kind: "git", url: "https://github.com/acme/tap-erp", ref: "v1.9.0" },
    "github.com/acme/tap-erp",
    "v1.9.0",
  ],
  [
    "git+ssh://git@github.com/acme/tap-erp.git@feature/x#egg=tap-erp&subdirectory=taps/erp",
    {
      kind: "git",
      url: "ssh://git@github.com/acme/tap-erp.git",
      ref: "feature/x",
      subdirectory: "taps/erp",
    },
    "github.com/acme/tap-erp",
    "feature/x",
  ],
  [
    `git+https://git.example.com:8443/tap-erp@${"0123456789".repeat(4)}`,
    { kind: "git", url: "https://git.example.com:8443/tap-erp", ref: "0123456789".repeat(4) },
    "git.example.com:8443/tap-erp",
    "012345678901",
  ],
  [
    "./wheels/tap_erp-1.9.0-py3-none-any.whl",
    {
      kind: "wheel",
      place: "./wheels/tap_erp-1.9.0-py3-none-any.whl",
      local: true,
      version: "1.9.0",
    },
    "tap_erp-1.9.0-py3-none-any.whl",
    "1.9.0",
  ],
  [
    "https://example.com/tap_erp-2.0rc1-1-cp311-cp311-linux_x86_64.whl",
    {
      kind: "wheel",
      place: "https://example.com/tap_erp-2.0rc1-1-cp311-cp311-linux_x86_64.whl",
      local: false,
      version: "2.0rc1",
    },
    "tap_erp-2.0rc1-1-cp311-cp311-linux_x86_64.whl",
    "2.0rc1",
  ],
  ["./taps/tap-erp/", { kind: "folder", place: "./taps/tap-erp" }, "./taps/tap-erp", "local"],
];

suite("package address", () => {
  for (const [address, parsed, name, version] of ADDRESSES)
    test(`package address: ${address}`, () => {
      assert.equal(addressProblem(address), undefined);
      assert.deepEqual(parseAddress(address), parsed);
      const { connector } = tap({ name: "tap-erp", package: address })({});
      assert.ok("package" in connector.source);
      assert.equal(packageName(connector.source), name);
      assert.equal(connectorVersion(connector), version);
    });

  const PROBLEMS: { readonly [address: string]: RegExp } = {
    "git+https://github.com/acme/tap-erp": /names no tag, branch or commit/,
    "git+ssh://git@github.com/acme/tap-erp.git": /names no tag, branch or commit/,
    "git+git@github.com:acme/tap-erp@v1": /is written git\+ssh:\/\/git@host\/path/,
    "git+https://me:word@github.com/acme/tap-erp@v1": /must not contain a password/,
    "git+https://github.com/acme/tap-erp@--upload-pack=x": /invalid git reference/,
    "git+https://github.com/acme/tap-erp@v1#subdirectory=../x": /outside of the repository/,
    "https://github.com/acme/tap-erp": /must be the URL of a wheel/,
    "https://example.com/tap-erp-1.0.tar.gz": /must be the URL of a wheel/,
    "../taps/tap-erp": /must be below the project's folder/,
    "/home/me/tap-erp": /must be below the project's folder/,
    "./taps/../../tap-erp": /must be below the project's folder/,
    "./": /not the project/,
    "./a folder": /must not contain spaces/,
  };
  for (const [address, message] of Object.entries(PROBLEMS))
    test(`package address: ${address} is rejected`, () =>
      assert.match(addressProblem(address) ?? "no problem", message));

  test("package address: a name on an index is not an address", () => {
    assert.equal(parseAddress("meltanolabs-tap-github[s3]"), undefined);
    assert.equal(addressProblem("meltanolabs-tap-github"), undefined);
  });
});
