import { cpus, release, totalmem, type } from "node:os";
import { VERSION } from "../../src/common/package";
import { run } from "./measure";

/** Date, machine and versions, in one line. */
export async function machineLine(): Promise<string> {
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${date} UTC`,
    `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, ${memory} GiB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    (await run(["python3", "--version"])).stdout.trim(),
    `tapctl ${VERSION}`,
  ].join("; ");
}
