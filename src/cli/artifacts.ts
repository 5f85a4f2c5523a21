import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../common/errors";
import { runPrefix } from "../store/keys";
import type { ObjectStore, StoredObject } from "../store/object-store";
import { contextOf } from "./context";
import { entryIfAny, runNamed } from "./pipeline";
import { formatBytes, print, printJson, table } from "../common/print";

interface ArtifactFlags {
  readonly get?: string;
  readonly json?: boolean;
}

/** `tapctl artifacts`: lists and downloads the files of a run. */
export function addArtifacts(program: Command): void {
  program
    .command("artifacts <name> <run>")
    .summary("list or download the files of a run")
    .description("list the files that a run stored, and optionally download them")
    .option("--get <dir>", "download the files to this folder")
    .option("--json", "print as JSON: a list of {file, bytes, modified}")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx tapctl artifacts exchange-rates 20261123T081502Z-4f2a9c --get /tmp/run",
    )
    .action(async (name: string, wanted: string, flags: ArtifactFlags, command: Command) => {
      const context = contextOf(command, "named");
      await entryIfAny(context, name);
      const store = await context.openStore();
      const run = await runNamed(context, name, wanted);
      const prefix = runPrefix(name, run);
      const objects = await store.list(prefix);
      if (objects.length === 0)
        throw new UserError(`Run ${run} of "${name}" stored no files, or they were deleted.`, {
          fix: ({ tapctl }) => `List the runs with: ${tapctl(`runs ${name}`)}`,
        });
      if (flags.get !== undefined) await download(store, prefix, objects, resolve(flags.get));
      const files = objects.map(({ key, size, modified }) => ({
        file: key.slice(prefix.length),
        bytes: size,
        modified: modified.toISOString(),
      }));
      if (flags.json) return printJson(files);
      print(
        table(
          ["FILE", "BYTES", "WRITTEN"],
          files.map(({ file, bytes, modified }) => [file, formatBytes(bytes), modified]),
        ),
      );
      if (flags.get !== undefined) print(`downloaded to ${resolve(flags.get)}`);
    });
}

async function download(
  store: ObjectStore,
  prefix: string,
  objects: readonly StoredObject[],
  folder: string,
): Promise<void> {
  for (const { key } of objects) {
    const path = join(folder, key.slice(prefix.length));
    mkdirSync(dirname(path), { recursive: true });
    await store.downloadFile(key, path);
  }
}
