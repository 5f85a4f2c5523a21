import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A notification. */
export interface Notification {
  readonly event: string;
  readonly pipeline: string;
  readonly workflow: string;
  readonly error?: string;
}

/** A webhook on this machine, where pods reach it. */
export interface Webhook {
  /** Its port. */
  readonly port: number;
  /** Whether it accepts requests and never responds. */
  hangs: boolean;
  /** Waits for the notification about a Workflow's end. */
  notification(workflow: string): Promise<Notification>;
  /** Stops it. */
  stop(): void;
}

/** Starts a webhook that records notifications. */
export async function startWebhook(): Promise<Webhook> {
  const all: Notification[] = [];
  const webhook = { hangs: false };
  const server = createServer((request, response) => {
    if (webhook.hangs) return;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      all.push(JSON.parse(Buffer.concat(parts).toString()) as Notification);
      response.end("ok");
    });
  });
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  return Object.assign(webhook, {
    port: (server.address() as AddressInfo).port,
    notification: async (workflow: string) => {
      for (let left = 100; left > 0; left--) {
        const found = all.find((one) => one.workflow === workflow && one.event !== "started");
        if (found) return found;
        await pause(200);
      }
      throw new Error(`no notification about ${workflow}; received: ${JSON.stringify(all)}`);
    },
    stop: () => void (server.close(), server.closeAllConnections()),
  });
}
