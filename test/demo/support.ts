import { join } from "node:path";
import { runToEnd } from "../support/command";

const REPOSITORY = join(__dirname, "..", "..");

/** Output of the demo. @throws Error with the output if it failed. */
export async function demo(store: string, ...flags: readonly string[]): Promise<string> {
  const env = { ...process.env, TAPCTL_STORE: store, NO_COLOR: "1" };
  const { code, stdout, stderr } = await runToEnd(
    [join(REPOSITORY, "dist", "src", "demo", "demo.js"), ...flags],
    { env },
  );
  if (code !== 0) throw new Error(stderr || stdout);
  return stdout;
}
