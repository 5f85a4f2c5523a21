import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, suite, test, type TestContext } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";
import type { ConsoleActions } from "../../src/ui/actions";
import { LOCAL_RIGHTS } from "../../src/ui/local-actions";
import { serveLocally } from "../../src/ui/serve-locally";
import type { ConsoleSource } from "../../src/ui/source";
import { CHROMIUM, NO_CHROMIUM } from "../support/chromium";
import { sampleReadings } from "../report/support";
import { sampleSource } from "./support";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SIZES = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 900 },
} as const;
const RUN = "20261125T120000Z-000000";
const PATHS = [
  "/",
  "/running",
  "/timeline?hours=168",
  "/next",
  "/schemas",
  "/pipelines/payments",
  `/pipelines/clickstream/runs/${RUN}`,
];

/** Actions that report what they were asked for. */
const ACTIONS: ConsoleActions = {
  plan: ({ pipeline }) =>
    Promise.resolve({
      title: `Run ${pipeline}`,
      text: ["It runs <b>now</b>."],
      changes: ['a: 1 -> "<img src=x>"'],
      command: `npx tapctl run ${pipeline}`,
      options: [{ name: "offline", label: "Sample data" }],
    }),
  take: ({ action, pipeline }, options) =>
    Promise.resolve([action, pipeline, ...options].join(" ")),
};

suite("console in a browser", { skip: NO_CHROMIUM }, () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  });
  after(() => browser.close());

  async function open(
    t: TestContext,
    source: ConsoleSource,
    {
      size = "desktop",
      colorScheme = "light",
    }: { readonly size?: keyof typeof SIZES; readonly colorScheme?: "light" | "dark" } = {},
  ): Promise<{
    readonly page: Page;
    readonly to: (path: string) => Promise<unknown>;
    readonly problems: readonly string[];
    readonly foreign: readonly string[];
  }> {
    const server = await serveLocally({
      source,
      port: 0,
      changes: { rights: LOCAL_RIGHTS, actions: ACTIONS },
    });
    const context = await browser.newContext({ viewport: SIZES[size], colorScheme });
    t.after(async () => {
      await context.close();
      server.close();
    });
    const page = await context.newPage();
    const { origin } = new URL(server.url);
    const [problems, foreign]: [string[], string[]] = [[], []];
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on(
      "request",
      (request) =>
        request.url().startsWith(origin) ||
        request.url().startsWith("data:") ||
        foreign.push(request.url()),
    );
    await page.goto(server.url);
    await page.waitForURL(`${origin}/`);
    return { page, to: (path) => page.goto(origin + path), problems, foreign };
  }

  const live = (page: Page) => page.getByText("Live.").first().waitFor();

  for (const [size, colorScheme] of [
    ["phone", "dark"],
    ["desktop", "light"],
  ] as const)
    test(`console, ${size}, ${colorScheme}: axe finds nothing, nothing is wider than the screen, nothing comes from elsewhere`, async (t) => {
      const { page, to, problems, foreign } = await open(t, sampleSource(t), { size, colorScheme });
      for (const path of PATHS) {
        await to(path);
        await live(page);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate<{
          readonly violations: readonly {
            readonly id: string;
            readonly nodes: readonly { readonly html: string }[];
          }[];
        }>("axe.run()");
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
          [],
          path,
        );
        assert.ok(
          (await page.evaluate<number>("document.documentElement.scrollWidth")) <=
            SIZES[size].width,
          path,
        );
      }
      assert.deepEqual(problems, []);
      assert.deepEqual(foreign, []);
    });

  test("console: a change appears without loading the page, and the focus stays", async (t) => {
    const source = sampleSource(t);
    const { page } = await open(t, source);
    await live(page);
    const link = page.getByRole("link", { name: "payments" });
    await link.focus();
    const reading = sampleReadings().find(({ facts }) => facts.name === "payments");
    assert.ok(reading);
    source.live.set({ ...reading, facts: { ...reading.facts, failures: 3 } });
    source.live.changed();
    await page.getByText("failed 3 times in a row").nth(1).waitFor();
    assert.equal(await page.evaluate("document.activeElement.textContent"), "payments");
    assert.match((await page.locator("#head").textContent()) ?? "", /3 failing/);
  });

  test("console: the search applies while typing; conditions are links", async (t) => {
    const { page } = await open(t, sampleSource(t));
    await live(page);
    await page.locator("#find").fill("ORDERS");
    await page.getByRole("article").nth(1).waitFor({ state: "detached" });
    assert.deepEqual(await page.locator("h2").allTextContents(), ["orders-to-warehouse", ""]);
    assert.match(page.url(), /\?find=ORDERS$/);
    await page.locator("#find").fill("");
    await page.getByRole("article").nth(1).waitFor();
    await page.getByText("suspended").first().click();
    await page.waitForURL(/is=suspended/);
    await page.getByRole("link", { name: "support-tickets" }).waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
  });

  test("console: a pipeline opens by keyboard", async (t) => {
    const { page } = await open(t, sampleSource(t), { size: "phone" });
    await live(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
    await page.getByRole("link", { name: "ad-spend" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ad-spend", level: 1 }).waitFor();
  });

  test("console: a change is explained first, made after confirmation, and can be left by keyboard", async (t) => {
    const { page, to, problems } = await open(t, sampleSource(t));
    await to("/pipelines/payments");
    const button = page.getByRole("button", { name: "Run" });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Confirm" }).waitFor();
    assert.match(await dialog.innerText(), /It runs <b>now<\/b>\.\s+a: 1 -> "<img src=x>"/);
    await page.evaluate(AXE);
    assert.equal(
      (await page.evaluate<{ readonly violations: readonly object[] }>("axe.run()")).violations
        .length,
      0,
    );
    await page.keyboard.press("Escape");
    assert.ok(await dialog.isHidden());
    await page.keyboard.press("Enter");
    await dialog.getByLabel("Sample data").check();
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await dialog.getByText("run payments offline").waitFor();
    assert.deepEqual(problems, []);
  });

  test("console: log lines are shown as text, and can be limited to one source", async (t) => {
    const source: ConsoleSource = {
      ...sampleSource(t),
      followLog: ({ onLine }) => {
        onLine({
          time: "2026-11-25T12:00:01.000Z",
          source: "tap",
          text: "<img src=x onerror=alert(1)>",
        });
        onLine({ time: "2026-11-25T12:00:02.000Z", source: "target", text: "stored" });
        return Promise.resolve();
      },
    };
    const { page, to, problems } = await open(t, source);
    await to(`/pipelines/clickstream/runs/${RUN}`);
    await page.getByText("The log is complete.").waitFor();
    assert.match(
      await page.locator("#log").innerText(),
      /^12:00:01 tap {4}\| <img src=x onerror=alert\(1\)>\s+12:00:02 target \| stored$/,
    );
    await page.getByLabel("Show").selectOption("target");
    assert.equal((await page.locator("#log").innerText()).trim(), "12:00:02 target | stored");
    assert.deepEqual(problems, []);
  });
});
