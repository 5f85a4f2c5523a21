import { VERSION } from "../common/package";
import { addressName, addressVersion, type PackageAddress, parseAddress } from "./package-address";

/** A connector that is installed from a Python package, in its own virtual environment or image. */
export type PackageSource = IndexSource | AddressSource;

/** A package on a package index. */
export interface IndexSource extends PackageOptions {
  /** Name on the package index, such as `tap-rest-api-msdk`. */
  readonly package: string;

  /** Exact version, such as `1.4.2`, so that every run uses the same code. */
  readonly version: string;
}

/** A package from git, a wheel, or a folder of the project. */
export interface AddressSource extends PackageOptions {
  /**
   * Where the package is, such as `git+https://github.com/acme/tap-erp@v1.9.0`. `tapctl lock`
   * resolves a tag or branch to its commit, so that every run uses the same code.
   */
  readonly package: PackageAddress;

  /** The address has the version. */
  readonly version?: undefined;
}

/** How a package is installed and started. */
export interface PackageOptions {
  /** Command that the package installs. Default: the connector's name. */
  readonly executable?: string;

  /**
   * Python versions that the connector supports, inclusive; 3.11 and 3.12 are preferred. Default:
   * 3.10 to 3.13.
   */
  readonly python?: { readonly min?: `3.${number}`; readonly max?: `3.${number}` };

  /**
   * Version bounds for dependencies, as pip constraints. Default: `["setuptools<81"]`, because many
   * published connectors still import `pkg_resources`, which setuptools 81 removed. `setuptools`
   * itself is always installed.
   */
  readonly constraints?: readonly string[];

  /**
   * Versions that replace the package's own pins, as uv overrides, for pins too old for current
   * Pythons. Default: none.
   */
  readonly overrides?: readonly string[];

  /** Additional packages to install, with versions. Default: none. */
  readonly extraPackages?: readonly string[];

  /**
   * File in `connectors/launchers/` that starts the connector, for connectors that do not work when
   * started directly. Default: none.
   */
  readonly launcher?: string;
}

/**
 * A bulk connector: its code is part of tapctl, in `connectors/bulk/`, and has tapctl's version. It
 * is installed like a package, in its own virtual environment or image.
 */
export interface BulkSource {
  /** Python module that is the program, below `tapctl_bulk`, such as `target_duckdb`. */
  readonly bulk: string;

  /** Packages that it needs, with exact versions. */
  readonly requirements: readonly string[];

  /** Python versions that the connector supports, inclusive. Default: 3.10 to 3.13. */
  readonly python?: PackageSource["python"];
}

/** A connector that is installed in a virtual environment. */
export type InstalledSource = PackageSource | BulkSource;

/** A connector from a prebuilt container image. It runs on a cluster only. */
export interface ImageSource {
  /**
   * Image with tag or digest, such as `ghcr.io/acme/tap-erp:1.9.0`. Its entry point must be the
   * runner. Each deployment resolves a tag to its digest, so a moved tag shows up in the preview.
   */
  readonly image: string;
}

/**
 * Version of an installed connector: that of its package, or of tapctl. A package from git has its
 * reference, a folder `local`.
 */
export function sourceVersion(source: InstalledSource): string {
  if ("bulk" in source) return VERSION;
  const address = parseAddress(source.package);
  return address === undefined ? (source.version ?? "") : addressVersion(address);
}

/** Name of the package of an installed connector, for messages. */
export function packageName(source: InstalledSource): string {
  if ("bulk" in source) return "tapctl-bulk";
  const address = parseAddress(source.package);
  return address === undefined ? source.package : addressName(address);
}
