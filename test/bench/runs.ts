import { UserError } from "../../src/common/errors";
import { parseFlags, runCommand, type Measured } from "./command";
import { machineLine } from "./machine";
import { benchSimultaneousRuns } from "./runs/simultaneous-runs";

const USAGE = `usage: npm run bench:runs -- [--runs 200] [--json]

Measures Argo's controller with many pipelines that are due in the same minute, on the real engine and cluster: brings up the
whole stack with as many small pipelines, waits for the minute and for all of their runs, and destroys it. Needs what
\`npm run test:e2e\` needs, and an hour on a small machine.

  --runs N   simultaneous runs (default: 200)
  --json     print the figures as JSON`;

interface Flags {
  readonly runs: number;
  readonly json: boolean;
}

async function measure({ runs }: Flags): Promise<Measured> {
  return {
    machine: await machineLine(),
    parameters: { runs },
    figures: await benchSimultaneousRuns(runs),
  };
}

function readFlags(): Flags | undefined {
  const {
    runs = "200",
    json = false,
    help,
  } = parseFlags(USAGE, {
    runs: { type: "string" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (help) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(runs))
    throw new UserError(`--runs ${runs}: a whole number from 1 to 9999`);
  return { runs: Number(runs), json };
}

void runCommand(USAGE, readFlags, measure);
