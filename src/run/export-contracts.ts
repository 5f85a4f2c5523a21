import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../common/errors";
import { contractOf } from "../store/schemas/contract";
import type { StreamSchema } from "../store/schemas/schemas";

/** A written contract. */
export interface Written {
  readonly stream: string;
  readonly file: string;
}

/**
 * Writes a contract per stream.
 *
 * @param path folder, or a file that ends with `.json` for a single stream.
 * @param replace whether existing files with other content are replaced.
 * @throws UserError before anything is written.
 */
export function exportContracts(
  streams: readonly StreamSchema[],
  path: string,
  replace: boolean,
): readonly Written[] {
  const isFile = path.endsWith(".json");
  if (isFile && streams.length !== 1)
    throw new UserError(`${path} is a file, but the pipeline has ${streams.length} streams.`, {
      fix: "Export to a folder, or choose one with --stream.",
    });
  const large = streams.find(({ digest }) => digest !== undefined);
  if (large !== undefined)
    throw new UserError(
      `The ${large.count} columns of stream "${large.stream}" are too many to be saved, so it has no contract.`,
      { fix: "Choose another stream with --stream." },
    );
  const files = isFile ? [path] : fileNames(streams).map((name) => join(path, name));
  const planned = streams.map((schema, index) => ({
    stream: schema.stream,
    file: files[index] as string,
    text: `${JSON.stringify(contractOf(schema), null, 2)}\n`,
  }));
  const taken = planned.find(
    ({ file, text }) => !replace && existsSync(file) && readFileSync(file, "utf8") !== text,
  );
  if (taken !== undefined)
    throw new UserError(`${taken.file} exists with other content.`, {
      fix: "Replace it with --force, or choose another folder.",
    });
  for (const { file, text } of planned) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return planned.map(({ stream, file }) => ({ stream, file }));
}

/** A name per stream; streams whose names differ only in case, or in unusual characters, get a number. */
function fileNames(streams: readonly StreamSchema[]): readonly string[] {
  const taken = new Set<string>();
  return streams.map(({ stream }) => {
    const plain = stream.replace(/[^\w.-]+/g, "_").replace(/^\.+/, "") || "stream";
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${plain}-${number}`;
    taken.add(name.toLowerCase());
    return `${name}.json`;
  });
}
