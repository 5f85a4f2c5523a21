import { readlinkSync } from "node:fs";
import { connect } from "node:net";
import { print } from "../common/print";
import { signalProcess } from "../common/processes";
import { capture } from "../common/command";

/** A provider process of Pulumi, which gets the engine's port as an argument. */
interface Provider {
  readonly pid: number;
  readonly port: number;
}

/**
 * A provider in the output of `ps`: its pid, path, and the engine's address. Source: pulumi
 * v3.259.0, sdk/go/common/resource/plugin/plugin.go.
 */
const PROVIDER = /^\s*(\d+)\s.*\bpulumi-resource-\S+ 127\.0\.0\.1:(\d+)\s*$/;

/**
 * Stops providers of this project whose Pulumi engine was killed. They run for minutes and finish
 * pending operations: an object that they create later is missing from the state, and Helm rolls
 * back an installation that fails in the end, together with the changes of a later update.
 *
 * @param root folder of the project.
 */
export async function endOrphans(root: string): Promise<void> {
  const own = providersIn(capture("ps", ["-A", "-ww", "-o", "pid=,args="]).output).filter(
    ({ pid }) => isWithin(root, workingFolder(pid)),
  );
  const orphans: Provider[] = [];
  for (const provider of own) if (!(await isListening(provider.port))) orphans.push(provider);
  // SIGTERM would make a provider undo its pending operations.
  for (const { pid } of orphans) signalProcess(pid, "SIGKILL");
  if (orphans.length > 0)
    print(
      `Stopped leftover ${orphans.length === 1 ? "process" : "processes"} of an interrupted update: ${orphans.map(({ pid }) => pid).join(", ")}.`,
    );
}

/** Pulumi's providers in the output of `ps`. */
function providersIn(list: string): readonly Provider[] {
  return list.split("\n").flatMap((line) => {
    const [, pid, port] = PROVIDER.exec(line) ?? [];
    return pid === undefined || port === undefined
      ? []
      : [{ pid: Number(pid), port: Number(port) }];
  });
}

/** Working folder of a process; undefined if it belongs to another user. */
function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // macOS has no /proc.
    return /^n(.+)$/m.exec(capture("lsof", ["-a", "-d", "cwd", "-p", `${pid}`, "-Fn"]).output)?.[1];
  }
}

function isWithin(root: string, folder: string | undefined): boolean {
  return folder !== undefined && (folder === root || folder.startsWith(`${root}/`));
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.on("connect", answer(true)).on("error", answer(false));
  });
}
