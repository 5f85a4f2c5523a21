import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Starts a registry with a test's answers, until the test ends; returns its host. */
export async function standInRegistry(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, host: string) => void,
): Promise<string> {
  const server = createServer((request, response) => answer(request, response, host));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(() => server.close());
  return host;
}
