import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PYTHON, RUNNER } from "./support";

/** A component of an SBOM. */
export interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
}

/** The part of an SBOM that tests check. */
export interface Sbom {
  readonly metadata: { readonly component: Component; readonly properties: readonly object[] };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export const SHA256 = "ab".repeat(32);

const DEBIAN = {
  "etc/os-release": 'PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="12"\n',
  "var/lib/dpkg/status": [
    "Package: libc6\nStatus: install ok installed\nSource: glibc (2.36-9)\nVersion: 2.36-9+deb12u1\nArchitecture: arm64\nDescription: libc\n Version: of nothing",
    "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: arm64",
    "Package: half\nStatus: install reinstreq half-installed\nVersion: 1\nArchitecture: arm64",
    "Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: arm64\n",
  ].join("\n\n"),
};

/** The same with Alpine. */
export const ALPINE = {
  "etc/os-release": "ID=alpine\nVERSION_ID=3.20.3\n",
  "lib/apk/db/installed":
    "C:Q1\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nP:libcrypto3\nV:3.3.2-r1\nA:x86_64\no:openssl\n",
};

/** An image's folder with the connector tap-x, which needs `Some_Lib`, and its SBOM. */
export function sbomOf(
  dir: string,
  {
    root = DEBIAN,
    connector = ["tap-x", "1.0"],
  }: {
    readonly root?: { readonly [path: string]: string };
    readonly connector?: readonly string[];
  } = {},
): Sbom {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const site = "singer/venv/lib/python3.11/site-packages";
  cpSync(join(RUNNER, "__init__.py"), join(dir, "singer", "runner", "__init__.py"));
  if (connector.length > 0) {
    write(
      `${site}/tap_x-1.0.dist-info/METADATA`,
      'Metadata-Version: 2.4\nName: tap-x\nVersion: 1.0\nLicense-Expression: Apache-2.0\nRequires-Dist: some.lib>=2; python_version > "3"\nRequires-Dist: pytest; extra == "dev"\nRequires-Dist: absent\n',
    );
    write(
      `${site}/some_lib-2.0.dist-info/METADATA`,
      "Metadata-Version: 2.1\nName: Some_Lib\nVersion: 2.0+local\n",
    );
    write("singer/installed.json", JSON.stringify({ "some-lib": SHA256 }));
  }
  for (const [path, text] of Object.entries(root)) write(`root/${path}`, text);
  return JSON.parse(
    execFileSync(PYTHON, [
      join(__dirname, "sbom.py"),
      join(RUNNER, ".."),
      join(dir, "singer"),
      join(dir, "root"),
      ...connector,
    ]).toString(),
  ) as Sbom;
}
