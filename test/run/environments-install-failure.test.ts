import assert from "node:assert/strict";
import { test } from "node:test";
import { installError } from "../../src/run/environments/install-error";

/** Real output of uv and pip, shortened, and the message for it. */
const SEEN: readonly {
  readonly name: string;
  readonly output: string;
  readonly said: string;
  readonly fix: RegExp;
}[] = [
  {
    name: "uv before 0.10, which wraps its lines",
    output:
      "  × No solution found when resolving dependencies:\n  ╰─▶ Because tap-x was not found in the package\n      registry and you require tap-x==1.0.0, we can conclude\n      that your requirements are unsatisfiable.",
    said: 'the package index has no package "tap-x"',
    fix: /^Check the name of the package/,
  },
  {
    name: "uv and a Python that is too old",
    output:
      "error: No solution found when resolving dependencies\n  cause: Because the current Python version (3.9.18) does not satisfy Python>=3.10 and tap-x==1.0.0 depends on Python>=3.10, we can conclude that tap-x==1.0.0 cannot be used.\n         And because only tap-x<=1.0.0 is available and you require tap-x==1.0.0, we can conclude that your requirements are unsatisfiable.",
    said: "it requires Python >=3.10, and this is 3.9.18",
    fix: /^Set TAPCTL_PYTHON/,
  },
  {
    name: "uv and a name that cannot be resolved",
    output:
      "error: Request failed after 3 retries in 10.0s\n  cause: Failed to fetch: https://pypi.example.com/simple/tap-x/\n  cause: dns error\n  cause: failed to lookup address information: Name or service not known",
    said: "the package index at https://pypi.example.com cannot be reached (unknown host name)",
    fix: /^Check the network/,
  },
  {
    name: "uv and an unknown certificate authority",
    output:
      "error: Request failed after 3 retries\n  cause: Failed to fetch: `https://pypi.example.com/simple/tap-x/`\n  cause: invalid peer certificate: UnknownIssuer",
    said: "the package index at https://pypi.example.com cannot be reached (its certificate is not trusted)",
    fix: /^Set SSL_CERT_FILE/,
  },
  {
    name: "uv and an index that requires a password",
    output:
      "error: Failed to fetch: `https://pypi.example.com/simple/tap-x/`\n  Caused by: HTTP status client error (401 Unauthorized) for url (https://pypi.example.com/simple/tap-x/)",
    said: "the package index at https://pypi.example.com answers 401 Unauthorized",
    fix: /^Check the address and credentials/,
  },
  {
    name: "uv and a file with another hash",
    output:
      "error: Failed to download and build `tap-x==1.0.0`\n  cause: Hash mismatch for `tap-x==1.0.0`\n\n         Expected:\n           sha256:86fb5e\n\n         Computed:\n           sha256:86fb5f",
    said: "the package index has another file for tap-x 1.0.0 than the lock file lists",
    fix: /^Find out why the file changed/,
  },
  {
    name: "pip and a file with another hash",
    output:
      "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.\n    tap-x==1.0.0 from https://pypi.example.com/tap-x-1.0.0.tar.gz (from -r packages.txt (line 40)):\n        Expected sha256 86fb5e\n             Got        86fb5f",
    said: "the package index has another file for tap-x 1.0.0 than the lock file lists",
    fix: /^Find out why the file changed/,
  },
  {
    name: "pip and an index that cannot be reached",
    output:
      "Looking in indexes: http://127.0.0.1:9/simple\nWARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/tap-x/\nERROR: Could not find a version that satisfies the requirement tap-x==1.0.0 (from versions: none)\nERROR: No matching distribution found for tap-x==1.0.0",
    said: "the package index at http://127.0.0.1:9 cannot be reached (connection refused)",
    fix: /^Check the network/,
  },
  {
    name: "pip and an unknown version",
    output:
      "ERROR: Could not find a version that satisfies the requirement tap-x==1.0.0 (from versions: 0.1.0, 0.1.4)\nERROR: No matching distribution found for tap-x==1.0.0",
    said: "the package index has no version 1.0.0 of tap-x; the newest is 0.1.4",
    fix: /^Set version of the connector/,
  },
  {
    name: "pip and a Python that is too old, of several versions",
    output:
      "ERROR: Ignored the following versions that require a different python version: 0.9.0 Requires-Python >=3.10; 1.0.0 Requires-Python >=3.10\nERROR: Could not find a version that satisfies the requirement tap-x==1.0.0 (from versions: none)",
    said: "it requires Python >=3.10, and this is 3.9.18",
    fix: /^Set TAPCTL_PYTHON/,
  },
  {
    name: "pip and a Python that is too old, of one version",
    output: "ERROR: Package 'tap-x' requires a different Python: 3.9.18 not in '>=3.10'",
    said: "it requires Python >=3.10, and this is 3.9.18",
    fix: /^Set TAPCTL_PYTHON/,
  },
  {
    name: "pip and a package that another one needs",
    output:
      "INFO: pip is looking at multiple versions of tap-x to determine which version is compatible with other requirements. This could take a while.\nERROR: Could not find a version that satisfies the requirement lib-y>=2 (from tap-x) (from versions: none)\nERROR: No matching distribution found for lib-y>=2",
    said: 'it requires the package "lib-y", which the package index does not have',
    fix: /^Add the package to the index/,
  },
  {
    name: "a full disk",
    output:
      "error: Failed to install: boto3-1.0-py3-none-any.whl (boto3==1.0)\n  Caused by: failed to copy file: No space left on device (os error 28)",
    said: "the disk is full",
    fix: /^Free some space/,
  },
  {
    name: "a missing compiler",
    output:
      "  × Failed to build `psycopg2==2.9.3`\n  ├─▶ The build backend returned an error\n  ╰─▶ Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)\n\n      [stderr]\n      Error: pg_config executable not found.\n\n      hint: This usually indicates a problem with the package or the build environment.",
    said: "building psycopg2==2.9.3 failed: pg_config executable not found.",
    fix: /full output is in \/logs\/tap-x\.log$/,
  },
  {
    name: "an unknown error",
    output: "Resolved 3 packages in 10ms\nerror: the moon is in the wrong place\n",
    said: "the moon is in the wrong place",
    fix: /^Read the full output in \/logs\/tap-x\.log$/,
  },
];

for (const { name, output, said, fix } of SEEN) {
  test(`install failure: reason and fix are found in the output of ${name}`, () => {
    const { problem, fix: shown = "" } = installError({
      source: { package: "tap_X[more]", version: "1.0.0" },
      output,
      python: "3.9.18",
      log: "/logs/tap-x.log",
    });
    assert.equal(problem, `tap_X[more] 1.0.0 cannot be installed: ${said}`);
    assert.match(shown, fix);
  });
}
