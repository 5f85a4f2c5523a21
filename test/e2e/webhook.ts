import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What the notifier told. */
export interface Told {
  readonly event: string;
  readonly pipeline: string;
  readonly workflow: string;
  readonly error?: string;
}

/** A webhook on this machine, where pods reach it. */
export interface Webhook {
  /** Its port. */
  readonly port: number;
  /** Whether it takes what it is told and never answers. */
  hangs: boolean;
  /** Waits until a Workflow's end was told. */
  told(workflow: string): Promise<Told>;
  /** Stops it. */
  stop(): void;
}

/** Starts a webhook that remembers what it was told. */
export async function startWebhook(): Promise<Webhook> {
  const all: Told[] = [];
  const webhook = { hangs: false };
  const server = createServer((request, response) => {
    if (webhook.hangs) return;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      all.push(JSON.parse(Buffer.concat(parts).toString()) as Told);
      response.end("ok");
    });
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return Object.assign(webhook, {
    port: (server.address() as AddressInfo).port,
    told: async (workflow: string) => {
      for (let left = 100; left > 0; left--) {
        const found = all.find((one) => one.workflow === workflow && one.event !== "started");
        if (found) return found;
        await pause(200);
      }
      throw new Error(`nobody was told of ${workflow}; told: ${JSON.stringify(all)}`);
    },
    stop: () => void (server.close(), server.closeAllConnections()),
  });
}
