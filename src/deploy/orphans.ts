import { readlinkSync } from "node:fs";
import { connect } from "node:net";
import { print } from "../common/print";
import { signalProcess } from "../common/processes";
import { capture } from "../common/command";

/** A provider of the engine, which is told the engine's port when it starts. */
interface Provider {
  readonly pid: number;
  readonly port: number;
}

/** A provider as `ps` lists it: its pid, its path, and the engine's address. Source: pulumi v3.259.0, sdk/go/common/resource/plugin/plugin.go. */
const PROVIDER = /^\s*(\d+)\s.*\bpulumi-resource-\S+ 127\.0\.0\.1:(\d+)\s*$/;

/**
 * Ends the providers of this project whose engine was killed. They live on for minutes and finish what the engine asked for:
 * an object that they create later is missing from the state, and an installation that fails in the end is undone by Helm,
 * with what a later update made of it.
 *
 * @param root folder of the project.
 */
export async function endOrphans(root: string): Promise<void> {
  const own = providersIn(capture("ps", ["-A", "-ww", "-o", "pid=,args="]).output).filter(
    ({ pid }) => isWithin(root, workingFolder(pid)),
  );
  const orphans: Provider[] = [];
  for (const provider of own) if (!(await isListening(provider.port))) orphans.push(provider);
  // Not SIGTERM, at which a provider undoes what it has begun.
  for (const { pid } of orphans) signalProcess(pid, "SIGKILL");
  if (orphans.length > 0)
    print(
      `Ended what still ran of an earlier update that was interrupted: ${orphans.length === 1 ? "process" : "processes"} ${orphans.map(({ pid }) => pid).join(", ")}.`,
    );
}

/** The engine's providers among the processes that `ps` lists. */
function providersIn(list: string): readonly Provider[] {
  return list.split("\n").flatMap((line) => {
    const [, pid, port] = PROVIDER.exec(line) ?? [];
    return pid === undefined || port === undefined
      ? []
      : [{ pid: Number(pid), port: Number(port) }];
  });
}

/** Folder that a process works in; undefined for a process of somebody else. */
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
